//! A clause in a walk: a success, or why it is none, in terms of what the document says.

use std::collections::BTreeSet;

use model::clause_result::ClauseResult;
use model::finding::{Evidence, WalkResult};
use model::{Clause, Verdict};
use quick_junit::{FlakyOrRerun, NonSuccessKind, TestCase, TestCaseStatus, TestRerun};

use crate::reports::expected;

/// Of at most so many repetitions that did not pass is told why.
const MOST_REPETITIONS: usize = 3;

/// At most so many lines of evidence are named.
const MOST_LINES: usize = 20;

/// What is told of a case besides its status is no longer than this, in bytes.
const LONGEST: usize = 2_000;

/// The case of a clause, by what each repetition of a walk says of it: at least one does.
pub(super) fn of(
    clause: &ClauseResult,
    documented: Option<&Clause>,
    findings: &[&WalkResult],
) -> TestCase {
    let verdicts: BTreeSet<Verdict> = findings.iter().map(|finding| finding.verdict).collect();
    let worst = Verdict::worst(verdicts.iter().copied());
    let told = findings.iter().find(|finding| finding.verdict == worst);
    let mut status = match (told, verdicts.len()) {
        (Some(finding), 1) => status(clause, documented, finding),
        _ => differing(clause, documented, findings),
    };
    if verdicts.len() > 1 {
        status.set_rerun_kind(FlakyOrRerun::Flaky);
        let unmet = findings.iter().filter(|f| f.verdict != Verdict::Pass);
        status.add_reruns(
            unmet
                .take(MOST_REPETITIONS)
                .map(|finding| rerun(clause, documented, finding)),
        );
    }
    let mut case = TestCase::new(clause.id.to_string(), status);
    let out = output(findings);
    case.set_system_out(&out[..out.floor_char_boundary(LONGEST)]);
    case
}

fn status(
    clause: &ClauseResult,
    documented: Option<&Clause>,
    finding: &WalkResult,
) -> TestCaseStatus {
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
    status.set_description(description(clause, documented, finding));
    status
}

/// Repetitions that do not say the same: whatever they say, nothing is certain.
fn differing(
    clause: &ClauseResult,
    documented: Option<&Clause>,
    findings: &[&WalkResult],
) -> TestCaseStatus {
    let shares = Verdict::ALL.into_iter().filter_map(|verdict| {
        let count = findings.iter().filter(|f| f.verdict == verdict).count();
        (count > 0).then(|| format!("{verdict} {count} of {} times", findings.len()))
    });
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(shares.collect::<Vec<String>>().join(", "));
    status.set_type(Verdict::Inconclusive.word());
    let mut lines = required(clause.statement.as_deref(), documented);
    for verdict in Verdict::ALL {
        if let Some(first) = findings.iter().find(|finding| finding.verdict == verdict) {
            let observed = format!("{}, in {}: {}", verdict, first.walk, first.reason);
            lines.push(observed);
            lines.extend(evidence(&first.evidence));
        }
    }
    status.set_description(lines.join("\n"));
    status
}

fn rerun(clause: &ClauseResult, documented: Option<&Clause>, finding: &WalkResult) -> TestRerun {
    let kind = match finding.verdict {
        Verdict::Fail => NonSuccessKind::Failure,
        _ => NonSuccessKind::Error,
    };
    let mut rerun = TestRerun::new(kind);
    rerun.set_message(format!("{}: {}", finding.walk, finding.reason));
    rerun.set_type(finding.verdict.word());
    rerun.set_description(description(clause, documented, finding));
    rerun
}

/// What was documented and expected, what was observed, and where it stands in the journal.
fn description(clause: &ClauseResult, documented: Option<&Clause>, finding: &WalkResult) -> String {
    let mut lines = required(clause.statement.as_deref(), documented);
    lines.push(format!("observed: {}", finding.reason));
    lines.push(format!("verdict: {}", finding.verdict));
    lines.extend(evidence(&finding.evidence));
    lines.join("\n")
}

/// What was documented, where, and what was expected.
pub(super) fn required(statement: Option<&str>, documented: Option<&Clause>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(statement) = statement {
        lines.push(format!("documented: {statement}"));
    }
    if let Some(clause) = documented {
        let source = &clause.source;
        lines.push(format!(
            "where: {}, {}, row \"{}\", column \"{}\"",
            source.document, source.table, source.row, source.column
        ));
        lines.push(format!("expected: {}", expected::in_words(&clause.expect)));
    }
    lines
}

/// Where it stands in the journal, if anywhere.
pub(super) fn evidence(evidence: &[Evidence]) -> Option<String> {
    if evidence.is_empty() {
        return None;
    }
    let named = evidence.iter().take(MOST_LINES);
    let named: Vec<String> = named
        .map(|line| format!("{}:{}", line.walk, line.n))
        .collect();
    let more = match evidence.len().saturating_sub(MOST_LINES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("evidence: {}{more}", named.join(", ")))
}

/// The verdict, where the status does not say it, and what was measured.
fn output(findings: &[&WalkResult]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let mut words = vec![format!("{}: {}", finding.walk, finding.verdict)];
        if finding.imported {
            words.push("imported".to_owned());
        }
        if finding.verdict == Verdict::Deviation {
            words.push(finding.reason.clone());
        }
        let figures = finding.figures.iter();
        words.extend(figures.map(|(name, value)| format!("{name}={value}")));
        lines.push(words.join("; "));
    }
    lines.join("\n")
}
