//! What probes learned of hosts and processes.

use std::collections::BTreeMap;

use model::fault::{ProbeQuestion, Reading};
use model::host::HostName;
use model::reach::Reach;
use model::shared::Shared;
use model::topology::Pool;

use crate::position::Position;

/// One sample of a probe.
#[derive(Clone, Debug)]
pub struct ProbeSample {
    /// When.
    pub position: Position,
    /// Whose probe.
    pub by: HostName,
    /// Whether the other hosts are there.
    pub hosts: Shared<BTreeMap<HostName, Reach>>,
    /// Whose questions arrived.
    pub heard: Shared<Vec<HostName>>,
    /// Whether the pools' processes answer.
    pub pools: Shared<BTreeMap<Pool, Reach>>,
    /// Whether the process of its host's own database answers, where one was asked.
    pub database: Option<Reach>,
}

impl ProbeSample {
    /// What it says to a question; nothing if that was not asked.
    pub fn found(&self, question: ProbeQuestion) -> Option<Reading> {
        match question {
            ProbeQuestion::Host(host) => self.hosts.get(&host).copied().map(Reading::Reach),
            ProbeQuestion::Pool(pool) => self.pools.get(&pool).copied().map(Reading::Reach),
            ProbeQuestion::Heard(host) if self.heard.contains(&host) => Some(Reading::Heard),
            ProbeQuestion::Heard(_) => Some(Reading::NotHeard),
            ProbeQuestion::Database => self.database.map(Reading::Reach),
        }
    }
}
