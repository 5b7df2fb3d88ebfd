//! The processes of a laboratory, as they start by hand: pools, databases, actors and holders,
//! each a process of its own on this machine's network.
//!
//! A test that this machine cannot run is listed as ignored.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is unexpected fails the test"
)]

mod files;
mod floods;
mod holders;
mod over_tcp;
mod pair;
mod process;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        trial("a_pair_of_pools_takes_calls", pair::takes_calls),
        trial("a_pool_takes_a_call_over_tcp", over_tcp::takes_a_call),
        trial(
            "connections_that_others_close_or_hold_leave_a_pool_usable",
            floods::connections,
        ),
        trial(
            "a_length_beyond_all_numbers_leaves_a_pool_usable",
            floods::endless_length,
        ),
        trial("strangers_bodies_are_not_read", floods::strangers_bodies),
        trial("a_data_file_has_one_database", files::one_owner),
        trial("a_data_file_cut_to_nothing_is_told", files::emptied),
        trial(
            "a_file_that_may_not_grow_is_a_full_disk",
            files::may_not_grow,
        ),
        trial(
            "an_acknowledged_change_survives_sigkill",
            pair::keeps_changes,
        ),
        trial(
            "a_configuration_that_is_wrong_is_told_with_its_line",
            pair::tells_the_line,
        ),
        trial("actors_without_a_harness_exit", pair::actors_alone_exit),
        trial("actors_call_over_tcp", pair::actors_call_over_tcp),
        trial(
            "actors_ask_as_a_targets_text_says",
            pair::actors_ask_as_a_targets_text_says,
        ),
        trial(
            "what_a_holder_cuts_is_seen_by_probes",
            holders::cuts_are_seen,
        )
        .with_ignored_flag(!holders::are_possible()),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok::<(), Failed>(())
    })
}
