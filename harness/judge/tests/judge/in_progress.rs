//! Calls in progress.

use model::Stage;
use model::Verdict::{Fail, Inconclusive, Pass};
use model::claims::SilentCallers;
use model::host::HostName;
use model::journal::Event;
use model::journal::event::EndedBy;
use model::topology::Pool;
use model::walk::Imports;

use crate::drill;
use crate::script::{Script, is_of};
use crate::world;

#[test]
fn music_that_plays_on_is_no_disconnection() {
    drill::deaf(Imports::InAdvance)
        .adding(|script| {
            script.hears("iris/1", world::media(HostName::PRIMARY), None, (6.1, 15.0));
        })
        .gives("outage.in-progress.all", Fail, "iris was still receiving");
}

/// Of a target that keeps callers whom it no longer hears.
fn keeping_silent_callers() -> Script {
    drill::deaf(Imports::InAdvance).changing(|record| {
        if let Event::WalkBegan { walk, .. } = &mut record.event {
            walk.timing.silent_callers = SilentCallers::Kept;
        }
    })
}

/// From failback on it hears them again.
#[test]
fn a_target_that_keeps_silent_callers_ends_calls_in_failback_all_the_same() {
    keeping_silent_callers()
        .without(|record| is_of(record, "ivan/1") && record.t_us > 32_000_000)
        .adding(|script| {
            let backup = world::media(HostName::BACKUP);
            script.hears("ivan/1", backup, None, (31.5, 44.0));
        })
        .gives(
            "failback.in-progress.imported",
            Fail,
            "ivan was still receiving",
        );
}

#[test]
fn of_a_target_that_keeps_silent_callers_music_that_plays_on_says_nothing() {
    keeping_silent_callers()
        .adding(|script| {
            let primary = world::media(HostName::PRIMARY);
            script.hears("iris/1", primary, None, (6.1, 15.0));
        })
        .gives(
            "outage.in-progress.all",
            Inconclusive,
            "keeps callers whom it no longer hears",
        );
}

#[test]
fn music_that_comes_back_in_failover_is_no_disconnection_there() {
    let script = drill::deaf(Imports::InAdvance).adding(|script| {
        script.hears(
            "iris/1",
            world::media(HostName::PRIMARY),
            None,
            (16.0, 22.0),
        );
    });
    script
        .clone()
        .gives("outage.in-progress.all", Pass, "was disconnected");
    script.gives("failover.in-progress.all", Fail, "iris was still receiving");
}

#[test]
fn without_a_call_in_progress_when_the_outage_begins_nothing_is_judged() {
    drill::imported()
        .adding(|script| script.ended("iris/1", EndedBy::HungUp, 5.0))
        .gives(
            "outage.in-progress.all",
            Inconclusive,
            "no call in progress was there",
        );
}

#[test]
fn a_call_that_waits_at_the_backup_must_go_on_hearing_something() {
    const CLAUSE: &str = "failed-over.in-progress.imported";
    drill::imported()
        .deaf("ivan/1", (25.0, 27.0))
        .gives(CLAUSE, Fail, "ivan received nothing");
    drill::imported()
        .adding(|script| script.ended("ivan/1", EndedBy::Bye, 25.0))
        .gives(CLAUSE, Fail, "a BYE came");
    drill::imported()
        .adding(|script| {
            let backup = world::media(HostName::BACKUP);
            script.speaks("rhea/9", Some(backup), 24.0);
            script.hears("ivan/1", backup, Some("rhea"), (25.0, 27.0));
        })
        .gives(CLAUSE, Fail, "waits, and ivan heard rhea from");
    drill::imported()
        .adding(|script| {
            script.alerted("bea/90", "ivan", Pool::Backup, 24.9);
            script.accepted("bea/90", 24.95);
            script.speaks("bea/90", Some(world::media(HostName::CLIENTS)), 24.95);
            let phone = world::media(HostName::CLIENTS);
            script.hears("ivan/1", phone, Some("bea"), (25.0, 25.5));
        })
        .gives(CLAUSE, Pass, "stayed connected");
    drill::imported()
        .without(|record| is_of(record, "ivan/1"))
        .gives(CLAUSE, Inconclusive, "no call in progress was there");
}

