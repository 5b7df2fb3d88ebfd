//! The loss of a pool, failover, the fence, and failback.

mod world;

use serde_json::json;

use world::phone::{Behaviour, PhoneEvent, ReceivedMedia};
use world::{Backup, Primary, World};

fn states(world: &mut World) -> [(String, String); 2] {
    [world.record(Primary), world.record(Backup)]
}

fn pair(owner: &str, stand_in: &str) -> (String, String) {
    (owner.to_owned(), stand_in.to_owned())
}

#[test]
fn the_two_records_go_through_failover_and_failback() {
    let mut world = World::new();
    assert_eq!(
        states(&mut world),
        [pair("open", "none"), pair("open", "none")]
    );

    let begun = world.begin_fail_over("3s");
    assert_eq!(begun.status, 202, "{begun:?}");
    world.run(100);
    assert_eq!(
        states(&mut world),
        [pair("fenced", "none"), pair("open", "taking")]
    );
    world.run(3_000);
    assert_eq!(
        states(&mut world),
        [pair("fenced", "none"), pair("open", "standing-in")]
    );

    let body = json!({"pool": "primary", "wait_time": "3s"});
    let begun = world.administer(Backup, "fail-back?begin=true", body);
    assert_eq!(begun.status, 202, "{begun:?}");
    world.run(100);
    assert_eq!(
        states(&mut world),
        [pair("calls-only", "none"), pair("open", "returning")]
    );
    world.run(3_000);
    assert_eq!(
        states(&mut world),
        [pair("open", "none"), pair("open", "none")]
    );
    let job = world.ask(
        "administrator",
        Backup,
        "GET",
        "/management/jobs/2",
        json!({}),
    );
    assert_eq!(job.body, json!({"done": true, "error": null}));
}

#[test]
fn a_primary_whose_partner_merely_disappears_goes_on_serving() {
    for lost in ["kill", "power-off", "isolate"] {
        let mut world = World::new();
        match lost {
            "kill" => world.kill(Backup),
            "power-off" => world.power_off(Backup),
            _ => world.isolate(Backup),
        }
        world.run(5_000);
        world.call("carl", "sales", Primary);
        world.run(1_500);
        assert!(world.was_alerted("anna"), "{lost}");
        assert!(
            world.events("carl").contains(&PhoneEvent::Answered),
            "{lost}"
        );
    }
}

#[test]
fn without_a_copy_the_backup_refuses_calls_to_a_lost_pool_s_groups() {
    let mut world = World::new();
    world.kill(Primary);
    world.run(3_000);
    world.call("carl", "sales", Backup);
    world.run(1_000);
    assert_eq!(world.outcome("carl"), Some(PhoneEvent::Refused(480)));
}

#[test]
fn a_copy_imported_in_advance_answers_during_the_outage_and_reaches_only_the_backup_s_agents() {
    let mut world = World::new();
    world.import_into_backup();
    world.call("carl", "sales", Backup);
    world.run(1_000);
    assert!(
        world.was_alerted("anna"),
        "proxied to the owner while that lives"
    );
    world.hang_up("carl");
    world.run(500);
    world.forget();
    world.kill(Primary);
    world.run(3_000);
    world.behave("bert", Behaviour::Ring);
    world.call("carl", "sales", Backup);
    world.run(3_000);
    assert_eq!(world.alerted(), ["bert"], "{:#?}", world.log);
    let media = world.received_media("carl");
    assert!(
        World::is_media_of(media, Backup),
        "{media:?} {:#?} {:#?}",
        world.events("carl"),
        world.log
    );
}

#[test]
fn after_failover_agents_of_the_lost_pool_register_with_the_backup_and_are_reached() {
    let mut world = World::new();
    world.import_into_backup();
    world.kill(Primary);
    world.run(3_000);
    let before = world.events("anna");
    assert!(
        before.contains(&PhoneEvent::NotRegistered(Backup, 403)),
        "{before:?}"
    );
    assert_eq!(world.fail_over().status, 200);
    world.run(3_000);
    assert!(
        world
            .events("anna")
            .contains(&PhoneEvent::Registered(Backup))
    );
    world.call("carl", "sales", Backup);
    world.run(1_000);
    assert_eq!(world.alerted(), ["anna"]);
}

