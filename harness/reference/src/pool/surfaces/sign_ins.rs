//! An agent's sign-ins and sign-outs, as they were asked for.

use std::collections::VecDeque;

use node::RequestId;
use serde::{Deserialize, Serialize};

use crate::store::object::PoolName;
use crate::store::sign_in::SignIn;

/// In or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::pool) enum Direction {
    In,
    Out,
}

/// A group, at the pool that keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupAt {
    pub(super) group: String,
    pub(super) parent: PoolName,
}

/// An agent's sign-ins, one after the other. What was done stays done if a later one is refused.
#[derive(Clone, Debug)]
pub(in crate::pool) struct SignIns {
    pub(super) agent: String,
    pub(super) direction: Direction,
    pub(super) groups: VecDeque<GroupAt>,
    pub(super) client: RequestId,
}

impl SignIns {
    /// Who asks.
    pub(in crate::pool) fn agent(&self) -> &str {
        &self.agent
    }

    /// In or out.
    pub(in crate::pool) const fn direction(&self) -> Direction {
        self.direction
    }

    /// The next one, if it is a sign-in to a group of this pool.
    pub(in crate::pool) fn next_of(&self, pool: &PoolName) -> Option<SignIn> {
        let at = self.groups.front()?;
        (self.direction == Direction::In && at.parent == *pool).then(|| SignIn {
            owner: pool.clone(),
            group: at.group.clone(),
            agent: self.agent.clone(),
        })
    }
}
