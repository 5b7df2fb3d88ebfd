//! An agent group: who answers, and in which order they are asked.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An agent group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentGroup {
    /// The names of the agents, in the order in which serial routing asks them.
    pub agents: Vec<String>,
    /// How agents come to be signed in.
    #[serde(default)]
    pub participation: Participation,
    /// In which order agents are alerted.
    #[serde(default)]
    pub routing: Routing,
    /// How long an agent is alerted; 10 s to 600 s, 20 s unless said otherwise.
    #[serde(default = "alert_time", with = "crate::duration")]
    pub alert_time: Duration,
}

/// How agents come to be signed in to a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Participation {
    /// By being signed in to the telephone system.
    #[default]
    Informal,
    /// By hand, in the agent console.
    Formal,
}

/// In which order agents are alerted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Routing {
    /// All who are available, at once.
    #[default]
    Parallel,
    /// One after the other, always from the first.
    Serial,
    /// One after the other, beginning behind the one who was asked last.
    RoundRobin,
    /// One after the other, beginning with the one who has been idle the longest.
    LongestIdle,
    /// All at once, whatever their presence.
    Attendant,
}

/// The documented default.
const fn alert_time() -> Duration {
    Duration::from_secs(20)
}
