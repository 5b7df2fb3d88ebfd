//! What can go wrong between the harness and a container engine.

use std::fmt;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use model::host::HostName;

use crate::LabError;
use crate::remote::ProcessId;

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
    /// There is no server for a host.
    #[error("there is no server for host {host}: {why}")]
    NoWorkload {
        /// The host.
        host: HostName,
        /// Why not.
        why: String,
    },
    /// A container does not say that it is ready.
    #[error("the container `{container}` of host {host} is not ready: {why}")]
    NotReady {
        /// Its host.
        host: HostName,
        /// Its name.
        container: String,
        /// How it was asked last.
        why: String,
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

/// What an engine said when it was asked to do something with the container of a process.
pub(super) fn refused<E: fmt::Display>(
    verb: &str,
    process: ProcessId,
) -> impl FnOnce(E) -> DockerError + use<E> {
    DockerError::refused(format!("{verb} the {} of {}", process.role, process.host))
}

impl From<DockerError> for LabError {
    fn from(error: DockerError) -> Self {
        LabError::Machines(error.to_string())
    }
}
