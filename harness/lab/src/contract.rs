//! What every lab can do.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use actors::Command;
use model::fault::Fault;
use model::host::HostName;
use model::journal::Event;
use model::journal::event::Clock;
use model::topology::Pool;
use model::walk::LabKind;
use node::Now;

use crate::{FaultId, LabError};

pub use model::topology::ADMINISTRATOR;

/// Hosts, what runs on them, and the means to break and heal them.
///
/// A lab is driven by one thread: nothing is observed but by [`Lab::next`].
pub trait Lab {
    /// The kind of lab, as walks and journals name it.
    fn kind(&self) -> LabKind;

    /// The time since the lab was started.
    fn now(&self) -> Now;

    /// Where each host's traffic comes from.
    fn addresses(&self) -> BTreeMap<HostName, IpAddr>;

    /// The hosts that have a probe: all of them, unless servers run on machines that are not the
    /// lab's.
    fn probes(&self) -> BTreeSet<HostName> {
        self.addresses().into_keys().collect()
    }

    /// From where to where a pool is asked by SIP whether it is there, where its host has no probe.
    fn asked_by_sip(&self, pool: Pool) -> Option<(SocketAddr, SocketAddr)> {
        let _ = pool;
        None
    }

    /// What the walk asks of this lab for its whole length that the lab has not the means for.
    /// Nothing can be concluded from such a walk.
    fn lacks(&self) -> Option<&LabError> {
        None
    }

    /// Tells `actor` what to do: one of the topology's, or [`ADMINISTRATOR`].
    ///
    /// # Errors
    ///
    /// [`LabError::UnknownActor`].
    fn command(&mut self, actor: &str, command: Command) -> Result<(), LabError>;

    /// Brings `fault` about. When this returns it is in force.
    ///
    /// # Errors
    ///
    /// [`LabError::NoServer`] if one of its hosts has nothing that it could take away,
    /// [`LabError::Overlap`] if another fault does the same there already, [`LabError::NoMeans`] if it cannot be brought about
    /// here. Then nothing has changed.
    fn inject(&mut self, fault: &Fault) -> Result<FaultId, LabError>;

    /// Ends a fault. When this returns its causes are gone; how long the deployment takes to
    /// recover is another matter.
    ///
    /// # Errors
    ///
    /// [`LabError::UnknownFault`] if it is not in force.
    fn heal(&mut self, fault: FaultId) -> Result<(), LabError>;

    /// Goes on to the next observation. `None`: there was none up to and including `until`, which
    /// is now reached.
    ///
    /// # Errors
    ///
    /// Any trouble of the lab's own.
    fn next(&mut self, until: Now) -> Result<Option<Observed>, LabError>;
}

/// What an actor or a probe saw or did.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    /// When.
    pub at: Now,
    /// Which clock says so.
    pub clock: Clock,
    /// Who: an actor's name; for a probe, that of its host.
    pub host: String,
    /// What.
    pub event: Event,
}
