//! What a walk measures as a whole.

use model::Verdict;
use model::figure::{Figure, Measure, Measured};
use model::journal::Event;
use model::journal::event::EndedBy;
use model::topology::Pool;
use model::verb::{About, Surface, Verb, VerbOutcome};
use timeline::ReadWalk;

use crate::drill;
use crate::script::{Script, is_of};
use crate::world::{self, INJECTED};

fn figure(script: Script, measure: Measure) -> Figure {
    let figures = judge::walk_figures(&ReadWalk::of(&script.journal()), world::tables().windows);
    let found = figures.into_iter().find(|figure| figure.measure == measure);
    found.unwrap()
}

#[track_caller]
fn measures(script: Script, measure: Measure, expected: Measured) {
    let figure = figure(script, measure);
    assert_eq!(figure.measured, expected, "{figure:?}");
}

fn export(script: &mut Script, at: f64) {
    let about = About {
        owner: Some(Pool::Primary),
        ..About::default()
    };
    let export = (Verb::Export, Pool::Primary);
    script.verb(export, &about, VerbOutcome::Done, None, at);
}

fn change(script: &mut Script, at: f64) {
    let about = About {
        group: Some("sales".to_owned()),
        parent: Some(Pool::Primary),
        surface: Some(Surface::Shell),
        value: Some("changed".to_owned()),
        ..About::default()
    };
    let modify = (Verb::Modify, Pool::Primary);
    script.verb(modify, &about, VerbOutcome::Done, None, at);
}

fn fail_over(script: &mut Script, at: f64) {
    let about = About::default();
    let fail_over = (Verb::FailOver, Pool::Backup);
    script.verb(fail_over, &about, VerbOutcome::Done, None, at);
}

#[test]
fn recovery_time_runs_from_failover_invoked_to_the_first_new_call_answered() {
    // The first call of the failover stage is placed one second and heard two after its beginning.
    let script = drill::imported().adding(|script| fail_over(script, 15.0));
    measures(script, Measure::RecoveryTimeMs, Measured::Value(2_000));
}

#[test]
fn a_call_that_was_placed_before_failover_was_invoked_is_no_new_one() {
    let script = drill::imported().adding(|script| fail_over(script, 16.6));
    let figure = figure(script, Measure::RecoveryTimeMs);
    assert!(
        matches!(figure.measured, Measured::Value(ms) if ms > 2_000),
        "{figure:?}"
    );
}

#[test]
fn where_no_new_call_is_answered_recovery_takes_longer_than_was_watched() {
    let script = drill::imported()
        .adding(|script| fail_over(script, 15.0))
        .without(|record| {
            record.t_us > 15_000_000 && matches!(record.event, Event::Accepted { .. })
        });
    let figure = figure(script, Measure::RecoveryTimeMs);
    assert!(
        matches!(figure.measured, Measured::AtLeast(ms) if ms >= 30_000),
        "{figure:?}"
    );
}

#[test]
fn without_failover_recovery_time_is_not_proven() {
    let unproven = Measured::Unproven(Verdict::Inconclusive);
    measures(drill::imported(), Measure::RecoveryTimeMs, unproven);
}

#[test]
fn the_recovery_point_is_the_last_export_before_the_outage() {
    let script = drill::imported().adding(|script| {
        export(script, 2.0);
        export(script, 4.1);
        export(script, 20.0);
    });
    measures(script, Measure::RecoveryPointMs, Measured::Value(2_000));
}

#[test]
fn without_an_export_the_recovery_point_is_before_all_that_was_watched() {
    let figure = figure(drill::imported(), Measure::RecoveryPointMs);
    assert_eq!(
        figure.measured,
        Measured::AtLeast((INJECTED * 1_000.0) as u64)
    );
}

#[test]
fn changes_after_the_last_export_and_before_the_outage_are_lost() {
    let script = drill::imported().adding(|script| {
        change(script, 1.5);
        export(script, 2.0);
        change(script, 3.0);
        change(script, 4.0);
    });
    measures(script.clone(), Measure::ChangesLost, Measured::Value(2));
    let exported = script.adding(|script| export(script, 5.0));
    measures(exported, Measure::ChangesLost, Measured::Value(0));
}

#[test]
fn calls_are_lost_by_kind() {
    // As documented: the regular call goes on, the pool's own media goes with it.
    for (measure, lost) in [
        (Measure::RegularCallsLost, 0),
        (Measure::AnonymousCallsLost, 1),
        (Measure::CallsInProgressLost, 1),
    ] {
        measures(drill::imported(), measure, Measured::Value(lost));
    }
    let script = drill::imported().deaf("rita/1", (8.0, 46.0));
    measures(script, Measure::RegularCallsLost, Measured::Value(1));
}