#[test]
fn a_pool_that_restarts_after_failover_is_fenced_before_it_answers_anything() {
    let mut world = World::new();
    world.import_into_backup();
    world.kill(Primary);
    world.run(3_000);
    assert_eq!(world.fail_over().status, 200);
    world.restart(Primary);
    world.call("carl", "sales", Primary);
    world.run(2_000);
    assert_eq!(world.outcome("carl"), Some(PhoneEvent::Refused(503)));
    assert_eq!(world.record(Primary), pair("fenced", "none"));
    let events = world.events("anna");
    let registered = events.iter().rev();
    let registered: Vec<_> = registered
        .filter(|event| matches!(event, PhoneEvent::Registered(_)))
        .take(1)
        .collect();
    assert_eq!(registered, [&PhoneEvent::Registered(Backup)]);
}

#[test]
fn what_was_sent_to_a_frozen_pool_is_refused_when_it_thaws_after_failover() {
    let mut world = World::new();
    world.import_into_backup();
    world.freeze(Primary);
    world.run(3_000);
    world.call("carl", "sales", Primary);
    let path = "/management/shell/workflows/sales?parent=primary";
    let body = json!({"description": "written to a frozen pool"});
    let write = world.send("administrator", Primary, "PUT", path, body);
    assert_eq!(world.fail_over().status, 200);
    world.thaw(Primary);
    world.run(1_000);
    assert_eq!(
        world.outcome("carl"),
        Some(PhoneEvent::Refused(503)),
        "{:#?}",
        world.log
    );
    assert_eq!(world.answers[&write].status, 503);
    let path = "/management/shell/workflows?identity=primary";
    let rows = world.ask("administrator", Backup, "GET", path, json!({}));
    assert!(!rows.body.to_string().contains("frozen"), "{rows:?}");
    assert!(!world.was_alerted("anna"));
}

#[test]
fn a_frozen_pool_that_thaws_ends_what_hangs_on_it_and_leaves_regular_calls_alone() {
    let mut world = World::new();
    world.call("carl", "sales", Primary);
    world.call("carmen", "doctor", Primary);
    world.run(1_500);
    world.call("chris", "formal", Primary);
    world.run(1_500);
    world.freeze(Primary);
    world.run(3_000);
    assert_eq!(world.fail_over().status, 200);
    world.thaw(Primary);
    world.run(2_000);
    assert!(!world.ended("carl") && !world.ended("anna"), "regular");
    assert!(
        matches!(world.received_media("carl"), ReceivedMedia::From(from) if from.port() == 16_000)
    );
    assert!(world.ended("carmen") && world.ended("anton"), "anonymous");
    assert!(world.ended("chris"), "in progress");
}

#[test]
fn a_pool_that_was_cut_off_is_fenced_before_it_takes_anything_new() {
    let mut world = World::new();
    world.import_into_backup();
    world.isolate(Primary);
    world.run(3_000);
    assert_eq!(world.fail_over().status, 200);
    world.rejoin(Primary);
    // Whatever the phase of the heartbeat, nothing slips in before the fence is up.
    for _ in 0..5 {
        world.call("carl", "sales", Primary);
        world.run(130);
        assert_eq!(world.outcome("carl"), Some(PhoneEvent::Refused(503)));
    }
}

#[test]
fn a_pool_that_nobody_heard_is_fenced_before_it_is_heard_again() {
    let mut world = World::new();
    world.import_into_backup();
    world.cut_outgoing(Primary);
    world.run(3_000);
    assert_eq!(world.fail_over().status, 200);
    world.rejoin(Primary);
    for _ in 0..5 {
        world.call("carl", "sales", Primary);
        world.run(450);
        assert_eq!(world.outcome("carl"), Some(PhoneEvent::Refused(503)));
    }
}

#[test]
fn while_failback_is_under_way_the_primary_takes_calls_and_its_users_stay_away() {
    let mut world = World::new();
    world.import_into_backup();
    world.kill(Primary);
    world.run(3_000);
    assert_eq!(world.fail_over().status, 200);
    world.behave("anna", Behaviour::Ring);
    world.call("carl", "sales", Backup);
    world.call("carmen", "doctor", Backup);
    world.run(1_500);
    assert!(world.was_alerted("anton"));
    world.restart(Primary);
    world.run(3_000);
    world.forget();

    let body = json!({"pool": "primary", "wait_time": "6s"});
    world.administer(Backup, "fail-back?begin=true", body);
    world.run(300);
    assert!(world.ended("carl"), "a call in progress at the backup ends");
    assert!(
        World::is_media_of(world.received_media("carmen"), Backup),
        "an anonymous one goes on"
    );
    world.forget();
    world.call("chris", "sales", Backup);
    world.run(3_000);
    assert_eq!(world.alerted(), ["bert"], "{:#?}", world.log);
    world.run(4_000);
    assert_eq!(world.record(Primary), pair("open", "none"));
    assert!(
        World::is_media_of(world.received_media("carmen"), Backup),
        "and on"
    );
    world.run(2_000);
    assert!(
        world
            .events("anna")
            .contains(&PhoneEvent::Registered(Primary))
    );
}

