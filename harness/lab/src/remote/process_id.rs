//! Which process of which host.

use std::fmt;

use model::host::HostName;

/// A process that takes orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProcessId {
    /// Its host.
    pub host: HostName,
    /// Which of the host's processes.
    pub role: ProcessRole,
}

/// What a process is for its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProcessRole {
    /// Has the host's address, its probe and its links.
    Holder,
    /// What runs on the host: a server, or the actors.
    Workload,
}

impl ProcessId {
    /// The holder of a host.
    pub const fn holder(host: HostName) -> ProcessId {
        let role = ProcessRole::Holder;
        ProcessId { host, role }
    }

    /// The workload of a host.
    pub const fn workload(host: HostName) -> ProcessId {
        let role = ProcessRole::Workload;
        ProcessId { host, role }
    }
}

impl ProcessRole {
    /// The word that containers' names and logs use.
    pub const fn word(self) -> &'static str {
        match self {
            ProcessRole::Holder => "holder",
            ProcessRole::Workload => "workload",
        }
    }
}

impl fmt::Display for ProcessRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for ProcessId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of host {}", self.role, self.host)
    }
}
