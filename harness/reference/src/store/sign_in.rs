//! Who has signed in to which group.

use serde::{Deserialize, Serialize};

use super::object::PoolName;

/// An agent is signed in to a group. The parent is the pool that keeps this; so an agent who is
/// signed in at a group's owner is not signed in to its copy. It is never exported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The pool that the agent group belongs to.
    pub(crate) owner: PoolName,
    /// The name of the agent group.
    pub(crate) group: String,
    /// The agent.
    pub(crate) agent: String,
}
