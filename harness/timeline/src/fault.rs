//! Faults, as the lab tells of them.

use model::host::HostName;
use model::journal::event::Clock;
use model::walk::FaultKind;

use crate::position::Position;

/// The outage's fault, as the lab tells of it.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The kind.
    pub kind: FaultKind,
    /// The machines that it affects.
    pub hosts: Vec<HostName>,
    /// Since when it was in force.
    pub injected: Position,
    /// Since when it was over, and by which clock.
    pub healed: Option<(Position, Clock)>,
}
