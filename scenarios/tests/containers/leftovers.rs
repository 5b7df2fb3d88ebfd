//! What is left on the engine.

use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use crate::drill::{Drill, Outcome, clean, has_nothing};
use crate::engine::{Possessions, possessions};
use crate::road::Road;

pub(crate) fn of_an_interrupted_drill() {
    let mut drill = Drill::of_control(&[]);
    drill.until_under_way();
    let process = drill.process();
    drill.signal(Signal::SIGINT);
    let outcome = drill.outcome();
    assert_eq!(outcome.code, Some(3), "{}", outcome.told);
    assert!(outcome.told.contains("interrupted"), "{}", outcome.told);
    assert!(!outcome.run().exists());
    has_nothing(process);
}

/// Before any walk is under way.
pub(crate) fn of_a_drill_interrupted_while_its_first_lab_is_made() {
    let mut drill = Drill::of_control(&[]);
    drill.until_begun();
    let process = drill.process();
    drill.signal(Signal::SIGINT);
    let outcome = drill.outcome();
    assert_eq!(outcome.code, Some(3), "{}", outcome.told);
    has_nothing(process);
}

/// As pipelines do it: what is being removed is removed to its end.
pub(crate) fn of_a_drill_that_is_told_to_end_twice() {
    let mut drill = Drill::of_control(&[]);
    drill.until_under_way();
    let process = drill.process();
    drill.signal(Signal::SIGINT);
    drill.signal(Signal::SIGTERM);
    drill.signal(Signal::SIGTERM);
    let outcome = drill.outcome();
    assert_eq!(outcome.code, Some(3), "{}", outcome.told);
    has_nothing(process);
}

pub(crate) fn of_a_drill_that_is_interrupted_twice() {
    let mut drill = Drill::of_control(&[]);
    drill.until_under_way();
    let process = drill.process();
    drill.signal(Signal::SIGINT);
    let mut told = drill.told_up_to("interrupted: the drill ends");
    // Any sooner it would be the same one, sent to a group as well.
    thread::sleep(Duration::from_millis(400));
    drill.signal(Signal::SIGINT);
    let outcome = drill.outcome();
    told.push_str(&outcome.told);
    assert_eq!(outcome.code, Some(4), "{told}");
    assert!(told.contains("`rgdrill clean` removes it"), "{told}");
    clean();
    has_nothing(process);
}

pub(crate) fn of_an_engine_that_hangs() {
    let (_road, drill) = drill_whose_engine_hangs();
    let process = drill.process();
    let outcome = drill.outcome();
    assert_eq!(outcome.code, Some(4), "{}", outcome.told);
    let silence = "nothing has been heard";
    assert!(outcome.told.contains(silence), "{}", outcome.told);
    leaves_all_to_clean(&outcome, process);
}

/// Whoever interrupts a drill may be waiting for an engine that hangs already.
pub(crate) fn of_an_engine_that_hangs_when_its_drill_is_interrupted() {
    let (_road, drill) = drill_whose_engine_hangs();
    let process = drill.process();
    drill.signal(Signal::SIGINT);
    let begun = Instant::now();
    let outcome = drill.outcome();
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(7), "{took:?}");
    assert_eq!(outcome.code, Some(3), "{}", outcome.told);
    leaves_all_to_clean(&outcome, process);
}

/// A drill under way, whose engine takes from now on whatever it is asked, and does not say a word.
fn drill_whose_engine_hangs() -> (Road, Drill) {
    let road = Road::open();
    let mut drill = Drill::of_control(&[("DOCKER_HOST", road.host().as_str())]);
    drill.until_under_way();
    road.stall();
    (road, drill)
}

/// The drill has said what is left, and `rgdrill clean` removes it.
fn leaves_all_to_clean(outcome: &Outcome, process: u32) {
    for said in ["left on the engine", "`rgdrill clean`"] {
        assert!(outcome.told.contains(said), "{}", outcome.told);
    }
    clean();
    has_nothing(process);
}

/// At many moments, with each signal, and with one after the other. Nothing may be left, or what removes
/// it must be named.
#[expect(
    clippy::print_stdout,
    reason = "how long each took is for whoever runs it"
)]
pub(crate) fn of_drills_interrupted_at_many_moments() {
    let ways: [&[Signal]; 3] = [
        &[Signal::SIGINT],
        &[Signal::SIGTERM],
        &[Signal::SIGINT, Signal::SIGTERM],
    ];
    let moments = (0..17).map(|n| Duration::from_millis(100 + 900 * n));
    for (moment, signals) in moments.flat_map(|moment| ways.map(|signals| (moment, signals))) {
        let drill = Drill::of_control(&[]);
        let process = drill.process();
        // The moment is what is tried, whatever the drill does then.
        thread::sleep(moment);
        let begun = Instant::now();
        for (number, signal) in signals.iter().enumerate() {
            if number > 0 {
                thread::sleep(Duration::from_secs(1));
            }
            drill.signal(*signal);
        }
        let outcome = drill.outcome();
        let took = begun.elapsed();
        let left = possessions(process);
        println!(
            "{signals:?} after {moment:?}: exit code {:?} {took:.1?} later; {left:?}",
            outcome.code
        );
        let is_named = outcome.told.contains("`rgdrill clean`");
        assert!(
            left == Possessions::default() || is_named,
            "{}",
            outcome.told
        );
        // Without one, it had not got to handling signals yet.
        assert!(matches!(outcome.code, None | Some(3)), "{}", outcome.told);
    }
}

pub(crate) fn of_a_killed_drill() {
    let mut drill = Drill::of_control(&[]);
    drill.until_under_way();
    let process = drill.process();
    drill.signal(Signal::SIGKILL);
    drill.outcome();
    let left = possessions(process);
    assert!(left.containers > 0 && left.networks == 1, "{left:?}");
    // Another test's clean, or drill, may have been first.
    assert!(clean().starts_with("removed: "));
    has_nothing(process);
}

pub(crate) fn of_an_engine_that_vanishes() {
    let road = Road::open();
    let mut drill = Drill::of_control(&[("DOCKER_HOST", road.host().as_str())]);
    drill.until_under_way();
    let process = drill.process();
    road.close();
    let outcome = drill.outcome();
    assert_eq!(outcome.code, Some(4), "{}", outcome.told);
    assert!(
        outcome.told.contains("could not be completed"),
        "{}",
        outcome.told
    );
    clean();
    has_nothing(process);
}
