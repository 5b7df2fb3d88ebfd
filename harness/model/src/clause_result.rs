//! The result of one clause: what all walks of a run say of it, brought together.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clause::{Activity, ClauseId, Observation};
use crate::figure::Distribution;
use crate::finding::{Finding, WalkResult};
use crate::repetition;
use crate::verdict::Verdict;

/// A clause that a run was asked to judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedClause {
    /// The clause.
    pub clause: ClauseId,
    /// What it states, where the tables are at hand.
    pub statement: Option<String>,
}

/// The result of one clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClauseResult {
    /// The clause.
    pub id: ClauseId,
    /// The worst over the walks. Inconclusive if they were run several times, and the
    /// verdict was not the same each time.
    pub verdict: Verdict,
    /// How it was seen whether it holds; absent in results of before it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observation>,
    /// What it states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// How many times it had which verdict; absent where walks were run only once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub repetitions: BTreeMap<Verdict, u64>,
    /// How what was measured is distributed over all walks and repetitions; absent where walks
    /// were run only once.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub distributions: BTreeMap<String, Distribution>,
    /// What each walk says of it, in the order of the findings.
    pub walks: Vec<WalkResult>,
}

impl ClauseResult {
    /// Brings together the findings on the clause.
    pub(crate) fn of(asked: AskedClause, findings: &[Finding]) -> ClauseResult {
        let walks: Vec<WalkResult> = findings
            .iter()
            .filter(|finding| finding.clause == asked.clause)
            .map(|finding| finding.result.clone())
            .collect();
        let repetitions = repetitions(&walks);
        let verdict = match repetitions.len() {
            0 | 1 => Verdict::worst(walks.iter().map(|walk| walk.verdict)),
            _ => Verdict::Inconclusive,
        };
        let distributions = match repetitions.is_empty() {
            true => BTreeMap::new(),
            false => distributions(&walks),
        };
        ClauseResult {
            observed: asked.clause.activity().map(Activity::observation),
            id: asked.clause,
            verdict,
            statement: asked.statement,
            repetitions,
            distributions,
            walks,
        }
    }
}

/// How many times a clause had which verdict: in each repetition, the worst that its walks say.
/// Nothing, if walks were run only once.
fn repetitions(walks: &[WalkResult]) -> BTreeMap<Verdict, u64> {
    let mut each: BTreeMap<u32, Verdict> = BTreeMap::new();
    for walk in walks {
        let (_, number) = repetition::parts(&walk.walk);
        let verdict = each.entry(number).or_insert(walk.verdict);
        *verdict = Verdict::worst([*verdict, walk.verdict]);
    }
    let mut shares = BTreeMap::new();
    if each.len() > 1 {
        for verdict in each.into_values() {
            *shares.entry(verdict).or_insert(0) += 1;
        }
    }
    shares
}

/// How everything that walks measured is distributed.
fn distributions(walks: &[WalkResult]) -> BTreeMap<String, Distribution> {
    let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, value) in walks.iter().flat_map(|walk| &walk.figures) {
        values.entry(name).or_default().push(*value);
    }
    let distribution =
        |(name, values): (&str, Vec<f64>)| Some((name.to_owned(), Distribution::of(values)?));
    values.into_iter().filter_map(distribution).collect()
}
