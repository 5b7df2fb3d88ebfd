//! Faults, as the lab tells of them.

use model::fault::Fault;
use model::host::HostName;
use model::journal::event::Clock;

use crate::position::Position;

/// A fault that was injected, as the lab tells of it.
#[derive(Clone, Debug)]
pub struct InjectedFault {
    /// What was injected, and where.
    pub fault: Fault,
    /// Since when it was in force.
    pub injected: Position,
    /// Since when it was over, and by which clock.
    pub healed: Option<(Position, Clock)>,
}

impl InjectedFault {
    /// Whether it affected a machine at this position, as far as the lab tells.
    pub fn touches(&self, host: HostName, at: Position) -> bool {
        let is_healed = self.healed.is_some_and(|(healed, _)| healed < at);
        self.fault.hosts.contains(&host) && self.injected <= at && !is_healed
    }
}
