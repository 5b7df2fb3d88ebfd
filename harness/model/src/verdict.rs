//! What the judge says of a clause.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ClauseId;

/// What a clause came to. Never merged, never inferred from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Observed as documented.
    Pass,
    /// Nobody judged it: no walk that was held asks it.
    NotJudged,
    /// The target says that it lacks the capability.
    Unsupported,
    /// It failed as the target declares.
    Deviation,
    /// A precondition or the fault was not proven.
    Inconclusive,
    /// Observed otherwise than documented.
    Fail,
    /// The harness's own trouble.
    Error,
}

/// A journal line that a verdict rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// The walk.
    pub walk: String,
    /// The line's number within the walk.
    pub n: u64,
}

/// What one walk says of one clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The clause.
    pub clause: ClauseId,
    /// The walk.
    pub walk: String,
    /// Whether the attempts that were judged came after the import.
    pub imported: bool,
    /// What it came to.
    pub verdict: Verdict,
    /// Why, in a sentence that names times and actors.
    pub reason: String,
    /// The lines that it rests on, in order.
    pub evidence: Vec<Evidence>,
    /// What was measured: name with unit (`disconnected_ms`) to value.
    pub figures: BTreeMap<String, f64>,
}
