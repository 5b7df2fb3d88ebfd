//! What was required of the figures, as a suite.

use model::Verdict;
use model::figure::{ObjectiveResult, WalkObjective};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::case::evidence;
use super::classname;
use crate::report::JudgedRun;

/// The suite's name.
const NAME: &str = "objectives";

/// The suite; none where nothing was required.
pub(super) fn suite(run: &JudgedRun<'_>) -> Option<TestSuite> {
    let objectives = &run.results.objectives;
    let mut suite = TestSuite::new(NAME);
    for objective in objectives {
        let mut case = TestCase::new(objective.name.word(), status(objective));
        case.set_classname(classname(run, NAME));
        let at_most = objective.name.unit().show(objective.at_most);
        case.set_system_out(format!("{}; at most {at_most}", objective.verdict));
        suite.add_test_case(case);
    }
    (!objectives.is_empty()).then_some(suite)
}

/// What was required, what was observed, and where it stands in the journal.
fn description(objective: &ObjectiveResult, worst: Option<&WalkObjective>) -> String {
    let at_most = objective.name.unit().show(objective.at_most);
    let about = objective.name.about();
    let mut lines = vec![format!("required: {about}, at most {at_most}")];
    if let Some(walk) = worst {
        lines.push(format!("observed: {}, in {}", walk.reason, walk.walk));
    }
    lines.push(format!("verdict: {}", objective.verdict));
    lines.extend(worst.and_then(|walk| evidence(&walk.evidence)));
    lines.join("\n")
}

/// An objective on which no walk says anything is no success: the run is incomplete.
fn status(objective: &ObjectiveResult) -> TestCaseStatus {
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
    status.set_description(description(objective, worst));
    status
}
