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
mod load;
mod over_tcp;
mod pair;
mod peers;
mod process;
mod running;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        trial("a_pair_of_pools_takes_calls", pair::takes_calls),
        trial("a_pool_takes_a_call_over_tcp", over_tcp::takes_a_call),
        trial(
            "a_response_goes_the_way_that_its_request_came",
            over_tcp::answers_come_back,
        ),
        trial(
            "a_call_that_is_passed_on_is_passed_on_over_tcp",
            over_tcp::is_passed_on,
        ),
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
        trial("a_database_that_is_killed_loses_nothing", || {
            files::killed_under_load(5);
        }),
        // For the time it takes; `--ignored` runs it.
        trial("a_database_that_is_killed_200_times_loses_nothing", || {
            files::killed_under_load(200);
        })
        .with_ignored_flag(true),
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
            "a_load_reaches_the_agents_that_it_brings",
            load::reaches_agents,
        ),
        trial(
            "a_load_that_is_interrupted_ends_its_calls",
            load::ends_its_calls,
        ),
        trial("a_load_fails_where_nobody_is", load::fails_where_nobody_is),
        trial("pools_that_run_already_are_drilled", running::are_drilled),
        trial(
            "a_fault_that_a_target_has_no_command_for_leaves_its_walk_open",
            running::lack_a_command,
        ),
        trial(
            "pools_that_do_not_answer_are_the_environments_trouble",
            running::do_not_answer,
        ),
        trial(
            "a_drill_of_running_pools_that_is_interrupted_mends_them",
            running::are_mended_when_interrupted,
        ),
        trial(
            "a_drill_of_running_pools_that_is_interrupted_names_those_that_cannot_be_mended",
            running::are_named_that_cannot_be_mended,
        ),
        trial(
            "what_a_holder_cuts_is_seen_by_probes",
            holders::cuts_are_seen,
        )
        .with_ignored_flag(!holders::are_possible()),
        against(&["sipsak"], "sipsak_is_answered", peers::sipsak_is_answered),
        against(
            &["sipp", "baresip"],
            "callers_of_sipp_talk_to_a_telephone_of_baresip",
            peers::sipp_talks_to_baresip,
        ),
        against(
            &["baresip"],
            "a_telephone_of_baresip_hears_a_caller_and_is_heard",
            peers::baresip_hears_and_is_heard,
        ),
        against(
            &["baresip"],
            "a_telephone_of_baresip_reaches_an_agent",
            peers::baresip_reaches_an_agent,
        ),
        against(
            &["sipsak", "kamailio"],
            "kamailio_challenges_and_proxies_actors",
            peers::kamailio_challenges_and_proxies,
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that needs these programs.
fn against(peers: &[&str], name: &str, test: fn()) -> Trial {
    trial(name, test).with_ignored_flag(!peers::are_installed(peers))
}

fn trial(name: &str, test: fn()) -> Trial {
    Trial::test(name, move || {
        test();
        Ok::<(), Failed>(())
    })
}
