//! What was required of figures and was not met: what each walk showed.

use model::Verdict;
use model::figure::{ObjectiveResult, WalkObjective};
use model::results::Results;

use super::clause::{FindingView, MOST_FINDINGS, Walks};
use crate::reports::wording::mark;

/// What walks say of an objective that did not meet it, as far as the page has it.
pub(super) fn shown(objective: &ObjectiveResult) -> impl Iterator<Item = &WalkObjective> {
    unmet(objective).take(MOST_FINDINGS)
}

fn unmet(objective: &ObjectiveResult) -> impl Iterator<Item = &WalkObjective> {
    let walks = objective.walks.iter();
    walks.filter(|walk| walk.verdict != Verdict::Pass)
}

/// An objective that was not met.
pub(super) struct ObjectiveFindings<'a> {
    pub(super) verdict: Verdict,
    pub(super) mark: char,
    pub(super) words: String,
    pub(super) findings: Vec<FindingView<'a>>,
    pub(super) more: usize,
}

impl<'a> ObjectiveFindings<'a> {
    /// All that were not met.
    pub(super) fn of_unmet(results: &'a Results, walks: &Walks<'_>) -> Vec<Self> {
        let objectives = results.objectives.iter();
        objectives
            .filter(|objective| objective.verdict != Verdict::Pass)
            .map(|objective| {
                let findings = shown(objective).map(|walk| FindingView::of_objective(walk, walks));
                let findings: Vec<FindingView<'a>> = findings.collect();
                let most = objective.name.unit().show(objective.at_most);
                ObjectiveFindings {
                    verdict: objective.verdict,
                    mark: mark(objective.verdict),
                    words: format!("{}, at most {most}", objective.name.about()),
                    more: unmet(objective).count() - findings.len(),
                    findings,
                }
            })
            .collect()
    }
}
