//! A load through a reference pool: registrations, queues, calls that are handed over.

use std::time::Duration;

use load::{CallsPlan, Command, Failure};
use reference::config::Limits;

use crate::world::{MEDIA, World, address, agents, calls};

const POOL: u8 = 1;

#[test]
fn agents_register_are_alerted_and_answer_and_media_flows() {
    let mut world = World::new(1);
    world.pool(60, Limits::default());
    let mut who = agents(60);
    who.media = Some(MEDIA);
    let answering = world.agents(who);
    world.run(2_000);
    assert_eq!(world.told[&answering].0.registered, 60);
    let plan = CallsPlan {
        hold: Duration::from_secs(4),
        media: Some(MEDIA),
        ..calls("sales", address(POOL, 5060))
    };
    let calling = world.callers(plan);
    world.run(30_000);
    let calls = world.measured(calling).clone();
    assert_eq!((calls.attempted, calls.completed), (100, 100), "{calls:?}");
    assert_eq!((calls.heard.silent, calls.heard.lost), (0, 0), "{calls:?}");
    assert!(calls.heard.received > 18_000, "{calls:?}");
    world.sim.command(answering, Command::End);
    world.run(1_000);
    let agents = world.measured(answering);
    assert_eq!((agents.registered, agents.at_once), (0, 0));
    assert_eq!(agents.answered, 100, "{agents:?}");
    assert!(agents.heard.received > 15_000, "{agents:?}");
}

/// Whatever was on its way when the load ended: a pool is to keep no contact of a telephone that is gone.
#[test]
fn agents_who_end_while_they_register_leave_no_registration() {
    for after_ms in [1, 2, 3, 5, 8, 20] {
        let mut world = World::new(1);
        world.pool(40, Limits::default());
        let answering = world.agents(agents(40));
        world.run(after_ms);
        world.sim.command(answering, Command::End);
        world.run(2_500);
        let agents = world.measured(answering);
        assert_eq!(agents.registered, 0, "after {after_ms} ms: {agents:?}");
    }
}

/// The first registrar is not there, so that the second has them all: their refreshes go there at once.
#[test]
fn agents_are_refreshed_where_they_are_registered() {
    let mut world = World::new(1);
    world.pool(10, Limits::default());
    let mut who = agents(10);
    who.registrars.insert(0, address(7, 5060));
    who.expires = Duration::from_secs(10);
    world.host(7);
    let answering = world.agents(who);
    world.run(60_000);
    let (agents, _) = &world.told[&answering];
    assert_eq!(agents.registered, 10, "{agents:?}");
    let not: u64 = agents.not_registered.values().sum();
    assert_eq!(not, 10, "each asked the first once: {agents:?}");
}

#[test]
fn a_pool_that_has_too_much_to_do_is_given_a_pause() {
    let mut world = World::new(1);
    let limits = Limits {
        calls: 5,
        ..Limits::default()
    };
    world.pool(40, limits);
    world.agents(agents(40));
    world.run(2_000);
    let calling = world.callers(calls("sales", address(POOL, 5060)));
    world.run(30_000);
    let calls = world.measured(calling);
    assert!(
        calls.failed[&Failure::Refused(503)] > 0 && calls.held_back > 0,
        "{calls:?}"
    );
    assert_eq!(calls.answered, calls.completed);
}

#[test]
fn a_pool_that_vanishes_cuts_nothing_short_and_fails_what_comes_then() {
    let mut world = World::new(1);
    let pool = world.pool(40, Limits::default());
    world.agents(agents(40));
    world.run(2_000);
    let plan = CallsPlan {
        hold: Duration::from_secs(5),
        ..calls("sales", address(POOL, 5060))
    };
    let calling = world.callers(plan);
    world.run(5_050);
    world.sim.kill(pool);
    world.run(60_000);
    let calls = world.measured(calling);
    assert!(calls.answered >= 45 && calls.not_confirmed > 0, "{calls:?}");
    assert!(calls.failed[&Failure::PortClosed] >= 45, "{calls:?}");
    assert_eq!(calls.cut_short, 0, "{calls:?}");
    let ended = calls.answered + calls.failed_in_all();
    assert_eq!((calls.attempted, ended), (100, 100), "{calls:?}");
}
