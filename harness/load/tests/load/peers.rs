//! Callers, and whoever answers them.

use std::time::Duration;

use load::{CallsPlan, Command, Failure, Measured};
use node::sim::{NodeId, Ports};
use sip::{Name, Request, Response, StatusCode};

use crate::world::{MEDIA, REFUSES, Refuses, World, address, agents, calls};

const ANSWERS: u8 = 8;

/// Every call is counted once.
fn assert_counted(calls: &Measured) {
    let ended = calls.answered + calls.failed_in_all() + calls.given_up;
    assert_eq!(calls.attempted, ended, "{calls:?}");
    let answered = calls.completed + calls.cut_short + calls.not_confirmed;
    assert_eq!(calls.answered, answered, "{calls:?}");
    assert_eq!(calls.to_answer_us.count(), calls.answered);
    assert_eq!(calls.at_once, 0);
}

#[test]
fn calls_are_placed_evenly_answered_held_and_ended() {
    let mut world = World::new(1);
    let answering = world.agents(agents(0));
    let calling = world.callers(calls("x", address(ANSWERS, 5070)));
    world.run(9_000);
    let (so_far, is_over) = &world.told[&calling];
    assert_eq!(
        (so_far.attempted, so_far.at_once, is_over),
        (91, 24, &false)
    );
    world.run(10_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!((calls.attempted, calls.completed), (100, 100));
    assert_eq!(calls.most_at_once, 24);
    assert!((300_000..310_000).contains(&calls.to_answer_us.percentile(50.0)));
    assert!(calls.is_clean() && calls.is_whole() && calls.stray == 0);
    world.sim.command(answering, Command::End);
    world.run(1);
    let agents = world.measured(answering);
    assert_eq!((agents.answered, agents.completed), (100, 100));
}

/// Calls and their agents, with media.
fn talking() -> (World, NodeId) {
    let mut world = World::new(1);
    let mut agents = agents(0);
    let mut plan = calls("x", address(ANSWERS, 5070));
    (agents.media, plan.media) = (Some(MEDIA), Some(MEDIA));
    world.agents(agents);
    let calling = world.callers(plan);
    (world, calling)
}

/// What becomes of a call counts in the part in which it does.
#[test]
fn what_is_measured_in_parts_is_what_is_measured_in_all() {
    let parts_of = |asked: &[u64]| {
        let (mut world, calling) = talking();
        world.lossy(5, ANSWERS);
        for millis in asked {
            world.run(*millis);
            world.sim.command(calling, Command::Measure);
        }
        world.run(90_000);
        let mut parts = world.parts.remove(&calling).unwrap_or_default();
        parts.push(world.measured(calling).clone());
        parts
    };
    let [whole] = &parts_of(&[])[..] else {
        unreachable!("nobody asked");
    };
    let parts = parts_of(&[2_500, 3_000, 4_000]);
    let sum = |of: fn(&Measured) -> u64| parts.iter().map(of).sum::<u64>();
    let of: [fn(&Measured) -> u64; 6] = [
        |part| part.attempted,
        |part| part.answered,
        |part| part.completed,
        |part| part.to_answer_us.count(),
        |part| part.heard.received,
        |part| part.heard.lost,
    ];
    for of in of {
        assert_eq!(sum(of), of(whole), "{parts:?}");
    }
    assert!(
        parts
            .iter()
            .all(|part| part.attempted > 0 || part.completed > 0)
    );
    let of_those_placed = |part: &Measured| part.outcome.answered + part.outcome.failed;
    assert_eq!(of_those_placed(whole), whole.answered);
    assert!(
        parts
            .iter()
            .all(|part| of_those_placed(part) <= part.attempted)
    );
    let most = parts.iter().map(|part| part.most_at_once).max();
    assert_eq!(most, Some(whole.most_at_once));
}

#[test]
fn the_same_seed_gives_the_same_measurements() {
    let measured = |seed| {
        let mut world = World::new(seed);
        world.agents(agents(0));
        let calling = world.callers(calls("x", address(ANSWERS, 5070)));
        world.lossy(10, ANSWERS);
        world.run(60_000);
        world.measured(calling).clone()
    };
    assert_eq!(measured(1), measured(1));
    assert_ne!(measured(1), measured(2));
}

#[test]
fn messages_that_are_lost_are_sent_again() {
    let mut world = World::new(1);
    world.agents(agents(0));
    let plan = CallsPlan {
        rate: 50.0,
        ..calls("x", address(ANSWERS, 5070))
    };
    let calling = world.callers(plan);
    world.lossy(20, ANSWERS);
    world.run(90_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!(calls.answered, 500);
    assert!(calls.to_answer_us.max() > 800_000, "some came later");
    assert!(calls.completed > 490, "{calls:?}");
}

#[test]
fn media_that_is_lost_is_counted() {
    let heard = |percent| {
        let (mut world, calling) = talking();
        world.lossy(percent, ANSWERS);
        world.run(60_000);
        world.measured(calling).heard.clone()
    };
    let whole = heard(0);
    assert_eq!((whole.calls, whole.silent, whole.lost), (100, 0, 0));
    // Two seconds of each call, 50 packets a second.
    assert!((9_900..=10_100).contains(&whole.sent), "{whole:?}");
    assert!((9_900..=10_100).contains(&whole.received), "{whole:?}");
    assert_eq!(whole.loss_of_ten_thousand.max(), 0);
    let lossy = heard(10);
    let share = lossy.lost as f64 / (lossy.lost + lossy.received) as f64;
    assert!((0.08..0.12).contains(&share), "{share}");
    assert!(lossy.loss_of_ten_thousand.percentile(50.0) > 500);
}

#[test]
fn a_port_that_is_closed_and_a_host_that_is_silent_are_told_apart() {
    for (last, why) in [(ANSWERS, Failure::PortClosed), (7, Failure::TimedOut)] {
        let mut world = World::new(1);
        let host = world.host(last);
        if last == 7 {
            world.sim.power_off(host);
        }
        let calling = world.callers(calls("x", address(last, 5070)));
        world.run(60_000);
        let calls = world.measured(calling);
        assert_counted(calls);
        assert_eq!(calls.failed.get(&why), Some(&100), "{calls:?}");
        assert!(!calls.is_clean());
    }
}

#[test]
fn where_a_next_hop_says_nothing_the_next_one_is_called() {
    let mut world = World::new(1);
    world.agents(agents(0));
    let silent = world.host(7);
    world.sim.power_off(silent);
    let mut plan = calls("x", address(7, 5060));
    plan.to[0].hops.push(address(ANSWERS, 5070));
    let calling = world.callers(plan);
    world.run(60_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!(calls.completed, 100);
    assert!(calls.to_answer_us.min() > 2_000_000);
}

#[test]
fn a_refusal_is_counted_by_its_code() {
    let mut world = World::new(1);
    world.add(7, Ports::new().one(REFUSES.0), |_| {
        Refuses(|request| Response::to(request, StatusCode::NOT_FOUND))
    });
    let calling = world.callers(calls("x", address(7, REFUSES.0)));
    world.run(20_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!(calls.failed.get(&Failure::Refused(404)), Some(&100));
    assert_eq!((calls.held_back, calls.is_whole()), (0, true));
}

/// Has too much to do, and asks not to be called for so many seconds.
fn unavailable_for(seconds: &str, request: &Request) -> Response {
    let mut response = Response::to(request, StatusCode::SERVICE_UNAVAILABLE);
    response.headers.insert(Name::RETRY_AFTER, seconds);
    response
}

#[test]
fn who_asks_for_a_pause_is_given_it() {
    let mut world = World::new(1);
    world.add(7, Ports::new().one(REFUSES.0), |_| {
        Refuses(|request| unavailable_for("3", request))
    });
    let calling = world.callers(calls("x", address(7, REFUSES.0)));
    world.run(20_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    // At 0, 3.1, 6.2 and 9.3 s.
    assert_eq!((calls.attempted, calls.held_back), (4, 96));
    assert!(!calls.is_whole());
}

/// What could not be borne in one stage may be in the next.
#[test]
fn a_pause_does_not_outlast_what_is_measured_together() {
    let mut world = World::new(1);
    world.add(7, Ports::new().one(REFUSES.0), |_| {
        Refuses(|request| unavailable_for("60", request))
    });
    let calling = world.callers(calls("x", address(7, REFUSES.0)));
    world.run(4_000);
    world.sim.command(calling, Command::Measure);
    world.run(20_000);
    let parts = world.parts.remove(&calling).unwrap_or_default();
    let later = world.measured(calling);
    assert_eq!((parts[0].attempted, later.attempted), (1, 1));
    assert_eq!((parts[0].outcome.failed, later.outcome.failed), (1, 1));
}

/// The one that asks not to be called is passed by for that time; the other is called for all of it.
#[test]
fn a_next_hop_that_asks_for_a_pause_holds_nothing_back_where_there_is_another() {
    let mut world = World::new(1);
    world.add(7, Ports::new().one(REFUSES.0), |_| {
        Refuses(|request| unavailable_for("60", request))
    });
    world.agents(agents(0));
    let mut plan = calls("x", address(7, REFUSES.0));
    plan.to[0].hops.push(address(ANSWERS, 5070));
    let calling = world.callers(plan);
    world.run(20_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!((calls.completed, calls.held_back), (100, 0), "{calls:?}");
}

#[test]
fn no_more_calls_are_placed_at_once_than_may_be() {
    let mut world = World::new(1);
    world.agents(agents(0));
    let plan = CallsPlan {
        most: 5,
        ..calls("x", address(ANSWERS, 5070))
    };
    let calling = world.callers(plan);
    world.run(20_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!(calls.most_at_once, 5);
    assert_eq!(calls.attempted + calls.too_many, 100);
    assert!(calls.too_many > 50 && calls.is_clean() && !calls.is_whole());
}

#[test]
fn a_caller_who_waits_too_long_gives_up() {
    let mut world = World::new(1);
    let mut ringing = agents(0);
    ringing.ring = Duration::from_secs(60);
    let answering = world.agents(ringing);
    let plan = CallsPlan {
        patience: Duration::from_secs(3),
        ..calls("x", address(ANSWERS, 5070))
    };
    let calling = world.callers(plan);
    world.run(60_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!(calls.failed.get(&Failure::NotAnswered), Some(&100));
    assert_eq!(world.told[&answering].0.given_up, 100);
}

#[test]
fn a_load_that_is_to_end_ends_its_calls_and_is_over() {
    let mut world = World::new(1);
    let answering = world.agents(agents(0));
    let plan = CallsPlan {
        rate: 500.0,
        hold: Duration::from_secs(60),
        ..calls("x", address(ANSWERS, 5070))
    };
    let calling = world.callers(plan);
    world.run(2_000);
    world.sim.command(calling, Command::End);
    world.run(2_000);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!(calls.attempted, 1_000);
    assert!(calls.given_up > 100, "those that rang: {calls:?}");
    assert_eq!(calls.completed, calls.answered);
    assert_eq!(world.told[&answering].0.at_once, 0);
}

#[test]
fn a_load_that_nobody_answers_is_over_soon_as_well() {
    let mut world = World::new(1);
    let silent = world.host(7);
    world.sim.power_off(silent);
    let calling = world.callers(calls("x", address(7, 5060)));
    world.run(2_000);
    world.sim.command(calling, Command::End);
    world.run(4_100);
    let calls = world.measured(calling);
    assert_counted(calls);
    assert_eq!(calls.given_up, 21);
}
