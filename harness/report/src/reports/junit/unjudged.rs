//! The clauses that no walk judged, as a suite: those that were not asked for are skipped; one that was
//! is an error, for an incomplete drill is never green; so is each walk that another shard has.

use model::Verdict;
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::case::required;
use super::classname;
use crate::report::JudgedRun;

/// The suite's name.
const NAME: &str = "not-judged";

/// The suite; none where everything was judged.
pub(super) fn suite(run: &JudgedRun<'_>) -> Option<TestSuite> {
    let mut suite = TestSuite::new(NAME);
    for clause in &run.tables.clauses {
        let mut clauses = run.results.clauses.iter();
        let asked = clauses.find(|result| result.id == clause.id);
        let mut status = match asked {
            None => {
                let mut status = TestCaseStatus::skipped();
                status.set_message("not asked for");
                status
            }
            Some(result) if result.walks.is_empty() => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
                status.set_message("asked for, and no walk that was run judges this clause");
                let required = required(Some(&clause.statement), Some(clause));
                status.set_description(required.join("\n"));
                status
            }
            Some(_) => continue,
        };
        status.set_type(Verdict::NotJudged.word());
        let mut case = TestCase::new(clause.id.to_string(), status);
        case.set_classname(classname(run, NAME));
        suite.add_test_case(case);
    }
    for walk in &run.results.elsewhere {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message("another shard of the drill has this walk: merge them all");
        status.set_type(Verdict::NotJudged.word());
        let mut case = TestCase::new(format!("walk {walk}"), status);
        case.set_classname(classname(run, NAME));
        suite.add_test_case(case);
    }
    (!suite.test_cases.is_empty()).then_some(suite)
}
