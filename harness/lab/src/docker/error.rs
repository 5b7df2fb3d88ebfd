//! What can go wrong between the harness and a container engine.

use std::error::Error as _;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use bollard::errors::Error;
use model::host::HostName;

use super::address::{AddressError, EngineAddress};
use crate::LabError;

/// Why a lab in containers cannot be made, or goes no further.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DockerError {
    /// It is not known where the engine is, or it cannot be spoken with there.
    #[error(transparent)]
    Address(AddressError),
    /// There is no engine, or this user may not use it.
    #[error("no container engine answers at {address}: {why}")]
    NoEngine {
        /// Where it was looked for.
        address: String,
        /// What the system said.
        why: String,
        /// Whether that was that this user may not.
        denied: bool,
    },
    /// The engine answered before, and is not there any more.
    #[error("the container engine at {address} is gone: it was to {what} ({why})")]
    Gone {
        /// Where it was.
        address: String,
        /// What it was asked to do.
        what: String,
        /// What the system said.
        why: String,
    },
    /// The engine takes questions and does not answer.
    #[error("the container engine at {address} does not answer: it was to {what}, {seconds} s ago")]
    Unanswered {
        /// Where it is.
        address: String,
        /// What it was asked to do.
        what: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The engine answered with an error.
    #[error("the container engine could not {what}: {why}")]
    Refused {
        /// What it was asked to do.
        what: String,
        /// The status of its answer (HTTP), if it gave one.
        status: Option<u16>,
        /// What it said.
        why: String,
    },
    /// Nobody wants the lab any more.
    #[error("the drill was interrupted")]
    Cancelled,
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
    /// A server's container does not come up.
    #[error(transparent)]
    NotUp(ContainerFault),
    /// A file with logs could not be written, or the runtime could not be made.
    #[error("{what}: {why}")]
    Local {
        /// What could not be done.
        what: String,
        /// What the system said.
        why: String,
    },
}

/// What keeps a server's container from coming up: what is said of it is wrong, or what it runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the container `{container}` of host {host} {why}")]
pub struct ContainerFault {
    /// Its host.
    pub host: HostName,
    /// Its name among those of its host.
    pub container: String,
    /// What of it is at fault.
    pub part: ContainerPart,
    /// What went wrong, as what is said of it.
    pub why: String,
}

/// What is said of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainerPart {
    /// What it runs, and with what.
    Command,
    /// How it is asked whether it is ready.
    Ready,
    /// How long it may take to be ready.
    Within,
}

impl DockerError {
    /// Nobody answers at `address`.
    pub(super) fn no_engine(address: &EngineAddress, error: &Error) -> Self {
        DockerError::NoEngine {
            address: address.to_string(),
            why: root(error),
            denied: system(error) == Some(io::ErrorKind::PermissionDenied),
        }
    }

    /// What came of a question to the engine, whichever client asked it.
    pub(super) fn of_call(
        what: String,
        address: &EngineAddress,
        error: &(dyn std::error::Error + 'static),
    ) -> Self {
        let mut causes = std::iter::successors(Some(error), |&cause| cause.source());
        let Some(error) = causes.find_map(|cause| cause.downcast_ref::<Error>()) else {
            return DockerError::Refused {
                what,
                status: None,
                why: error.to_string(),
            };
        };
        match error {
            Error::DockerResponseServerError {
                status_code,
                message,
            } => DockerError::Refused {
                what,
                status: Some(*status_code),
                why: message.clone(),
            },
            error if is_lost(error) => DockerError::Gone {
                address: address.to_string(),
                what,
                why: root(error),
            },
            error => DockerError::Refused {
                what,
                status: None,
                why: root(error),
            },
        }
    }

    /// The status of the engine's answer (HTTP), if it was one.
    pub(super) fn status(&self) -> Option<u16> {
        match self {
            DockerError::Refused { status, .. } => *status,
            _ => None,
        }
    }

    /// What the runtime below the engine (OCI) said of a program that it could not run, if it was that.
    pub(super) fn not_run(&self) -> Option<String> {
        match self {
            DockerError::Refused { why, .. } => not_run(why),
            _ => None,
        }
    }

    /// Whether the engine itself is in trouble, and not what it was asked.
    #[must_use]
    pub fn is_of_engine(&self) -> bool {
        matches!(
            self,
            DockerError::Gone { .. }
                | DockerError::Unanswered { .. }
                | DockerError::NoEngine { .. }
        )
    }
}

/// What of this text is about a program that could not be run, without what was at work meanwhile. runc
/// says ``exec: "PROGRAM": WHY: unknown``, crun ``executable file `PROGRAM` not found``.
pub(super) fn not_run(text: &str) -> Option<String> {
    let begins = ["exec: \"", "executable file `", "exec format error"];
    let begin = begins.iter().find_map(|begin| text.find(begin))?;
    let what = text[begin..].lines().next().unwrap_or_default().trim();
    let what = what.strip_suffix(": unknown").unwrap_or(what);
    Some(what.to_owned())
}

/// Whether the connection broke, or there was none.
fn is_lost(error: &Error) -> bool {
    system(error).is_some()
        || matches!(
            error,
            Error::HyperLegacyError { .. } | Error::HyperResponseError { .. }
        )
}

/// What the system said, if it did.
fn system(error: &Error) -> Option<io::ErrorKind> {
    if let Error::SocketNotFoundError(_) = error {
        return Some(io::ErrorKind::NotFound);
    }
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |&error| error.source())
        .find_map(|error| Some(error.downcast_ref::<io::Error>()?.kind()))
}

/// The first cause: what wraps it says that a client of HTTP was at work.
fn root(error: &Error) -> String {
    if let Error::SocketNotFoundError(_) = error {
        return "there is no such socket".to_owned();
    }
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.last().map_or(error.to_string(), ToString::to_string)
}

impl From<DockerError> for LabError {
    fn from(error: DockerError) -> Self {
        match error {
            DockerError::Cancelled => LabError::Cancelled,
            error => LabError::Engine(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "OCI runtime create failed: container_linux.go:380: starting container process caused: exec: \"nope\": executable file not found in $PATH: unknown",
        Some("exec: \"nope\": executable file not found in $PATH")
    )]
    #[case(
        "OCI runtime exec failed: exec failed: unable to start container process: exec: \"/x\": permission denied: unknown\r\n",
        Some("exec: \"/x\": permission denied")
    )]
    #[case(
        "crun: executable file `nope` not found in $PATH: No such file or directory",
        Some("executable file `nope` not found in $PATH: No such file or directory")
    )]
    #[case("driver failed programming external connectivity", None)]
    fn what_a_runtime_says_of_a_program_is_told_once(
        #[case] text: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(not_run(text).as_deref(), expected);
    }
}
