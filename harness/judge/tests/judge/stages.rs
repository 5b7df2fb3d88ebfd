//! Stages that were not reached, were too short, or did not begin in the steady state.

use model::Verdict::{Fail, Inconclusive, Pass};
use model::host::HostName;
use model::journal::event::EndedBy;
use model::journal::{Event, StopReason};
use model::reach::Reach;
use model::topology::Pool;
use model::{Stage, Verdict};
use rstest::rstest;

use crate::drill;
use crate::script::{Script, is_of, is_probe_of, us, within};
use crate::world;

/// The walk stops at this instant, waiting for something.
fn stopped(at: f64, why: &str) -> Script {
    drill::imported()
        .without(|record| record.t_us >= us(at))
        .adding(|script| {
            let why = StopReason::TimedOut {
                after_s: 60,
                waiting_for: why.to_owned(),
            };
            script.line(at, "conductor", Event::WalkStopped { why });
        })
}

#[test]
fn a_stage_that_was_never_reached_says_what_was_waited_for() {
    let script = stopped(21.0, "failover to complete");
    script.clone().gives(
        "failback.new.all",
        Inconclusive,
        "failback was never reached",
    );
    script.clone().gives(
        "failback.new.all",
        Inconclusive,
        "timed out after 60 s waiting for failover to complete",
    );
    script.gives("failover.connected.regular", Inconclusive, "never ended");
}

#[test]
fn what_was_judged_before_the_walk_stopped_stands() {
    stopped(21.0, "failover to complete").gives("outage.connected.regular", Pass, "stayed");
}

/// Failback is complete that soon after it was invoked.
fn failback_lasting(lasted: f64) -> Script {
    let end = world::stage(Stage::Failback).0 + lasted;
    drill::imported().changing(|record| {
        let of_failback = matches!(
            record.event,
            Event::StageEnded {
                stage: Stage::Failback
            } | Event::StageBegan {
                stage: Stage::FailedBack
            }
        );
        if of_failback {
            record.t_us = us(end);
        }
    })
}

#[rstest]
#[case("failback.connected.regular", 0.7, "the window of 1s")]
#[case("failback.in-progress.imported", 1.5, "the window of 2s")]
fn a_stage_shorter_than_the_window_proves_nothing(
    #[case] clause: &str,
    #[case] lasted: f64,
    #[case] why: &str,
) {
    let script = failback_lasting(lasted);
    script.clone().gives(clause, Inconclusive, "stage lasted");
    script.gives(clause, Inconclusive, why);
}

#[test]
fn what_a_stage_shorter_than_the_window_shows_to_be_wrong_is_wrong() {
    let begin = world::stage(Stage::Failback).0;
    failback_lasting(0.7)
        .adding(|script| script.ended("rita/1", EndedBy::Bye, begin + 0.5))
        .gives("failback.connected.regular", Fail, "a BYE came");
    failback_lasting(1.5)
        .adding(|script| script.alerted("pamela/9", "wally", Pool::Primary, begin + 1.0))
        .gives("failback.new.all", Fail, "alerted pamela");
}

fn everything_is_inconclusive(script: Script, why: &str) {
    for finding in script.findings() {
        let as_expected =
            finding.result.verdict == Verdict::Inconclusive && finding.result.reason.contains(why);
        assert!(as_expected, "{finding:#?}");
    }
}

#[test]
fn an_agent_who_is_not_registered_is_no_steady_state() {
    let absent =
        drill::imported().without(|record| record.host == "pamela" && record.t_us < us(1.0));
    everything_is_inconclusive(
        absent,
        "no steady state: pamela was not registered at the primary",
    );
}

#[test]
fn a_call_that_is_cut_off_is_no_steady_state() {
    let cut = drill::imported().adding(|script| script.ended("rita/1", EndedBy::Bye, 4.0));
    everything_is_inconclusive(
        cut,
        "no steady state: rita's call to `sales` (rita/1) was cut off",
    );
}

#[test]
fn a_control_group_that_cannot_be_reached_is_no_steady_state() {
    let unreached = drill::imported().without(|record| {
        record.host == "cora" && (is_of(record, "cora/1") || within(record, (0.0, 6.0)))
    });
    let unreached = unreached
        .without(|record| matches!(&record.event, Event::Placed { to, .. } if to == "reception"));
    everything_is_inconclusive(unreached, "no call reached a group owned by the backup");
}

#[test]
fn a_pool_that_is_out_is_no_steady_state() {
    let out = drill::imported().changing(|record| {
        let seen = is_probe_of(record, HostName::CLIENTS) && within(record, (3.0, 3.7));
        if let (true, Event::Probed { pools, .. }) = (seen, &mut record.event) {
            pools.insert(Pool::Primary, Reach::Closed);
        }
    });
    everything_is_inconclusive(
        out,
        "no steady state: the probe on clients does not show all well",
    );
}

#[test]
fn a_control_walk_with_a_steady_state_has_nothing_wrong_in_it() {
    let healthy = |script: Script| judge::steady_state(&script.journal());
    assert_eq!(healthy(stopped(6.05, "nothing")), Ok(()));
    let absent = stopped(6.05, "nothing").without(|record| record.host == "pamela");
    assert!(healthy(absent).is_err_and(|why| why.reason.contains("pamela")));
}
