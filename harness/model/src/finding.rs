//! What the judge says: one [`Finding`] for each clause and each walk that asks it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ClauseId;
use crate::verdict::Verdict;

/// A journal line that a verdict rests on.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The walk.
    pub walk: String,
    /// The line's number within the walk.
    pub n: u64,
}

/// What one walk says of one clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The clause.
    pub clause: ClauseId,
    /// What the walk says of it.
    pub result: WalkResult,
}

/// What one walk says of a clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkResult {
    /// The walk.
    pub walk: String,
    /// Whether the attempts that were judged came after the import.
    pub imported: bool,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in a sentence that names times and actors.
    pub reason: String,
    /// The lines that it rests on, in order.
    pub evidence: Vec<Evidence>,
    /// What was measured: name with unit (`disconnected_ms`) to value.
    pub figures: BTreeMap<String, f64>,
}
