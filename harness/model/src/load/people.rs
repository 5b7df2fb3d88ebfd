//! Who plays in a load.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::topology::Pool;

/// A group that calls of a load go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadGroup {
    /// The kind of calls.
    pub kind: String,
    /// The pool that it belongs to.
    pub owner: Pool,
    /// What it is called.
    pub name: String,
    /// Its agents, and where they are homed.
    pub members: BTreeMap<String, Pool>,
}
