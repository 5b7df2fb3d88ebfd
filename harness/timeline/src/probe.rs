//! What probes learned of hosts and processes.

use std::collections::BTreeMap;

use model::journal::event::Reach;
use model::topology::{Host, Pool};

use crate::position::Position;

/// One sample of a probe.
#[derive(Clone, Copy, Debug)]
pub struct ProbeSample<'t> {
    /// When.
    pub position: Position,
    /// Whose probe.
    pub by: Host,
    /// Whether the other hosts are there.
    pub hosts: &'t BTreeMap<Host, Reach>,
    /// Whose questions arrived.
    pub heard: &'t [Host],
    /// Whether the pools' processes answer.
    pub pools: &'t BTreeMap<Pool, Reach>,
    /// Whether the process of its host's own database answers, where one was asked.
    pub database: Option<Reach>,
}