#[test]
fn failback_is_refused_while_the_primary_cannot_be_reached() {
    let mut world = World::new();
    world.kill(Primary);
    world.run(3_000);
    assert_eq!(world.fail_over().status, 200);
    let answer = world.fail_back();
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(world.record(Backup), pair("open", "standing-in"));
    world.restart(Primary);
    world.run(2_000);
    assert_eq!(world.fail_back().status, 200);
    assert_eq!(world.record(Primary), pair("open", "none"));
}

#[test]
fn failover_is_refused_where_it_makes_no_sense() {
    let mut world = World::new();
    let body = json!({"pool": "backup", "disaster_mode": true});
    assert_eq!(world.administer(Backup, "fail-over", body).status, 404);
    world.kill(Primary);
    world.run(3_000);
    let planned = json!({"pool": "primary"});
    assert_eq!(world.administer(Backup, "fail-over", planned).status, 503);
    let what_if = json!({"pool": "primary", "disaster_mode": true, "what_if": true});
    assert_eq!(world.administer(Backup, "fail-over", what_if).status, 200);
    assert_eq!(world.record(Backup), pair("open", "none"));
    assert_eq!(world.fail_over().status, 200);
    let again = json!({"pool": "primary", "disaster_mode": true});
    assert_eq!(world.administer(Backup, "fail-over", again).status, 409);
}

#[test]
fn a_backup_that_restarts_still_stands_in() {
    let mut world = World::new();
    world.import_into_backup();
    world.kill(Primary);
    world.run(3_000);
    assert_eq!(world.fail_over().status, 200);
    world.kill(Backup);
    world.restart(Backup);
    world.run(3_000);
    assert_eq!(world.record(Backup), pair("open", "standing-in"));
    world.run(4_000);
    world.call("carl", "sales", Backup);
    world.run(1_000);
    assert!(world.was_alerted("anna"));
}

#[test]
fn an_agent_who_is_reached_through_a_partner_that_dies_is_not_waited_for() {
    let mut world = World::new();
    world.behave("boris", Behaviour::Ring);
    let mut options = world::deployment::Options::default();
    options.groups.insert(
        "mixed",
        world::deployment::Group::regular(Primary, &["boris", "anna"]),
    );
    let mut world = World::with(options);
    world.behave("boris", Behaviour::Ring);
    world.call("carl", "mixed", Primary);
    world.run(1_000);
    assert_eq!(world.alerted(), ["boris"]);
    world.kill(Backup);
    world.run(2_500);
    assert_eq!(world.alerted(), ["boris", "anna"]);
}

#[test]
fn on_links_that_lose_double_and_reorder_packets_all_of_it_still_comes_to_its_end() {
    use node::sim::{Link, Probability};
    for seed in 0..20 {
        let mut world = World::with(world::deployment::Options {
            seed,
            ..Default::default()
        });
        world.sim.set_default_link(Link {
            loss: Probability::percent(5),
            duplicate: Probability::percent(2),
            reorder: Probability::percent(2),
            ..Link::SITE
        });
        world.import_into_backup();
        world.call("carl", "sales", Primary);
        world.call("carmen", "doctor", Primary);
        world.run(6_000);
        world.isolate(Primary);
        world.run(3_000);
        assert_eq!(world.fail_over().status, 200, "seed {seed}");
        world.rejoin(Primary);
        world.run(5_000);
        assert!(
            !world.ended("carl"),
            "seed {seed}: regular {:#?}",
            world.log
        );
        assert!(world.ended("carmen"), "seed {seed}: anonymous");
        assert_eq!(world.fail_back().status, 200, "seed {seed}");
        world.run(10_000);
        let open = pair("open", "none");
        assert_eq!(states(&mut world), [open.clone(), open], "seed {seed}");
        world.call("chris", "sales", Primary);
        world.run(10_000);
        assert!(
            matches!(world.received_media("chris"), ReceivedMedia::From(_)),
            "seed {seed}"
        );
    }
}
