//! `junit.xml`, in the shape that nextest writes: a suite for each walk, a case for each clause
//! that the walk judged, and a suite of the clauses that were not judged or not asked for.

use model::verdict::{ClauseResult, Results, WalkResult};
use model::{Tables, Verdict};
use quick_junit::{
    NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite,
};

/// The suite that holds the clauses that no walk judged.
const SKIPPED: &str = "skipped";

/// The document.
///
/// # Errors
/// Only if the writer behind it fails.
pub fn render(results: &Results, tables: &Tables) -> Result<String, SerializeError> {
    let mut report = Report::new("rgdrill");
    for walk in walks(results) {
        report.add_test_suite(suite_of_walk(results, walk));
    }
    let skipped = suite_of_skipped(results, tables);
    if !skipped.test_cases.is_empty() {
        report.add_test_suite(skipped);
    }
    report.to_string()
}

/// The walks, in the order in which they first appear.
fn walks(results: &Results) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for finding in results.clauses.iter().flat_map(|clause| &clause.walks) {
        if !names.contains(&finding.walk.as_str()) {
            names.push(&finding.walk);
        }
    }
    names
}

fn suite_of_walk(results: &Results, walk: &str) -> TestSuite {
    let mut suite = TestSuite::new(format!("{}::{walk}", results.lab.word()));
    suite.add_property(Property::new("target", &results.target));
    suite.add_property(Property::new("seed", results.seed.to_string()));
    for clause in &results.clauses {
        for finding in clause.walks.iter().filter(|finding| finding.walk == walk) {
            suite.add_test_case(case(clause, finding));
        }
    }
    suite
}

fn suite_of_skipped(results: &Results, tables: &Tables) -> TestSuite {
    let mut suite = TestSuite::new(SKIPPED);
    for clause in &tables.clauses {
        let asked = results.clauses.iter().find(|result| result.id == clause.id);
        let why = match asked {
            None => "not asked for",
            Some(result) if result.walks.is_empty() => "no walk that was held judges this clause",
            Some(_) => continue,
        };
        let mut status = TestCaseStatus::skipped();
        status.set_message(why);
        let mut case = TestCase::new(clause.id.to_string(), status);
        case.set_classname(SKIPPED);
        suite.add_test_case(case);
    }
    suite
}

fn case(clause: &ClauseResult, finding: &WalkResult) -> TestCase {
    let mut case = TestCase::new(clause.id.to_string(), status(finding));
    case.set_classname(finding.walk.as_str());
    case.add_property(Property::new("verdict", finding.verdict.word()));
    case.add_property(Property::new("imported", finding.imported.to_string()));
    for (name, value) in &finding.figures {
        case.add_property(Property::new(name, value.to_string()));
    }
    case
}

fn status(finding: &WalkResult) -> TestCaseStatus {
    let mut status = match finding.verdict {
        Verdict::Pass | Verdict::Deviation => return TestCaseStatus::success(),
        Verdict::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Inconclusive | Verdict::Error => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
        Verdict::Unsupported | Verdict::NotJudged => TestCaseStatus::skipped(),
    };
    status.set_message(finding.reason.as_str());
    status.set_type(finding.verdict.word());
    status
}
