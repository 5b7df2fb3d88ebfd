//! Which walks a reader wants to see first, where not all of a long run fit into a report.

use std::collections::{BTreeMap, BTreeSet};

use model::{Verdict, repetition};
use timeline::{ReadRun, ReadWalk};

use crate::report::JudgedRun;

/// The numbers of the walks: first as few as show each statement and objective that did not pass, then as few as show
/// each that did; then the others that did not pass, and each walk once before any repetition.
pub(super) fn by_interest(run: &JudgedRun<'_>) -> Vec<usize> {
    let numbers = numbers(run.run);
    let results = run.results;
    let clauses = results.clauses.iter().map(|clause| {
        let walks = clause.walks.iter();
        walks
            .map(|walk| (walk.walk.as_str(), walk.verdict))
            .collect()
    });
    let objectives = results.objectives.iter().map(|objective| {
        let walks = objective.walks.iter();
        walks
            .map(|walk| (walk.walk.as_str(), walk.verdict))
            .collect()
    });
    let all: Vec<Vec<(&str, Verdict)>> = clauses.chain(objectives).collect();
    let (mut unmet, mut met) = (Shown::default(), Shown::default());
    for (one, walks) in all.iter().enumerate() {
        for (name, verdict) in walks {
            if let Some(number) = numbers.get(name) {
                let shown = match verdict {
                    Verdict::Pass => &mut met,
                    _ => &mut unmet,
                };
                shown.entry(*number).or_default().insert(one);
            }
        }
    }
    let mut order = Vec::new();
    for shown in [&unmet, &met] {
        order.extend(few_that_show_all(shown));
    }
    let mut others: Vec<usize> = (0..run.run.walks.len()).collect();
    others.sort_by_key(|number| {
        let name = run.run.walks[*number].name();
        let did_pass = !unmet.contains_key(number);
        (did_pass, repetition::parts(name).1, *number)
    });
    order.extend(others);
    let mut taken = BTreeSet::new();
    order.retain(|number| taken.insert(*number));
    order
}

/// The names of the walks, with their numbers in the journal.
pub(super) fn numbers<'a>(run: &'a ReadRun<'_>) -> BTreeMap<&'a str, usize> {
    run.walks.iter().map(ReadWalk::name).zip(0..).collect()
}

/// What each walk shows, by its number.
type Shown = BTreeMap<usize, BTreeSet<usize>>;

/// Walks that together show all that any does: each the one that shows most of what those before it do not.
fn few_that_show_all(shown: &Shown) -> Vec<usize> {
    let mut missing: BTreeSet<usize> = shown.values().flatten().copied().collect();
    let mut chosen = Vec::new();
    while !missing.is_empty() {
        let adds = |of: &BTreeSet<usize>| of.intersection(&missing).count();
        // The last of several is taken by `max_by_key`: from the end, that is the first one.
        let best = shown.iter().rev().max_by_key(|(_, of)| adds(of));
        let Some((number, of)) = best else { break };
        missing.retain(|one| !of.contains(one));
        chosen.push(*number);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_walks_show_all_that_many_do() {
        let shown = [
            (0, vec![1]),
            (1, vec![1, 2, 3]),
            (2, vec![4]),
            (3, vec![3, 4]),
        ];
        let shown: Shown = shown
            .into_iter()
            .map(|(number, of)| (number, of.into_iter().collect()))
            .collect();
        assert_eq!(few_that_show_all(&shown), [1, 2]);
        assert!(few_that_show_all(&Shown::new()).is_empty());
    }
}
