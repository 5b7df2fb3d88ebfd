//! What can go wrong between the harness and a container engine.

use std::fmt;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use model::topology::Host;

/// Why a lab in containers cannot be made, or goes no further.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DockerError {
    /// There is no engine, or this user may not use it.
    #[error("no container engine answers: {why}")]
    NoEngine {
        /// What the system said.
        why: String,
    },
    /// The engine answered with an error.
    #[error("the container engine could not {what}: {why}")]
    Refused {
        /// What it was asked to do.
        what: String,
        /// What it said.
        why: String,
    },
    /// The image that was asked for is not there; labs pull none.
    #[error("the engine has no image {0}")]
    NoImage(String),
    /// No image could be made of a program.
    #[error("no image could be made of {}: {why}", program.display())]
    Build {
        /// The program.
        program: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// All networks that were tried are taken.
    #[error("no network was free of {tried} that were tried in 198.18.0.0/15, the last one {last}")]
    NoFreeNetwork {
        /// How many.
        tried: usize,
        /// The last one.
        last: Ipv4Addr,
    },
    /// A container of the harness's own did not do what it should have done.
    #[error("{role} of host {}: {why}", host.word())]
    Process {
        /// Which one.
        role: Role,
        /// Its host.
        host: Host,
        /// What happened.
        why: String,
    },
    /// The probes did not see in time what they should see.
    #[error("waited {seconds} s in vain for {what}")]
    NotSeen {
        /// For how long.
        seconds: u64,
        /// What was waited for.
        what: String,
    },
    /// A file with logs could not be written, or the runtime could not be made.
    #[error("{what}: {why}")]
    Local {
        /// What could not be done.
        what: String,
        /// What the system said.
        why: String,
    },
}

/// Which of a host's containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Owns the network namespace.
    Holder,
    /// What runs on the host: a server, or the actors.
    Workload,
}

impl Role {
    /// The word that container names and logs use.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Holder => "holder",
            Role::Workload => "workload",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl DockerError {
    /// What an engine said when it was asked to do something.
    pub(super) fn refused<E: fmt::Display>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let what = what.into();
        move |error| DockerError::Refused {
            what,
            why: error.to_string(),
        }
    }
}
