//! What a load in the background came to while the backup bore that of both pools.

use model::Stage;
use model::figure::{Figure, Measure, Measured};
use model::journal::Event;
use model::load::{Heard, Histogram, Load, Measured as LoadMeasured, Outcome, Role};
use model::topology::Pool;
use rstest::rstest;
use timeline::ReadWalk;

use crate::drill;
use crate::world;

/// Each second a call to each pool's groups, which their agents answer.
fn load() -> Load {
    let load = serde_json::json!({ "kinds": [
        { "name": "talk", "groups": 10, "agents": 2, "calls": "anonymous", "rate": 1, "for": "5s",
          "answered-after": "500ms" },
    ] });
    serde_json::from_value(load).unwrap()
}

/// Of the callers of one pool's groups: ten calls that were answered within 20 ms.
fn callers() -> LoadMeasured {
    let to_answer_us = Histogram::of(vec![(20_000, 10)]);
    LoadMeasured {
        attempted: 10,
        answered: 10,
        most_at_once: 5,
        to_answer_us: to_answer_us.clone(),
        outcome: Outcome {
            answered: 10,
            to_answer_us,
            ..Outcome::default()
        },
        heard: Heard {
            calls: 10,
            received: 1_000,
            ..Heard::default()
        },
        ..LoadMeasured::default()
    }
}

fn agents() -> LoadMeasured {
    LoadMeasured {
        attempted: 10,
        answered: 10,
        ..LoadMeasured::default()
    }
}

/// A drill with a load, of which `spoils` changes what was measured in the failed-over stage of the calls to the
/// primary's groups.
fn figure(measure: Measure, spoils: impl Fn(Role, &mut LoadMeasured)) -> Figure {
    let mut script = drill::imported().changing(|record| {
        if let Event::WalkBegan { walk, .. } = &mut record.event {
            walk.load = Some(load());
        }
    });
    for stage in [
        Stage::Healthy,
        Stage::Outage,
        Stage::Failover,
        Stage::FailedOver,
    ] {
        let (_, end) = world::stage(stage);
        for of in load().actors() {
            let mut measured = match of.role {
                Role::Callers => callers(),
                Role::Agents => agents(),
            };
            if (stage, of.of) == (Stage::FailedOver, Pool::Primary) {
                spoils(of.role, &mut measured);
            }
            let measured = Box::new(measured);
            let stage = Some(stage);
            script.line(
                end,
                "clients",
                Event::LoadMeasured {
                    of,
                    stage,
                    measured,
                },
            );
        }
    }
    let figures = judge::walk_figures(&ReadWalk::of(&script.journal()), world::tables().windows);
    let found = figures.into_iter().find(|figure| figure.measure == measure);
    found.unwrap()
}

fn of_callers(spoil: fn(&mut LoadMeasured)) -> impl Fn(Role, &mut LoadMeasured) {
    move |role, measured| {
        if role == Role::Callers {
            spoil(measured);
        }
    }
}

#[rstest]
#[case::all_is_well(|_: &mut LoadMeasured| {}, 0, "of 40 calls to both pools' groups, up to 10 at once, 0 failed")]
#[case::refused(|of: &mut LoadMeasured| of.outcome.failed = 2, 2, "2 refused or without a response")]
#[case::rang(|of: &mut LoadMeasured| of.outcome.not_answered = 3, 3, "3 not answered")]
#[case::cut_short(|of: &mut LoadMeasured| of.outcome.cut_short = 1, 1, "1 cut short")]
#[case::mute(|of: &mut LoadMeasured| of.outcome.silent = 4, 4, "4 without media")]
#[case::held_back(|of: &mut LoadMeasured| of.held_back = 5, 5, "of 45 calls")]
#[case::placed_before(|of: &mut LoadMeasured| { of.failed.insert("timed out".to_owned(), 7); of.cut_short = 7; }, 0, "0 failed")]
fn calls_that_were_placed_while_the_backup_bore_both_and_nobody_carried_failed(
    #[case] spoil: fn(&mut LoadMeasured),
    #[case] failed: u64,
    #[case] because: &str,
) {
    let figure = figure(Measure::LoadCallsFailed, of_callers(spoil));
    assert_eq!(figure.measured, Measured::Value(failed), "{figure:?}");
    assert!(figure.reason.contains(because), "{}", figure.reason);
}

/// Of ten calls those of the last 2.5 s may still ring.
#[rstest]
#[case::all(10, 0)]
#[case::but_those_of_the_end(7, 0)]
#[case::but_some(4, 3)]
#[case::none(0, 7)]
fn calls_that_the_pool_answers_and_no_agent_does_failed(
    #[case] answered: u64,
    #[case] failed: u64,
) {
    let figure = figure(Measure::LoadCallsFailed, |role, measured| {
        if role == Role::Agents {
            measured.answered = answered;
        }
    });
    assert_eq!(figure.measured, Measured::Value(failed), "{figure:?}");
}

#[rstest]
#[case::too_busy(|of: &mut LoadMeasured| of.missed = 1, "the load's own machine was too busy for 1 call")]
#[case::too_many(|of: &mut LoadMeasured| of.too_many = 2, "too many calls at once already to place 2 calls")]
fn what_the_loads_own_machine_could_not_place_is_nobodys_failure(
    #[case] spoil: fn(&mut LoadMeasured),
    #[case] because: &str,
) {
    let figure = figure(Measure::LoadCallsFailed, of_callers(spoil));
    assert!(
        matches!(figure.measured, Measured::Unproven(_)),
        "{figure:?}"
    );
    assert!(figure.reason.contains(because), "{}", figure.reason);
}

#[test]
fn the_slowest_kind_pool_and_stage_count_and_only_what_was_placed_in_it() {
    let slow = figure(
        Measure::LoadToAnswerMs,
        of_callers(|of| of.outcome.to_answer_us = Histogram::of(vec![(90_000, 10)])),
    );
    assert_eq!(slow.measured, Measured::Value(90));
    assert!(
        slow.reason
            .contains("the primary, in the failed-over stage"),
        "{}",
        slow.reason
    );
    let before = figure(
        Measure::LoadToAnswerMs,
        of_callers(|of| of.to_answer_us = Histogram::of(vec![(9_000_000, 10)])),
    );
    assert_eq!(before.measured, Measured::Value(20));
}

#[test]
fn packets_that_did_not_come_are_a_share_of_all() {
    let lossy = figure(
        Measure::LoadMediaLossPermille,
        of_callers(|of| of.heard.lost = 80),
    );
    // 80 of 4,080.
    assert_eq!(lossy.measured, Measured::Value(20), "{lossy:?}");
}