#[test]
fn a_call_that_its_own_caller_hung_up_is_not_lost() {
    let script = drill::imported().adding(|script| script.ended("rita/1", EndedBy::HungUp, 12.0));
    measures(script, Measure::RegularCallsLost, Measured::Value(0));
}

#[test]
fn a_kind_of_call_that_was_not_there_is_not_proven_to_be_kept() {
    let script = drill::imported().without(|record| is_of(record, "boris/1"));
    let unproven = Measured::Unproven(Verdict::Inconclusive);
    measures(script, Measure::AnonymousCallsLost, unproven);
}

#[test]
fn the_last_lost_call_is_noticed_when_it_is_told() {
    let figure = figure(
        drill::imported().adding(|script| script.ended("iris/1", EndedBy::Broken, 6.9)),
        Measure::DisconnectMs,
    );
    assert_eq!(figure.measured, Measured::Value(800), "{figure:?}");
    assert!(figure.reason.contains("iris"), "{figure:?}");
}

#[test]
fn agents_of_the_primary_are_registered_again_at_the_backup() {
    let pool = Pool::Backup;
    let one = drill::imported().adding(|script| script.registered("pia", pool, 8.1));
    let figure = figure(one.clone(), Measure::RegisteredAgainMs);
    assert!(
        matches!(figure.measured, Measured::AtLeast(_)),
        "{figure:?}"
    );
    assert!(figure.reason.contains("pamela"), "{figure:?}");
    let both = one.adding(|script| script.registered("pamela", pool, 9.1));
    measures(both, Measure::RegisteredAgainMs, Measured::Value(3_000));
}

#[test]
fn what_the_affected_pool_accepts_counts_only_once_the_fault_is_healed() {
    let pool = Pool::Primary;
    let script = drill::imported().adding(|script| {
        for agent in ["pia", "pamela"] {
            script.registered(agent, pool, 8.0);
            script.registered(agent, pool, 27.1);
        }
    });
    measures(script, Measure::RegisteredAgainMs, Measured::Value(21_000));
}

#[test]
fn without_a_proven_fault_no_figure_can_be_relied_on() {
    let script =
        drill::imported().without(|record| matches!(record.event, Event::FaultInjected { .. }));
    let figures = judge::walk_figures(&ReadWalk::of(&script.journal()), world::tables().windows);
    // Those of a load are of walks that have one.
    let without_load = Measure::ALL.len() - Measure::OF_LOAD.len();
    assert_eq!(figures.len(), without_load);
    for figure in figures {
        let unproven = Measured::Unproven(Verdict::Inconclusive);
        assert_eq!(figure.measured, unproven, "{figure:?}");
    }
}

#[test]
fn an_actor_s_own_trouble_is_an_error_of_every_figure() {
    let what = "overflow".to_owned();
    let script =
        drill::imported().adding(|script| script.line(9.0, "rita", Event::Trouble { what }));
    measures(
        script,
        Measure::DisconnectMs,
        Measured::Unproven(Verdict::Error),
    );
}

// ---- media -------------------------------------------------------------------------------------

/// The outage.
const OUTAGE: (f64, f64) = (7.0, 15.0);

#[test]
fn where_all_comes_in_time_nothing_is_missing() {
    for measure in [Measure::MediaLossPermille, Measure::MediaJitterMs] {
        measures(drill::imported(), measure, Measured::Value(0));
    }
}

#[test]
fn media_is_measured_where_it_is_worst() {
    let lossy = drill::imported().receiving(&["ben/1"], OUTAGE, |_, lost| *lost = 1);
    let figure = figure(lossy, Measure::MediaLossPermille);
    assert_eq!(figure.measured, Measured::Value(20));
    let why = "2.0% lost of what ben heard in rita's call to `sales` (rita/1) from 7.000 s";
    assert!(figure.reason.contains(why), "{figure:?}");
    assert_eq!(figure.evidence.len(), 3);
}

#[test]
fn what_callers_hear_who_wait_is_measured() {
    let slow = drill::imported().receiving(&["wally/11"], OUTAGE, |quality, _| {
        quality.audio_us = quality.audio_us * 3 / 4;
    });
    let figure = figure(slow, Measure::MediaMissingPermille);
    assert!(
        matches!(figure.measured, Measured::Value(240..=260)),
        "{figure:?}"
    );
}

#[test]
fn jitter_is_rounded_up_to_the_millisecond() {
    let shaky =
        drill::imported().receiving(&["rita/1"], OUTAGE, |quality, _| quality.jitter_us = 3_001);
    measures(shaky, Measure::MediaJitterMs, Measured::Value(4));
}

#[test]
fn what_comes_through_the_pool_that_is_affected_is_not_measured() {
    let deaf = drill::deaf(model::walk::Imports::InAdvance);
    let lossy = deaf.receiving(&["anna/1"], OUTAGE, |_, lost| *lost = 40);
    measures(lossy, Measure::MediaLossPermille, Measured::Value(0));
}
