//! The lab in containers, as its users meet it: what probes see of each fault, what is left when a
//! drill is interrupted or killed or its engine vanishes, two drills side by side, one of which reaches
//! its engine over a network, what this kernel has not the means for, and servers that nobody here wrote.
//!
//! Where no container engine answers, all of these are listed as ignored; where it has no image of Asterisk
//! (`docker/asterisk/build-image`), what needs one.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is unexpected fails the test"
)]

mod asterisk;
mod drill;
mod engine;
mod faults;
mod leftovers;
mod means;
mod neighbours;
mod road;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They wait for most of the time; but engines and kernels have hung that were to make and remove
    // the containers of more drills at once.
    arguments.test_threads.get_or_insert(2);
    let trials: Vec<(&str, fn())> = vec![
        (
            "faults_look_to_probes_as_they_do_in_simulation",
            faults::look_as_in_simulation,
        ),
        (
            "drills_side_by_side_one_of_them_over_a_network_do_not_touch_each_other",
            neighbours::leave_each_other_alone,
        ),
        (
            "a_drill_that_is_interrupted_leaves_nothing",
            leftovers::of_an_interrupted_drill,
        ),
        (
            "a_drill_that_is_interrupted_while_its_first_lab_is_made_leaves_nothing",
            leftovers::of_a_drill_interrupted_while_its_first_lab_is_made,
        ),
        (
            "a_drill_that_is_told_to_end_twice_removes_what_it_made",
            leftovers::of_a_drill_that_is_told_to_end_twice,
        ),
        (
            "a_drill_that_is_interrupted_twice_says_how_to_remove_what_it_made",
            leftovers::of_a_drill_that_is_interrupted_twice,
        ),
        (
            "an_engine_that_hangs_is_not_waited_for",
            leftovers::of_an_engine_that_hangs,
        ),
        (
            "an_engine_that_hangs_is_not_waited_for_by_a_drill_that_is_interrupted",
            leftovers::of_an_engine_that_hangs_when_its_drill_is_interrupted,
        ),
        (
            "what_a_killed_drill_leaves_is_removed_by_clean",
            leftovers::of_a_killed_drill,
        ),
        (
            "an_engine_that_vanishes_is_told_and_what_it_kept_is_removed_later",
            leftovers::of_an_engine_that_vanishes,
        ),
        (
            "what_the_kernel_has_not_the_means_for_is_inconclusive",
            means::of_the_kernel,
        ),
    ];
    let engine = lab::docker::Engine::connect(&CancellationToken::new()).ok();
    let lacks = match engine {
        Some(_) => "",
        None => "no container engine answers",
    };
    let trials = trials
        .into_iter()
        .map(|(name, test)| trial(name, test, lacks));
    let has_asterisk = engine.is_some_and(|engine| asterisk::has_image(&engine));
    let asterisk = trial(
        "a_pair_of_asterisk_servers_is_drilled",
        asterisk::is_drilled,
        match has_asterisk {
            true => "",
            false => "no image: docker/asterisk/build-image",
        },
    );
    // For the time it takes; `--ignored` runs it.
    let many = "drills_that_are_interrupted_at_many_moments_leave_nothing";
    let many = trial(
        many,
        leftovers::of_drills_interrupted_at_many_moments,
        lacks,
    );
    let many = many.with_ignored_flag(true);
    libtest_mimic::run(&arguments, trials.chain([asterisk, many]).collect()).exit_code()
}

/// A test, which is ignored where it `lacks` something.
fn trial(name: &str, test: fn(), lacks: &str) -> Trial {
    Trial::test(name, move || {
        test();
        Ok::<(), Failed>(())
    })
    .with_kind(lacks)
    .with_ignored_flag(!lacks.is_empty())
}
