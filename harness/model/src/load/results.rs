//! What `results.json` says of a load.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::Role;
use super::measured::Measured;
use crate::clause::Stage;
use crate::topology::Pool;

/// What one walk says of one kind of its load: a member of `load` in `results.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadResult {
    /// The walk.
    pub walk: String,
    /// The kind of calls.
    pub kind: String,
    /// Whose groups are called; where the agents are homed.
    pub of: Pool,
    /// Callers or agents.
    pub role: Role,
    /// What was measured from the first call to the last.
    pub in_all: Measured,
    /// The same by stage, in order, but for each value of the histograms, which the journal has.
    pub stages: Vec<StageLoad>,
}

/// What was measured in one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageLoad {
    /// The stage; absent while there was none: before the first, between two, and after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<Stage>,
    /// The journal's line.
    pub n: u64,
    /// What was measured.
    pub measured: Measured,
}
