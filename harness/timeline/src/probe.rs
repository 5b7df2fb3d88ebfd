//! What probes learned of hosts and processes.

use std::collections::BTreeMap;

use model::host::HostName;
use model::journal::event::Reach;
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