#[test]
fn a_call_that_waited_at_the_backup_ends_with_failback() {
    let lasting = |until: f64| {
        drill::imported()
            .without(move |record| is_of(record, "ivan/1") && record.t_us > 32_000_000)
            .adding(move |script| {
                script.hears(
                    "ivan/1",
                    world::media(HostName::BACKUP),
                    None,
                    (31.5, until),
                );
            })
    };
    // It may end before completion, or within the stage after it.
    lasting(33.0).gives(
        "failback.in-progress.imported",
        Pass,
        "was disconnected 1.0 s",
    );
    lasting(39.0).gives(
        "failback.in-progress.imported",
        Fail,
        "ivan was still receiving",
    );
    lasting(39.0).gives(
        "failed-back.in-progress.imported",
        Pass,
        "was disconnected 7.0 s",
    );
    lasting(44.0).gives(
        "failed-back.in-progress.imported",
        Fail,
        "ivan was still receiving",
    );
}

#[test]
fn a_call_in_progress_that_is_left_after_failover_is_one_too_many() {
    const CLAUSE: &str = "failed-over.in-progress.not-imported";
    let left = drill::not_imported().adding(|script| {
        script.hears(
            "iris/1",
            world::media(HostName::PRIMARY),
            None,
            (26.5, 29.0),
        );
    });
    let nobody_tries = |script: Script| {
        script.without(|record| {
            let attempts = ["cora/32", "cora/33", "bart/32"];
            attempts.iter().any(|call| is_of(record, call))
        })
    };
    left.clone().gives(CLAUSE, Fail, "media came for 2.5 s");
    nobody_tries(left).gives(CLAUSE, Fail, "media came for 2.5 s");
    nobody_tries(drill::not_imported()).gives(CLAUSE, Inconclusive, "was attempted in failed-over");
}

#[test]
fn a_call_that_nobody_had_ended_before_its_callers_next_one_is_left_open() {
    let left_at = |at: f64| {
        drill::deaf(Imports::InAdvance).adding(move |script| {
            script.hears("iris/1", world::media(HostName::PRIMARY), None, (6.1, at));
            script.ended("iris/1", EndedBy::GaveWay, at);
        })
    };
    left_at(9.0).gives(
        "outage.in-progress.all",
        Inconclusive,
        "was still up when iris was to place the next one at 9.000 s",
    );
    // It outlasted the outage: that it did not end there is certain.
    left_at(17.0).gives("outage.in-progress.all", Fail, "iris was still receiving");
    left_at(17.0).gives(
        "failover.in-progress.all",
        Inconclusive,
        "was still up when",
    );
}

/// The outage is over before anything could have been silent for long enough.
#[test]
fn a_stage_that_is_too_short_hides_no_call_that_was_not_disconnected() {
    let short = |script: Script| {
        script.changing(|record| match record.event {
            Event::StageEnded {
                stage: Stage::Outage,
            }
            | Event::StageBegan {
                stage: Stage::Failover,
            } => record.t_us = 8_500_000,
            _ => {}
        })
    };
    short(drill::deaf(Imports::InAdvance).adding(|script| {
        script.hears("iris/1", world::media(HostName::PRIMARY), None, (6.1, 8.6));
    }))
    .gives("outage.in-progress.all", Fail, "iris was still receiving");
    short(drill::imported()).gives(
        "outage.in-progress.all",
        Inconclusive,
        "shorter than the window",
    );
}

/// A copy takes a call in the outage, which failover ends.
#[test]
fn what_failover_ended_of_the_copies_calls_is_told_and_not_failed() {
    let finding = drill::imported()
        .adding(|script| {
            script.welcomed("igor/1", "branch", Pool::Backup, (10.0, 10.3, 17.0));
            script.ended("igor/1", EndedBy::Bye, 17.0);
        })
        .finding("failed-over.in-progress.imported");
    assert_eq!(finding.result.verdict, Pass, "{finding:#?}");
    let lost = finding.result.figures.get("lost_in_failover");
    assert_eq!(lost, Some(&1.0), "{finding:#?}");
    assert!(
        finding.result.reason.contains("igor's call"),
        "{finding:#?}"
    );
    let none = drill::imported().finding("failed-over.in-progress.imported");
    assert!(!none.result.figures.contains_key("lost_in_failover"));
}
