//! Which machines are broken, for whoever has to say so: a drill that ends, or that is ended at once.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::fault::FaultKind;
use model::host::HostName;

/// A machine that the target's command has broken, or may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenMachine {
    /// Which one.
    pub host: HostName,
    /// What it was to suffer.
    pub fault: FaultKind,
    /// The target's command that mends it, without its secrets.
    pub mended_by: String,
}

impl fmt::Display for BrokenMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "host {} (`{}`)", self.host, self.fault)
    }
}

/// The machines that labs of this process have broken and not mended yet. All clones are the same list.
#[derive(Clone, Debug, Default)]
pub struct BrokenMachines(Arc<Mutex<Vec<BrokenMachine>>>);

impl BrokenMachines {
    /// Those that are broken now, in the order in which they were.
    pub fn now(&self) -> Vec<BrokenMachine> {
        self.list().clone()
    }

    /// A machine is about to be broken.
    pub(super) fn add(&self, machine: BrokenMachine) {
        self.list().push(machine);
    }

    /// A machine does not suffer this any more.
    pub(super) fn remove(&self, host: HostName, fault: FaultKind) {
        self.list()
            .retain(|machine| (machine.host, machine.fault) != (host, fault));
    }

    /// A panic elsewhere leaves the list whole.
    fn list(&self) -> MutexGuard<'_, Vec<BrokenMachine>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
