//! What probes learned of hosts and processes.

use std::collections::BTreeMap;

use model::fault::{Finding, Question};
use model::host::HostName;
use model::reach::Reach;
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
    pub hosts: BTreeMap<HostName, Reach>,
    /// Whose questions arrived.
    pub heard: Vec<HostName>,
    /// Whether the pools' processes answer.
    pub pools: BTreeMap<Pool, Reach>,
    /// Whether the process of its host's own database answers, where one was asked.
    pub database: Option<Reach>,
}

impl ProbeSample {
    /// What it says to a question; nothing if that was not asked.
    pub fn found(&self, question: Question) -> Option<Finding> {
        match question {
            Question::Host(host) => self.hosts.get(&host).copied().map(Finding::Reach),
            Question::Pool(pool) => self.pools.get(&pool).copied().map(Finding::Reach),
            Question::Heard(host) if self.heard.contains(&host) => Some(Finding::Heard),
            Question::Heard(_) => Some(Finding::NotHeard),
            Question::Database => self.database.map(Finding::Reach),
        }
    }
}
