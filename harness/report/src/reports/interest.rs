//! Which walks a reader wants to see first, where not all of a long run fit into a report.

use std::collections::BTreeSet;

use model::{Verdict, repetition};

use crate::report::JudgedRun;

/// The numbers of the walks: those first in which a clause did not pass, then each walk once before any
/// repetition.
pub(super) fn by_interest(run: &JudgedRun<'_>) -> Vec<usize> {
    let walks = run.results.clauses.iter().flat_map(|clause| &clause.walks);
    let unmet: BTreeSet<&str> = walks
        .filter(|walk| walk.verdict != Verdict::Pass)
        .map(|walk| walk.walk.as_str())
        .collect();
    let mut numbers: Vec<usize> = (0..run.run.walks.len()).collect();
    numbers.sort_by_key(|number| {
        let name = run.run.walks[*number].name();
        (!unmet.contains(name), repetition::parts(name).1, *number)
    });
    numbers
}
