//! An agent's sign-ins and sign-outs, as they were asked for.

use std::collections::VecDeque;

use node::RequestId;
use serde::{Deserialize, Serialize};

use crate::store::object::PoolName;

/// In or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Direction {
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
