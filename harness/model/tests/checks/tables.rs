//! What is said about an oracle that is incomplete or contradicts itself.

use crate::common::{Files, tables_with};
use insta::assert_snapshot;

#[test]
fn no_statement_is_left_out() {
    let mut files = Files::in_order();
    let last = files.tables.rfind("  - id:").expect("a last clause");
    files.tables.truncate(last);
    assert_snapshot!(files.complaint());
}

#[test]
fn no_statement_is_given_twice() {
    let mut files = Files::in_order();
    let mut ids = files.tables.match_indices("  - id:").map(|(at, _)| at);
    let (first, second) = (ids.next().expect("a clause"), ids.next().expect("another"));
    let again = files.tables[first..second].to_owned();
    files.tables.insert_str(first, &again);
    assert_snapshot!(files.complaint());
}

#[test]
fn no_statement_is_added() {
    assert_snapshot!(tables_with(
        "id: outage.in-progress.all\n    stage: outage\n    activity: in-progress\n    case: all",
        "id: outage.in-progress.some\n    stage: outage\n    activity: in-progress\n    case: some",
    ));
}

#[test]
fn an_id_is_made_of_its_parts() {
    assert_snapshot!(tables_with("case: regular", "case: irregular"));
}

#[test]
fn what_is_expected_is_of_the_clauses_activity() {
    assert_snapshot!(tables_with(
        "expect: { in-progress: { outcome: disconnected } }",
        "expect: { new: { outcome: disconnected } }",
    ));
}

#[test]
fn the_condition_is_the_documents() {
    assert_snapshot!(tables_with("condition: not-imported", "condition: all"));
}

#[test]
fn a_window_has_a_length() {
    assert_snapshot!(tables_with("silence: 2s", "silence: 0s"));
}

#[test]
fn the_schema_is_one_that_is_known() {
    assert_snapshot!(tables_with("rgdrill-tables/1", "rgdrill-tables/2"));
}

#[test]
fn an_outcome_that_is_unknown_is_told_with_the_known_ones() {
    assert_snapshot!(tables_with(
        "outcome: stay-connected",
        "outcome: stays-connected"
    ));
}
