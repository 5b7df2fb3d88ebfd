//! What becomes of a pool that has more to do than it can, or than it is to.

mod world;

use reference::config::Limits;
use world::deployment::Options;
use world::phone::{Behaviour, PhoneEvent};
use world::{Primary, World};

const CALLERS: [&str; 6] = ["carl", "carmen", "chris", "cora", "zoe", "zack"];

#[test]
fn an_agent_whose_phone_refuses_is_asked_once_a_second_however_many_calls_wait() {
    let mut world = World::new();
    for agent in ["anna", "bert"] {
        world.behave(agent, Behaviour::Busy);
    }
    for caller in CALLERS {
        world.call(caller, "sales", Primary);
    }
    world.run(10_000);
    for agent in ["anna", "bert"] {
        let alerted = world.alerted().into_iter().filter(|name| *name == agent);
        let alerted = alerted.count();
        assert!(
            (9..=11).contains(&alerted),
            "{agent} was asked {alerted} times"
        );
    }
    assert!(
        !CALLERS.iter().any(|caller| world.ended(caller)),
        "all wait"
    );
    world.behave("anna", Behaviour::Ring);
    world.run(1_100);
    assert_eq!(
        world.outcome("anna").map(|seen| caller(&seen)),
        Some("sip:carl".to_owned())
    );
}

/// Who has waited for the longest time comes first.
fn caller(seen: &PhoneEvent) -> String {
    match seen {
        PhoneEvent::Alerted { caller, .. } => caller.split('@').take(1).collect(),
        other => format!("{other:?}"),
    }
}

fn limited(limits: Limits) -> World {
    World::with(Options {
        limits,
        ..Options::default()
    })
}

#[test]
fn a_call_too_many_is_refused_and_those_that_are_there_go_on() {
    let mut world = limited(Limits {
        calls: 1,
        ..Limits::default()
    });
    world.behave("anna", Behaviour::Ring);
    world.call("carl", "sales", Primary);
    world.run(500);
    world.call("carmen", "sales", Primary);
    world.run(500);
    assert_eq!(world.outcome("carmen"), Some(PhoneEvent::Refused(503)));
    assert!(world.was_alerted("anna") && !world.ended("carl"));
    world.hang_up("carl");
    world.run(500);
    world.call("carmen", "sales", Primary);
    world.run(500);
    assert_eq!(
        world.outcome("carmen"),
        Some(PhoneEvent::Answered),
        "there is room again"
    );
}

#[test]
fn calls_that_come_too_fast_are_refused_until_they_come_slower() {
    let mut world = limited(Limits {
        calls_per_second: 2,
        ..Limits::default()
    });
    for caller in ["carl", "carmen", "chris", "cora"] {
        world.call(caller, "sales", Primary);
    }
    world.run(300);
    let refused = |world: &World, caller| world.outcome(caller) == Some(PhoneEvent::Refused(503));
    let all = ["carl", "carmen", "chris", "cora"];
    assert_eq!(
        all.iter().filter(|caller| refused(&world, caller)).count(),
        2
    );
    world.run(1_000);
    world.call("zoe", "sales", Primary);
    world.run(300);
    assert!(!refused(&world, "zoe"));
}
