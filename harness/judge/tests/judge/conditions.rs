//! Imported or not: decided for each attempt.

use model::Verdict::{Fail, Inconclusive, Pass};
use model::journal::Event;
use model::verb::Verb;
use model::walk::Imports;
use rstest::rstest;

use crate::drill;
use crate::script::{Script, us};

/// The walk of [`drill::imported`], its import moved to another time.
fn imported_at(at: f64) -> Script {
    drill::imported()
        .changing(|record| {
            if let Event::WalkBegan { walk, .. } = &mut record.event {
                walk.imports = Imports::DuringOutage;
            }
        })
        .without(|record| {
            matches!(
                record.event,
                Event::VerbInvoked {
                    verb: Verb::Import,
                    ..
                } | Event::VerbEnded {
                    verb: Verb::Import,
                    ..
                }
            )
        })
        .adding(|script| drill::import_at(script, at))
}

#[test]
fn a_condition_that_never_held_proves_nothing() {
    let late = imported_at(20.0);
    late.gives(
        "outage.new.imported",
        Inconclusive,
        "imported at 20.100 s (line",
    );
    let unplanned = drill::not_imported().adding(drill::import);
    unplanned.gives(
        "outage.new.not-imported",
        Inconclusive,
        "were imported at 4.100 s",
    );
}

#[test]
fn in_a_walk_that_imports_during_the_outage_each_attempt_counts_where_it_belongs() {
    let script = imported_at(11.5).without(|record| {
        // The outcome of the calls of the earlier part of the stage is rewritten below.
        let call = ["cora/12", "bart/12", "bea/11", "wally/11"];
        call.iter().any(|call| crate::script::is_of(record, call))
    });
    let before = script.adding(|script| {
        script.refused("cora/12", "sales", (8.5, 9.2));
        script.refused("bart/12", "sales", (8.6, 9.3));
    });
    before
        .clone()
        .gives("outage.new.not-imported", Pass, "failed at");
    before
        .clone()
        .gives("outage.new.imported", Inconclusive, "no call waited 2s");
    before
        .adding(|script| script.refused("cora/13", "sales", (12.0, 13.0)))
        .gives("outage.new.imported", Fail, "failed at");
}

#[test]
fn an_attempt_while_the_import_is_carried_out_is_neither() {
    let during = |record: &model::journal::Record| record.t_us > us(6.0);
    let script = imported_at(8.45).without(|record| {
        let call = matches!(record.event, Event::Placed { .. }) && record.host != "cora";
        call && during(record)
    });
    script.gives(
        "outage.new.not-imported",
        Inconclusive,
        "no call to a group",
    );
}

#[rstest]
#[case("outage.connected.regular", true)]
#[case("failback.new.all", true)]
#[case("outage.new.imported", true)]
fn a_finding_says_that_it_is_of_imported_groups(#[case] clause: &str, #[case] imported: bool) {
    assert_eq!(drill::imported().finding(clause).result.imported, imported);
}

#[rstest]
#[case("outage.connected.regular", false)]
#[case("failback.new.all", false)]
#[case("outage.new.not-imported", false)]
fn a_finding_says_that_it_is_of_groups_not_imported(#[case] clause: &str, #[case] imported: bool) {
    assert_eq!(
        drill::not_imported().finding(clause).result.imported,
        imported
    );
}

#[test]
fn a_refused_import_is_none() {
    drill::imported()
        .changing(|record| {
            if let Event::VerbEnded {
                verb: Verb::Import,
                outcome,
                ..
            } = &mut record.event
            {
                *outcome = drill::outcome(false);
            }
        })
        .gives("outage.new.imported", Inconclusive, "never imported");
}
