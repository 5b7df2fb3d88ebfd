//! A queue: where calls wait for agents.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::action::Action;

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// The names of the agent groups, in the order in which they are searched.
    pub agent_groups: Vec<String>,
    /// How long a call waits at most; none: without limit.
    #[serde(default)]
    pub timeout: Option<Timeout>,
    /// How many calls wait at most; none: without limit.
    #[serde(default)]
    pub overflow: Option<Overflow>,
}

/// What becomes of calls that have waited too long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timeout {
    /// 10 s to 65535 s.
    #[serde(with = "crate::duration")]
    pub after: Duration,
    /// What becomes of the call.
    #[serde(default)]
    pub action: Action,
}

/// What becomes of calls when too many wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overflow {
    /// How many calls may wait; 0 to 1000.
    pub threshold: u16,
    /// Which call is taken out when one more arrives.
    #[serde(default)]
    pub takes: Taken,
    /// What becomes of it.
    #[serde(default)]
    pub action: Action,
}

/// Which call overflow takes out of the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// The one that has just arrived.
    #[default]
    Newest,
    /// The one that has waited the longest.
    Oldest,
}
