//! What is left on the engine.

use nix::sys::signal::Signal;

use crate::drill::{Drill, clean, has_nothing};
use crate::engine::possessions;
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
