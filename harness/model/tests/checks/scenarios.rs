//! The scenarios that come with rgdrill.

use std::path::Path;

use crate::common::Files;
use model::clause::{Alternative, Condition, Expectation, GroupSet, HeldOutcome};
use model::walk::Imports;
use model::yardstick::Yardstick;
use model::{Activity, Scenarios, Stage, Walk};
use rstest::rstest;

/// Those of the repository.
fn scenarios() -> Scenarios {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/lync-2013");
    Scenarios::read(&directory).expect("all in order")
}

#[test]
fn the_tables_hold_64_statements_12_12_14_13_13_to_a_column() {
    let clauses = scenarios().tables.clauses;
    let in_stage = |stage| clauses.iter().filter(|c| c.stage == stage).count();
    assert_eq!(Stage::DOCUMENTED.map(in_stage), [12, 12, 14, 13, 13]);
    assert_eq!(clauses.len(), 64);
}

#[test]
fn the_tables_are_in_the_order_of_the_document() {
    let clauses = scenarios().tables.clauses;
    assert!(clauses.is_sorted_by_key(|clause| (clause.stage, clause.activity)));
}

#[test]
fn every_statement_is_a_sentence_of_its_own_with_its_place_in_the_document() {
    for clause in scenarios().tables.clauses {
        assert!(clause.statement.ends_with('.'), "{}", clause.id);
        assert_eq!(clause.source.document, "JJ204886", "{}", clause.id);
        let column = match clause.stage {
            Stage::Healthy => unreachable!("no clause speaks of it"),
            Stage::Outage => "During outage",
            Stage::Failover => "During Failover",
            Stage::FailedOver => "After Failover Completes",
            Stage::Failback => "During Failback",
            Stage::FailedBack => "After Failback Completes",
        };
        assert_eq!(clause.source.column, column, "{}", clause.id);
    }
}

#[test]
fn a_row_of_the_document_is_one_activity() {
    let clauses = scenarios().tables.clauses;
    for activity in Activity::ALL {
        let mut rows: Vec<&str> = clauses
            .iter()
            .filter(|clause| clause.activity == activity)
            .map(|clause| clause.source.row.as_str())
            .collect();
        rows.dedup();
        assert_eq!(rows.len(), 1, "{activity}: {rows:?}");
    }
}

#[test]
fn only_where_nothing_was_imported_is_no_call_left() {
    for clause in scenarios().tables.clauses {
        let none_left = matches!(
            clause.expect,
            Expectation::Connected { outcome, .. } | Expectation::InProgress { outcome }
                if outcome == HeldOutcome::NoneInThisState
        );
        if none_left {
            assert_eq!(clause.condition, Condition::NotImported, "{}", clause.id);
        }
    }
}

#[test]
fn what_is_said_of_imported_groups_holds_only_if_they_were() {
    for clause in scenarios().tables.clauses {
        if let Expectation::Agents { groups, .. } | Expectation::Configuration { groups, .. } =
            clause.expect
        {
            let imported = groups == GroupSet::Imported;
            assert_eq!(
                clause.condition == Condition::Imported,
                imported,
                "{}",
                clause.id
            );
        }
    }
}

#[test]
fn the_tables_hash_is_that_of_their_text() {
    let hash = scenarios().tables_sha256;
    assert_eq!(hash.len(), 64);
    assert_eq!(
        hash,
        Files::in_order()
            .load()
            .expect("all in order")
            .tables_sha256
    );
}

#[test]
fn the_fixtures_of_these_tests_are_in_order() {
    assert_eq!(Files::in_order().complaint(), "all in order");
}

/// A walk that asks for everything.
fn walk(imports: Imports) -> Walk {
    let mut files = Files::in_order();
    files.walk = files.walk.replace("  - outage.*\n", "  - '*'\n");
    let scenarios = files.load().expect("all in order");
    let mut walk = scenarios.walks["sunday"].clone();
    walk.imports = imports;
    walk
}

#[rstest]
#[case(Imports::None, 0, 9)]
#[case(Imports::InAdvance, 20, 0)]
#[case(Imports::DuringOutage, 20, 1)]
#[case(Imports::AfterFailover, 12, 5)]
fn a_walk_judges_what_its_import_lets_happen(
    #[case] imports: Imports,
    #[case] imported: usize,
    #[case] not_imported: usize,
) {
    let tables = scenarios().tables;
    let walk = walk(imports);
    let judged = walk.judged(&tables);
    let of = |condition| judged.iter().filter(|c| c.condition == condition).count();
    assert_eq!(
        (of(Condition::Imported), of(Condition::NotImported)),
        (imported, not_imported)
    );
}

#[test]
fn a_walk_without_outage_judges_nothing() {
    let mut walk = walk(Imports::None);
    walk.outage = None;
    assert!(walk.judged(&scenarios().tables).is_empty());
    assert_eq!(walk.reached().collect::<Vec<_>>(), [Stage::Healthy]);
}

#[test]
fn the_default_walk_lasts_46_seconds() {
    assert_eq!(walk(Imports::None).duration().to_string(), "46s");
}

// ---- the yardstick ---------------------------------------------------------------------------

fn differs(change: impl FnOnce(&mut Scenarios)) -> Vec<String> {
    let mut used = scenarios();
    change(&mut used);
    Yardstick::of(&used, &scenarios()).differs
}

#[test]
fn the_same_scenarios_are_the_release_s() {
    assert!(Yardstick::of(&scenarios(), &scenarios()).is_released());
    assert_eq!(Yardstick::of(&scenarios(), &scenarios()).words(), None);
}

#[test]
fn a_reading_that_passes_the_opposite_is_named() {
    let named = differs(|used| {
        let opposite = used.tables.clauses[1].expect.clone();
        let clause = &mut used.tables.clauses[0];
        clause.alternatives.push(Alternative {
            expect: opposite,
            why: "it is convenient".to_owned(),
        });
    });
    assert_eq!(named, ["clause outage.connected.regular"]);
}

#[test]
fn whatever_is_drilled_by_is_named() {
    let named = differs(|used| {
        used.tables.windows.silence = model::Span::from_secs(1);
        let mut walk = used.walks.remove("imported-kill").unwrap();
        walk.walk = "mine".to_owned();
        used.walks.insert("mine".to_owned(), walk);
        used.walks.get_mut("control").unwrap().judges = vec!["*".to_owned()];
        used.topologies.get_mut("paired").unwrap().groups.pop();
        used.programmes.get_mut("full").unwrap().about.clear();
    });
    let expected = [
        "the tables' windows",
        "topology paired",
        "programme full",
        "walk control",
        "walk mine (not in the release)",
        "walk imported-kill (left out)",
    ];
    assert_eq!(named, expected);
}
