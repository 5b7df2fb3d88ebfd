//! A sweep: each walk with many seeds, in simulation. A verdict that hangs on chance shows as an odd
//! one among many; and what is drawn differently with each seed (see crate `drawing`) must make no difference.
//!
//! Nothing is kept of what was observed: the same walk with the same seed goes the same way again.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use drawing::Plan;
use judge::Unsteady;
use model::Verdict;
use model::environment;
use model::finding::Finding;
use model::journal::{Header, WalkJournal};
use model::scenarios::Scenarios;
use model::walk::LabKind;
use serde::Serialize;
use target::{MissingSecrets, Target};
use tokio_util::sync::CancellationToken;

use crate::campaign::{Campaign, CampaignError};
use crate::labs::SimFactory;
use crate::mutation::all_of;
use crate::run::observe;

/// What a sweep found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sweep {
    /// One for each walk, in the order of the plans.
    pub walks: Vec<SweptWalk>,
}

/// A walk, run with many seeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SweptWalk {
    /// The walk.
    pub walk: String,
    /// With how many seeds it had which verdict: the worst on any clause.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// Those with which it was not a pass, in order.
    pub odd: Vec<Odd>,
}

/// A walk with a seed with which not everything passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Odd {
    /// The seed.
    pub seed: u64,
    /// The worst verdict.
    pub verdict: Verdict,
    /// The clauses that did not pass; none where the healthy stage was not as it must be.
    pub clauses: Vec<String>,
    /// The reason of the first of them with the worst verdict.
    pub why: String,
}

/// Why a sweep stopped early.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// A walk could not be run.
    #[error("cannot complete the drill with seed {seed}")]
    Drill {
        /// The seed.
        seed: u64,
        /// Why.
        source: Box<CampaignError>,
    },
    /// The target needs a secret that is not set.
    #[error(transparent)]
    Secrets(#[from] MissingSecrets),
}

/// Runs each walk with each of these seeds, `jobs` at once, against the reference pools in simulation.
/// `ended` is told of each that ended whether it passed.
///
/// # Errors
/// [`SweepError`].
pub fn sweep(
    plans: &[Plan],
    seeds: impl Iterator<Item = u64> + Clone,
    (scenarios, target): (&Scenarios, &Arc<Target>),
    jobs: NonZeroUsize,
    cancelled: &CancellationToken,
    ended: impl Fn(bool) + Sync,
) -> Result<Sweep, SweepError> {
    let walks = plans.iter();
    let all: Vec<(&Plan, u64)> = seeds
        .flat_map(|seed| walks.clone().map(move |plan| (plan, seed)))
        .collect();
    let results = all_of(&all, jobs, |(plan, seed)| -> Result<_, SweepError> {
        let odd = run_one(plan, seed, (scenarios, target), cancelled)?;
        ended(odd.is_none());
        Ok(odd)
    })?;
    let of_walk = |index: usize| {
        let results = results.iter().skip(index).step_by(plans.len());
        SweptWalk::of(&plans[index], results)
    };
    Ok(Sweep {
        walks: (0..plans.len()).map(of_walk).collect(),
    })
}

/// Runs one walk with one seed: nothing if all of it passed.
fn run_one(
    plan: &Plan,
    seed: u64,
    (scenarios, target): (&Scenarios, &Arc<Target>),
    cancelled: &CancellationToken,
) -> Result<Option<Odd>, SweepError> {
    let header = Header::new(&target.target, LabKind::Sim, seed, &scenarios.tables_sha256);
    let campaign = Campaign {
        plans: vec![plan.clone()],
        labs: Arc::new(SimFactory),
        target: Arc::clone(target),
        secrets: target.secrets(environment::variable)?,
        seed,
        jobs: 1,
        header: header.claiming(target.claims()),
    };
    let journal = observe(&campaign, cancelled).map_err(|source| {
        let source = Box::new(source);
        SweepError::Drill { seed, source }
    })?;
    let findings = judge::judge(&journal, &scenarios.tables);
    Ok(Odd::of(seed, &findings).or_else(|| Odd::unsteady(seed, journal.walks.first())))
}

impl Odd {
    /// What of these findings is no pass, if anything.
    fn of(seed: u64, findings: &[Finding]) -> Option<Odd> {
        let not_passed = findings
            .iter()
            .filter(|finding| finding.result.verdict != Verdict::Pass);
        let verdict = Verdict::worst(not_passed.clone().map(|finding| finding.result.verdict));
        let mut worst = not_passed.clone();
        let worst = worst.find(|finding| finding.result.verdict == verdict)?;
        Some(Odd {
            seed,
            verdict,
            clauses: not_passed
                .map(|finding| finding.clause.to_string())
                .collect(),
            why: worst.result.reason.clone(),
        })
    }

    /// A walk whose healthy stage was not as it must be: of one that judges nothing else, only that says so.
    fn unsteady(seed: u64, walk: Option<&WalkJournal>) -> Option<Odd> {
        let Unsteady { verdict, reason } = judge::steady_state(walk?).err()?;
        Some(Odd {
            seed,
            verdict,
            clauses: Vec::new(),
            why: reason,
        })
    }
}

impl SweptWalk {
    fn of<'a>(plan: &Plan, results: impl Iterator<Item = &'a Option<Odd>>) -> SweptWalk {
        let mut swept = SweptWalk {
            walk: plan.walk.walk.clone(),
            verdicts: BTreeMap::new(),
            odd: Vec::new(),
        };
        for odd in results {
            let verdict = odd.as_ref().map_or(Verdict::Pass, |odd| odd.verdict);
            *swept.verdicts.entry(verdict).or_default() += 1;
            swept.odd.extend(odd.clone());
        }
        swept
    }
}

#[cfg(test)]
mod tests {
    use model::ClauseId;
    use model::finding::WalkResult;

    use super::*;

    fn finding(clause: &str, verdict: Verdict) -> Finding {
        Finding {
            clause: ClauseId(clause.to_owned()),
            result: WalkResult {
                walk: "walk".to_owned(),
                imported: false,
                verdict,
                reason: format!("{clause} is {verdict}"),
                evidence: Vec::new(),
                figures: BTreeMap::new(),
            },
        }
    }

    #[test]
    fn a_healthy_stage_that_was_not_observed_is_not_held_against_the_target() {
        let odd = Odd::unsteady(7, Some(&WalkJournal::begin("walk")));
        let verdict = odd.map(|odd| odd.verdict);
        assert_eq!(verdict, Some(Verdict::Error));
    }

    #[test]
    fn a_walk_is_odd_with_a_seed_if_a_clause_did_not_pass_and_as_bad_as_the_worst() {
        assert_eq!(Odd::of(1, &[finding("a", Verdict::Pass)]), None);
        let findings = [
            finding("a", Verdict::Pass),
            finding("b", Verdict::Inconclusive),
            finding("c", Verdict::Fail),
        ];
        let odd = Odd::of(7, &findings);
        let expected = Odd {
            seed: 7,
            verdict: Verdict::Fail,
            clauses: vec!["b".to_owned(), "c".to_owned()],
            why: "c is fail".to_owned(),
        };
        assert_eq!(odd, Some(expected));
    }
}
