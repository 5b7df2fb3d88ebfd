//! Calls that nobody takes until their queue's time is over.

use model::Span;
use model::Verdict::{Fail, Inconclusive, Pass};
use model::journal::Event;
use model::journal::event::EndedBy;
use model::topology::Pool;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, is_of};

const CONNECTS: &str = "failed-over.new.imported";

/// Calls to `branch` wait for so long: ivan's since 17.3 s, wally's of failed-over since 22.8 s.
fn timing_out_after(timeout: Span) -> Script {
    drill::imported().changing(|record| {
        if let Event::WalkBegan { topology, .. } = &mut record.event {
            let branch = topology.groups.iter_mut().find(|g| g.name == "branch");
            branch.unwrap().queue_timeout = Some(timeout);
        }
    })
}

/// The pool ends wally's call after 3.3 s.
fn ending_wallys_call(script: Script) -> Script {
    let without_ivan = script.without(|record| is_of(record, "ivan/1"));
    without_ivan.changing(|record| {
        if let Event::Ended { call, by } = &mut record.event
            && call == "wally/31"
        {
            *by = EndedBy::Bye;
        }
    })
}

/// It may say goodbye to the caller first, and asks nobody meanwhile.
#[rstest]
#[case::when_it_is_over(2_200, None)]
#[case::before(4_200, Some("for 2.0 s only"))]
fn who_is_alerted_is_told_when_a_queues_time_is_over(
    #[case] millis: u64,
    #[case] wrong: Option<&str>,
) {
    let script = timing_out_after(Span::from_millis(millis))
        .without(|record| is_of(record, "pamela/31") && record.t_us > 24_000_000)
        .adding(|script| script.ended("pamela/31", EndedBy::Cancelled, 25.0));
    let reason = ending_wallys_call(script).finding(CONNECTS).result.reason;
    match wrong {
        Some(why) => assert!(reason.contains(why), "{reason}"),
        None => assert!(!reason.contains("only, until"), "{reason}"),
    }
}

#[rstest]
#[case::since_the_answer(3_200)]
#[case::since_the_arrival(4_000)]
fn the_pool_may_end_a_call_whose_time_is_over(#[case] millis: u64) {
    let script = timing_out_after(Span::from_millis(millis));
    ending_wallys_call(script).gives(CONNECTS, Pass, "talked");
}

#[test]
fn the_pool_may_not_end_a_call_earlier() {
    let script = timing_out_after(Span::from_millis(5_000));
    ending_wallys_call(script).gives(CONNECTS, Fail, "before an agent had taken it");
}

#[test]
fn the_pool_may_not_end_a_call_that_has_no_time_limit() {
    ending_wallys_call(drill::imported()).gives(CONNECTS, Fail, "before an agent had taken it");
}

#[test]
fn a_new_call_does_not_wait_beyond_its_time() {
    let waiting = |until: f64| {
        timing_out_after(Span::from_secs(3))
            .without(|record| is_of(record, "ivan/1"))
            .adding(|script| {
                script.welcomed("amos/7", "branch", Pool::Backup, (25.0, 25.2, until));
                script.ended("amos/7", EndedBy::HungUp, until);
                script.alerted("pamela/7", "amos", Pool::Backup, 26.2);
                script.ended("pamela/7", EndedBy::Cancelled, until);
            })
    };
    waiting(31.0).gives(CONNECTS, Pass, "talked");
    waiting(31.5).gives(
        CONNECTS,
        Fail,
        "amos's call to `branch` (amos/7) was not ended within 6",
    );
}

#[test]
fn nor_does_one_that_waits_since_an_earlier_stage() {
    let within = timing_out_after(Span::from_secs(12));
    within.gives(CONNECTS, Pass, "talked");
    timing_out_after(Span::from_secs(11)).gives(
        CONNECTS,
        Fail,
        "ivan's call to `branch` (ivan/1) was not ended within 14",
    );
}

#[test]
fn a_call_whose_time_is_over_is_in_progress_no_more() {
    const CLAUSE: &str = "failed-over.in-progress.imported";
    let ended = |script: Script| {
        let until_then =
            script.without(|record| is_of(record, "ivan/1") && record.t_us > 24_000_000);
        until_then.adding(|script| script.ended("ivan/1", EndedBy::Bye, 24.0))
    };
    ended(drill::imported()).gives(CLAUSE, Fail, "ivan");
    let timed_out = ended(timing_out_after(Span::from_secs(7)));
    timed_out.gives(CLAUSE, Inconclusive, "no call in progress");
}
