//! What can go wrong in a lab: never a verdict on what is drilled.

use model::topology::Host;
use model::walk::FaultKind;
use node::sim::SimError;

use crate::docker::DockerError;
use crate::fault::FaultId;

/// Why a lab cannot do what it was asked to.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum LabError {
    /// Nobody of this name takes part.
    #[error("there is no actor `{0}` in this lab")]
    UnknownActor(String),
    /// A fault that was never injected, or is healed already.
    #[error("fault {0} is not in force")]
    UnknownFault(FaultId),
    /// Processes and machines can only be taken away where a pool or a database runs.
    #[error("{} cannot strike host {}: no server runs there", kind.word(), host.word())]
    NoServer {
        /// The fault that was asked for.
        kind: FaultKind,
        /// The host.
        host: Host,
    },
    /// Two faults on the same machine or link: healing one would undo a part of the other.
    #[error("{} strikes where fault {other} is in force already", kind.word())]
    Overlap {
        /// The fault that was asked for.
        kind: FaultKind,
        /// The fault that is there.
        other: FaultId,
    },
    /// This lab lacks the means: a capability, or a part of the kernel. Nothing is broken.
    #[error("host {} cannot {what}: {why}", host.word())]
    NoMeans {
        /// What was to be done.
        what: &'static str,
        /// Where.
        host: Host,
        /// What it lacks.
        why: String,
    },
    /// Actors share a host, whose ports are finite.
    #[error("the topology has more than {most} agents, callers and callees")]
    TooManyActors {
        /// How many there can be.
        most: u16,
    },
    /// The simulated network cannot be put together.
    #[error("the simulated network cannot be put together")]
    Network(#[from] SimError),
    /// The lab in containers failed.
    #[error(transparent)]
    Docker(#[from] DockerError),
}
