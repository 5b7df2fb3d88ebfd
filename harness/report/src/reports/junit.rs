//! `junit.xml`, in the shape that nextest writes: a suite for each walk, a case for each clause
//! that the walk judged, a suite of the objectives where there are any, and a suite of the clauses
//! that were not judged or not asked for.

use model::clause_result::ClauseResult;
use model::figure::ObjectiveResult;
use model::finding::WalkResult;
use model::results::Results;
use model::{Tables, Verdict};
use quick_junit::{NonSuccessKind, Property, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::report::{Nature, Report};

/// The report.
pub const REPORT: Report = Report {
    name: "junit",
    file: "junit.xml",
    about: "the verdicts as JUnit test cases, for continuous integration",
    nature: Nature::Record,
    render: |run| Ok(render(run.results, run.tables)?.into_bytes()),
};

/// The suite of what was required of the figures.
const OBJECTIVES: &str = "objectives";

/// The suite of the clauses that no walk judged.
const SKIPPED: &str = "skipped";

/// The document.
///
/// # Errors
/// Only if the writer behind it fails.
pub fn render(results: &Results, tables: &Tables) -> Result<String, SerializeError> {
    let mut report = quick_junit::Report::new("rgdrill");
    for walk in walks(results) {
        report.add_test_suite(suite_of_walk(results, walk));
    }
    if !results.objectives.is_empty() {
        report.add_test_suite(suite_of_objectives(results));
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
    if let Some(yardstick) = &results.yardstick {
        suite.add_property(Property::new("yardstick.release", &yardstick.release));
        suite.add_property(Property::new(
            "yardstick.differs",
            yardstick.differs.join(", "),
        ));
    }
    for clause in &results.clauses {
        for finding in clause.walks.iter().filter(|finding| finding.walk == walk) {
            suite.add_test_case(case(clause, finding));
        }
    }
    suite
}

fn suite_of_objectives(results: &Results) -> TestSuite {
    let mut suite = TestSuite::new(OBJECTIVES);
    for objective in &results.objectives {
        let mut case = TestCase::new(objective.name.word(), status_of_objective(objective));
        case.set_classname(OBJECTIVES);
        case.add_property(Property::new("verdict", objective.verdict.word()));
        case.add_property(Property::new("at_most", objective.at_most.to_string()));
        suite.add_test_case(case);
    }
    suite
}

/// An objective on which no walk says anything is no success: the run is incomplete.
fn status_of_objective(objective: &ObjectiveResult) -> TestCaseStatus {
    let kind = match objective.verdict {
        Verdict::Pass => return TestCaseStatus::success(),
        Verdict::Fail => NonSuccessKind::Failure,
        _ => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    let mut walks = objective.walks.iter();
    let worst = walks.find(|walk| walk.verdict == objective.verdict);
    status.set_message(match worst {
        Some(walk) => format!("{}: {}", walk.walk, walk.reason),
        None => "no walk that was run measures this".to_owned(),
    });
    status.set_type(objective.verdict.word());
    status
}

fn suite_of_skipped(results: &Results, tables: &Tables) -> TestSuite {
    let mut suite = TestSuite::new(SKIPPED);
    for clause in &tables.clauses {
        let asked = results.clauses.iter().find(|result| result.id == clause.id);
        let why = match asked {
            None => "not asked for",
            Some(result) if result.walks.is_empty() => "no walk that was run judges this clause",
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
    let mut case = TestCase::new(clause.id.to_string(), status(clause, finding));
    case.set_classname(finding.walk.as_str());
    case.add_property(Property::new("verdict", finding.verdict.word()));
    case.add_property(Property::new("imported", finding.imported.to_string()));
    if finding.verdict == Verdict::Deviation {
        case.add_property(Property::new("deviation", &finding.reason));
    }
    for (name, value) in &finding.figures {
        case.add_property(Property::new(name, value.to_string()));
    }
    case
}

fn status(clause: &ClauseResult, finding: &WalkResult) -> TestCaseStatus {
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
    status.set_description(description(clause, finding));
    status
}

/// What was documented, what was observed, and where it stands in the journal.
fn description(clause: &ClauseResult, finding: &WalkResult) -> String {
    let mut lines = Vec::new();
    if let Some(statement) = &clause.statement {
        lines.push(format!("documented: {statement}"));
    }
    lines.push(format!("{}: {}", finding.verdict, finding.reason));
    if !finding.evidence.is_empty() {
        let evidence = finding.evidence.iter();
        let named: Vec<String> = evidence
            .map(|line| format!("{}:{}", line.walk, line.n))
            .collect();
        lines.push(format!("evidence: {}", named.join(", ")));
    }
    lines.join("\n")
}
