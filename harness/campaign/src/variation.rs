//! The proof that nobody is condemned who is right: the drill run over variants of the reference
//! server, with each of which every statement must pass.

use std::sync::Arc;

use model::clause::ClauseId;
use model::results::Results;
use model::scenarios::Scenarios;
use model::{Verdict, Walk};
use reference::Variant;
use serde::Serialize;
use target::Target;

use crate::labs::VariantFactory;
use crate::mutation::{Drilled, Extent, MutationError, Proving, all_of, drill};
use crate::variants::{declared, leaves_open};

/// What the drill made of one variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VariantResult {
    /// The variant.
    pub name: &'static str,
    /// How many clauses passed, or are left open as the target declares.
    pub passed: usize,
    /// The clauses that did not, in the tables' order.
    pub others: Vec<NotPassed>,
}

/// A clause that a variant did not pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotPassed {
    /// The clause.
    pub clause: ClauseId,
    /// Its verdict.
    pub verdict: Verdict,
    /// The walk that decided it, and its reason.
    pub why: String,
}

impl VariantResult {
    /// Whether everything passed.
    pub fn is_right(&self) -> bool {
        self.others.is_empty()
    }
}

/// Drills these variants of the reference server.
///
/// # Errors
/// [`MutationError`]: a drill that could not be run or judged proves nothing.
pub fn prove_variants(
    variants: &[Variant],
    scenarios: &Scenarios,
    target: &Arc<Target>,
    proving: &Proving<'_>,
) -> Result<Vec<VariantResult>, MutationError> {
    all_of(variants, proving.jobs, |variant| {
        let drilled = Drilled {
            name: variant.name(),
            labs: Arc::new(VariantFactory(variant)),
            target: Arc::new(declared(target, variant)),
        };
        let has_passed = |results: &Results, next: &Walk| {
            let mut clauses = results.clauses.iter();
            proving.extent == Extent::UntilDecided
                && next.random.is_none()
                && clauses.all(|c| c.verdict == Verdict::Pass)
        };
        let results = drill(&drilled, scenarios, has_passed, proving.cancelled)?;
        let others = results.clauses.iter();
        let others = others.filter(|clause| clause.verdict != Verdict::Pass);
        let is_left_open = |clause: &ClauseId| leaves_open(variant).contains(&clause.0.as_str());
        let others =
            others.filter(|c| !(c.verdict == Verdict::Inconclusive && is_left_open(&c.id)));
        let others = others.map(|clause| {
            let decided = clause
                .walks
                .iter()
                .find(|walk| walk.verdict == clause.verdict);
            NotPassed {
                clause: clause.id.clone(),
                verdict: clause.verdict,
                why: decided.map_or_else(
                    || "no walk judged it".to_owned(),
                    |walk| format!("{}: {}", walk.walk, walk.reason),
                ),
            }
        });
        let others: Vec<NotPassed> = others.collect();
        let result = VariantResult {
            name: variant.name(),
            passed: results.clauses.len() - others.len(),
            others,
        };
        (proving.ended)(result.is_right());
        Ok(result)
    })
}
