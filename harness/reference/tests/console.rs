//! The agent console, and calls on behalf of a group.

mod world;

use std::time::Duration;

use serde_json::{Value, json};

use world::browser::Answer;
use world::phone::{PhoneEvent, ReceivedMedia};
use world::{Backup, Pool, Primary, World};

#[expect(
    clippy::unwrap_used,
    reason = "a row without its columns fails the test"
)]
fn rows(world: &mut World, agent: &str, at: Pool) -> Vec<String> {
    let answer = world.ask(agent, at, "POST", "/console/GetGroups", json!({}));
    assert_eq!(answer.status, 200, "{answer:?}");
    let rows = answer.body["groups"].as_array().unwrap();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            let (name, owner) = (text(row, "name"), text(row, "owner"));
            let signed_in = row["signed_in"].as_bool().unwrap();
            let mark = if signed_in { "+" } else { "-" };
            format!("{mark}{name}/{owner}/{}", text(row, "parent"))
        })
        .collect()
}

fn sign_in(world: &mut World, agent: &str, at: Pool, group: &str, parent: &str) -> Answer {
    let body = json!({"group": group, "parent": parent});
    world.ask(agent, at, "POST", "/console/SignIn", body)
}

#[test]
fn both_consoles_show_the_same_rows_and_copies_only_from_failover_to_failback() {
    let mut world = World::new();
    world.import_into_backup();
    world.run(200);
    let own = ["-formal/primary/primary"];
    assert_eq!(rows(&mut world, "boris", Primary), own);
    assert_eq!(rows(&mut world, "boris", Backup), own);

    world.begin_fail_over("1s");
    world.run(200);
    let both = ["-formal/primary/backup", "-formal/primary/primary"];
    assert_eq!(rows(&mut world, "boris", Primary), both);
    assert_eq!(rows(&mut world, "boris", Backup), both);
    world.run(1_000);

    assert_eq!(world.fail_back().status, 200);
    assert_eq!(rows(&mut world, "boris", Primary), own);
    assert_eq!(rows(&mut world, "boris", Backup), own);
}

#[test]
fn groups_of_a_dead_pool_are_shown_even_by_a_backup_that_has_restarted_since() {
    let mut world = World::new();
    world.kill(Primary);
    world.run(2_000);
    world.kill(Backup);
    world.restart(Backup);
    world.run(3_000);
    assert_eq!(
        rows(&mut world, "boris", Backup),
        ["-formal/primary/primary"]
    );
}

#[test]
fn signing_in_to_a_group_of_a_lost_pool_is_refused_within_a_second() {
    for lost in ["kill", "power-off", "freeze"] {
        let mut world = World::new();
        match lost {
            "kill" => world.kill(Primary),
            "power-off" => world.power_off(Primary),
            _ => world.freeze(Primary),
        }
        let before = world.sim.now();
        let answer = sign_in(&mut world, "boris", Backup, "formal", "primary");
        assert_eq!(answer.status, 503, "{lost}");
        let took = answer.at.since(before);
        assert!(took < Duration::from_millis(1_100), "{lost} took {took:?}");
    }
}

#[test]
fn agents_of_a_formal_group_have_to_sign_in_again_at_the_backup() {
    let mut world = World::new();
    world.import_into_backup();
    assert_eq!(
        sign_in(&mut world, "boris", Primary, "formal", "primary").status,
        200
    );
    assert_eq!(
        sign_in(&mut world, "boris", Backup, "formal", "backup").status,
        503
    );
    world.kill(Primary);
    world.run(2_000);
    assert_eq!(world.fail_over().status, 200);
    let signed_out = ["-formal/primary/backup", "+formal/primary/primary"];
    assert_eq!(rows(&mut world, "boris", Backup), signed_out);
    world.call("carl", "formal", Backup);
    world.run(1_000);
    assert!(!world.was_alerted("boris"));
    assert_eq!(
        sign_in(&mut world, "boris", Backup, "formal", "backup").status,
        200
    );
    world.run(1_000);
    assert!(world.was_alerted("boris"));
}

#[test]
fn a_sign_in_outlives_the_pool_that_keeps_it() {
    let mut world = World::new();
    assert_eq!(
        sign_in(&mut world, "axel", Primary, "formal", "primary").status,
        200
    );
    world.kill(Primary);
    world.restart(Primary);
    world.run(2_000);
    assert_eq!(
        rows(&mut world, "axel", Primary),
        ["+formal/primary/primary"]
    );
}

fn on_behalf(world: &mut World, agent: &str, at: Pool) -> Answer {
    let body = json!({"group": "sales", "callee": "zoe"});
    world.ask(agent, at, "POST", "/console/CallOnBehalf", body)
}

fn caller_shown_to(world: &World, name: &str) -> Option<String> {
    world
        .events(name)
        .into_iter()
        .find_map(|event| match event {
            PhoneEvent::Alerted { caller, .. } => Some(caller),
            _ => None,
        })
}

#[test]
fn a_call_on_behalf_of_a_group_shows_the_group_and_is_handed_over() {
    for at in [Primary, Backup] {
        let mut world = World::new();
        let answer = on_behalf(&mut world, "bert", at);
        assert_eq!(answer.status, 200, "{answer:?} {:#?}", world.log);
        world.run(1_500);
        let caller = caller_shown_to(&world, "zoe").unwrap();
        assert!(caller.starts_with("sip:sales@"), "{caller}");
        assert!(
            matches!(world.received_media("zoe"), ReceivedMedia::From(from) if from.port() == 16_006)
        );
        assert!(
            matches!(world.received_media("bert"), ReceivedMedia::From(from) if from.port() == 16_020)
        );
        world.hang_up("zoe");
        world.run(200);
        assert!(world.ended("bert"));
    }
}

#[test]
fn calls_on_behalf_of_a_group_are_disabled_in_the_outage_and_done_by_a_stand_in_with_a_copy() {
    for imported in [false, true] {
        let mut world = World::new();
        if imported {
            world.import_into_backup();
        }
        world.kill(Primary);
        world.run(2_000);
        assert_eq!(on_behalf(&mut world, "bert", Backup).status, 503);
        world.begin_fail_over("1s");
        assert_eq!(
            on_behalf(&mut world, "bert", Backup).status,
            503,
            "under way"
        );
        world.run(3_000);
        assert!(caller_shown_to(&world, "zoe").is_none());
        let expected = if imported { 200 } else { 503 };
        assert_eq!(on_behalf(&mut world, "bert", Backup).status, expected);
        world.run(1_000);
        assert_eq!(caller_shown_to(&world, "zoe").is_some(), imported);
    }
}

#[test]
fn calls_on_behalf_of_a_group_are_disabled_while_failback_is_under_way() {
    let mut world = World::new();
    world.import_into_backup();
    assert_eq!(world.fail_over().status, 200);
    let body = json!({"pool": "primary", "wait_time": "5s"});
    world.administer(Backup, "fail-back?begin=true", body);
    for at in [Primary, Backup] {
        assert_eq!(on_behalf(&mut world, "bert", at).status, 503, "{at:?}");
    }
    world.run(6_000);
    assert_eq!(on_behalf(&mut world, "bert", Primary).status, 200);
}

#[test]
fn who_is_no_member_cannot_call_on_behalf_of_a_group() {
    let mut world = World::new();
    assert_eq!(on_behalf(&mut world, "boris", Primary).status, 403);
}
