//! Calls to response groups while all is well, and what becomes of them when a pool is lost.

mod world;

use std::time::Duration;

use world::phone::{Behaviour, PhoneEvent, ReceivedMedia};
use world::{Backup, Primary, World};

#[test]
fn a_regular_call_is_handed_over_and_survives_the_death_of_its_pool() {
    let mut world = World::new();
    world.call("carl", "sales", Primary);
    world.run(200);
    assert!(
        World::is_media_of(world.received_media("carl"), Primary),
        "music"
    );
    world.run(1_000);
    let anna = world.received_media("anna");
    assert!(
        matches!(world.received_media("carl"), ReceivedMedia::From(from) if from.port() == 16_000),
        "{:#?} {:#?}",
        world.events,
        world.log
    );
    assert!(matches!(anna, ReceivedMedia::From(from) if from.port() == 16_012));

    world.kill(Primary);
    world.run(10_000);
    assert!(
        matches!(world.received_media("carl"), ReceivedMedia::From(from) if from.port() == 16_000)
    );
    assert!(
        matches!(world.received_media("anna"), ReceivedMedia::From(from) if from.port() == 16_012)
    );
    assert!(!world.ended("carl") && !world.ended("anna"));
}

#[test]
fn an_anonymous_call_is_relayed_and_dies_with_its_pool() {
    let mut world = World::new();
    world.call("carl", "doctor", Primary);
    world.run(2_000);
    assert!(world.was_alerted("anton"));
    assert!(World::is_media_of(world.received_media("carl"), Primary));
    assert!(World::is_media_of(world.received_media("anton"), Primary));

    world.kill(Primary);
    world.run(500);
    assert_eq!(world.received_media("carl"), ReceivedMedia::Nothing);
    assert_eq!(world.received_media("anton"), ReceivedMedia::Nothing);
}

#[test]
fn agents_see_who_calls_and_for_which_group() {
    let mut world = World::new();
    world.call("carl", "doctor", Primary);
    world.run(1_000);
    let events = world.events("anton");
    let alerted = events.iter().find_map(|event| match event {
        PhoneEvent::Alerted {
            caller,
            asserted,
            contact,
        } => Some((caller.clone(), asserted.clone(), contact.clone())),
        _ => None,
    });
    let (caller, asserted, contact) = alerted.unwrap();
    assert!(caller.starts_with("sip:carl@"), "{caller}");
    assert_eq!(asserted.as_deref(), Some("<sip:doctor@198.18.0.1:5060>"));
    assert!(contact.contains("198.18.0.1:5060"), "{contact}");
}

#[test]
fn who_hangs_up_ends_the_call_for_the_other_even_after_it_was_handed_over() {
    for leaver in ["carl", "anna"] {
        let mut world = World::new();
        world.call("carl", "sales", Primary);
        world.run(2_000);
        world.hang_up(leaver);
        world.run(500);
        let other = if leaver == "carl" { "anna" } else { "carl" };
        assert!(world.ended(other), "{leaver} leaves");
    }
}

#[test]
fn serial_routing_asks_the_next_agent_when_the_first_declines() {
    let mut world = World::new();
    world.behave("anna", Behaviour::Decline);
    world.call("carl", "sales", Primary);
    world.run(2_000);
    assert_eq!(world.alerted(), ["anna", "bert"]);
}

#[test]
fn an_agent_who_lets_it_ring_is_given_up_after_the_alert_time() {
    let mut world = World::new();
    world.behave("anna", Behaviour::Ring);
    world.call("carl", "sales", Primary);
    world.run(9_900);
    assert_eq!(world.alerted(), ["anna"]);
    assert!(World::is_media_of(world.received_media("carl"), Primary));
    world.run(1_000);
    assert_eq!(world.alerted(), ["anna", "bert"]);
    assert!(world.ended("anna"), "the alert is cancelled");
}

