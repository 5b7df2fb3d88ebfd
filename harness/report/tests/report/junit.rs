//! `junit.xml`, as a pipeline reads it.

use insta::assert_snapshot;
use model::Verdict;
use model::results::Results;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};
use report::reports::junit::render;

use crate::sample::{all_pass, mixed, tables};

fn read(results: &Results) -> Report {
    Report::deserialize_from_str(&render(results, &tables()).unwrap()).unwrap()
}

fn cases(report: &Report) -> impl Iterator<Item = &TestCase> {
    report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
}

fn status<'a>(report: &'a Report, clause: &str) -> &'a TestCaseStatus {
    let mut cases = cases(report);
    &cases
        .find(|case| case.name.as_str() == clause)
        .unwrap()
        .status
}

/// Where only one walk judged: not all of the 60 clauses that passed.
#[test]
fn each_verdict_has_its_element() {
    let mut results = mixed();
    results
        .clauses
        .retain(|clause| clause.verdict != Verdict::Pass);
    let mut tables = tables();
    tables
        .clauses
        .retain(|clause| results.clauses.iter().any(|result| result.id == clause.id));
    assert_snapshot!(render(&results, &tables).unwrap());
}

#[test]
fn a_run_that_passed_has_a_case_for_each_clause_and_no_other() {
    let report = read(&all_pass());
    assert_eq!(report.tests, 64);
    assert_eq!((report.failures, report.errors), (0, 0));
    assert!(cases(&report).all(|case| matches!(case.status, TestCaseStatus::Success { .. })));
}

#[test]
fn a_clause_that_nobody_judged_is_skipped_and_counted() {
    let report = read(&mixed());
    let status = status(&report, "failed-back.configuration.imported");
    assert!(
        matches!(status, TestCaseStatus::Skipped { .. }),
        "{status:?}"
    );
}

#[test]
fn failures_and_errors_are_told_apart_and_counted() {
    let report = read(&mixed());
    assert_eq!((report.failures, report.errors), (8, 3));
    let kind = |clause| match status(&report, clause) {
        TestCaseStatus::NonSuccess { kind, .. } => Some(*kind),
        _ => None,
    };
    assert_eq!(kind("outage.new.imported"), Some(NonSuccessKind::Error));
    assert_eq!(kind("failback.new.all"), Some(NonSuccessKind::Error));
    assert_eq!(kind("failed-over.configuration.imported"), None);
}
