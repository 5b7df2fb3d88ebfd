//! What was required of figures and was not met: what each walk showed.

use model::Verdict;
use model::results::Results;

use super::clause::{FindingView, Walks};
use crate::reports::wording::mark;

/// Of at most so many walks is told what each says of an objective: those first that did not meet it.
const MOST_FINDINGS: usize = 20;

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
        let unmet = objectives.filter(|objective| objective.verdict != Verdict::Pass);
        unmet
            .map(|objective| {
                let found = objective.walks.iter();
                let found = found.filter(|walk| walk.verdict != Verdict::Pass);
                let mut findings: Vec<FindingView<'a>> = found
                    .map(|walk| FindingView::of_objective(walk, walks))
                    .collect();
                let more = findings.len().saturating_sub(MOST_FINDINGS);
                findings.truncate(MOST_FINDINGS);
                let most = objective.name.unit().show(objective.at_most);
                ObjectiveFindings {
                    verdict: objective.verdict,
                    mark: mark(objective.verdict),
                    words: format!("{}, at most {most}", objective.name.about()),
                    findings,
                    more,
                }
            })
            .collect()
    }
}