#[test]
fn each_waiting_call_gets_an_agent_of_its_own() {
    let mut world = World::new();
    world.call("carl", "sales", Primary);
    world.run(1_000);
    world.call("carmen", "sales", Primary);
    world.run(1_000);
    world.call("chris", "sales", Primary);
    world.run(2_000);
    assert_eq!(world.alerted(), ["anna", "bert"]);
    assert!(
        World::is_media_of(world.received_media("chris"), Primary),
        "music"
    );
    world.hang_up("carmen");
    world.run(2_500);
    assert_eq!(world.alerted(), ["anna", "bert", "bert"]);
}

#[test]
fn a_caller_who_falls_silent_while_waiting_is_dropped() {
    let mut world = World::new();
    world.behave("anna", Behaviour::Ring);
    world.call("carl", "sales", Primary);
    world.run(1_000);
    let clients = world.clients;
    let primary = world.sim.host_of(world.pools[&Primary]);
    world.sim.cut(clients, primary, node::sim::Cut::Silent);
    world.run(4_000);
    assert!(world.ended("carl"));
}

#[test]
fn a_formal_group_asks_only_who_has_signed_in() {
    let mut world = World::new();
    world.call("carl", "formal", Primary);
    world.run(2_000);
    assert!(world.alerted().is_empty());
    let body = serde_json::json!({"group": "formal", "parent": "primary"});
    // Asked at the backup, which forwards it to the parent.
    let answer = world.ask("boris", Backup, "POST", "/console/SignIn", body);
    assert_eq!(answer.status, 200, "{answer:?}");
    world.run(1_000);
    assert_eq!(world.alerted(), ["boris"]);
}

#[test]
fn a_plain_call_goes_from_user_to_user_across_the_pools() {
    let mut world = World::new();
    world.call("carl", "zoe", Primary);
    world.run(1_000);
    assert!(world.was_alerted("zoe"));
    assert!(
        matches!(world.received_media("carl"), ReceivedMedia::From(from) if from.port() == 16_020)
    );
    world.hang_up("zoe");
    world.run(200);
    assert!(world.ended("carl"));
}

#[test]
fn a_caller_who_gives_up_while_a_plain_call_rings_cancels_it() {
    let mut world = World::new();
    world.behave("zoe", Behaviour::Ring);
    world.call("carl", "zoe", Primary);
    world.run(1_000);
    world.hang_up("carl");
    world.run(1_000);
    assert!(world.ended("zoe"));
}

#[test]
fn parallel_routing_asks_all_and_the_first_to_answer_gets_the_call() {
    let mut options = world::deployment::Options::default();
    if let Some(group) = options.groups.get_mut("sales") {
        group.routing = reference::store::agent_group::Routing::Parallel;
    }
    let mut world = World::with(options);
    world.behave("bert", Behaviour::AcceptAfter(Duration::from_millis(800)));
    world.call("carl", "sales", Primary);
    world.run(3_000);
    assert_eq!(world.alerted().len(), 2);
    assert!(world.ended("bert"), "{:#?}", world.log);
    assert!(
        matches!(world.received_media("carl"), ReceivedMedia::From(from) if from.port() == 16_000)
    );
}

#[test]
fn the_same_seed_gives_the_same_course() {
    let course = |seed| {
        let mut world = World::with(world::deployment::Options {
            seed,
            ..Default::default()
        });
        world.call("carl", "sales", Primary);
        world.call("carmen", "doctor", Backup);
        world.run(3_000);
        world.hang_up("carl");
        world.run(1_000);
        (format!("{:?}", world.events), world.log)
    };
    assert_eq!(course(3), course(3));
}

#[test]
fn pools_of_a_domain_refuse_whoever_asks_for_somebody_at_an_address() {
    let mut world = World::with(world::deployment::Options {
        domain: Some("voice.example".to_owned()),
        ..Default::default()
    });
    world.call("carl", "sales", Primary);
    world.run(1_000);
    assert_eq!(world.outcome("carl"), Some(PhoneEvent::Refused(404)));
    let anna = world.events("anna");
    assert!(
        anna.contains(&PhoneEvent::NotRegistered(Primary, 404)),
        "{anna:?}"
    );
}
