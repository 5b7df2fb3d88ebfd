//! What can go wrong in a lab: never a verdict on what is drilled.

use model::fault::FaultKind;
use model::host::HostName;
use node::sim::SimError;

use crate::docker::DockerError;
use crate::fault_id::FaultId;
use crate::remote::ProcessId;

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
    #[error("cannot inject `{kind}` on host {host}: no server runs there")]
    NoServer {
        /// The fault that was asked for.
        kind: FaultKind,
        /// The host.
        host: HostName,
    },
    /// Two faults on the same machine or link: healing one would undo a part of the other.
    #[error("cannot inject `{kind}` where fault {other} is in force already")]
    Overlap {
        /// The fault that was asked for.
        kind: FaultKind,
        /// The fault that is there.
        other: FaultId,
    },
    /// This lab lacks the means: a capability, or a part of the kernel. Nothing is broken.
    #[error("host {host} cannot {what}: {why}")]
    NoMeans {
        /// What was to be done.
        what: &'static str,
        /// Where.
        host: HostName,
        /// What it lacks.
        why: String,
    },
    /// Actors share a host, whose ports are finite, and each has a voice of its own.
    #[error("the topology has more than {most} agents, callers and callees")]
    TooManyActors {
        /// How many there can be.
        most: u16,
    },
    /// The ports that the clients may use are too few.
    #[error(
        "the ports {first} to {last} are not enough for {actors} agents, callers and callees: they need {}",
        3 * actors + 2
    )]
    TooFewPorts {
        /// The first of them.
        first: u16,
        /// The last.
        last: u16,
        /// How many actors there are.
        actors: usize,
    },
    /// The simulated network cannot be put together.
    #[error("the simulated network cannot be put together")]
    Network(#[from] SimError),
    /// A process of the harness's own did not do what it should have done.
    #[error("{process}: {why}")]
    Process {
        /// Which one.
        process: ProcessId,
        /// What happened.
        why: String,
    },
    /// Probes or processes did not show in time what they should show.
    #[error("timed out after {seconds} s waiting for {what}")]
    TimedOut {
        /// For how long.
        seconds: u64,
        /// What was waited for.
        what: String,
    },
    /// A container engine failed, or what it was to run.
    #[error(transparent)]
    Engine(DockerError),
    /// Nobody wants the lab any more.
    #[error("the drill was interrupted")]
    Cancelled,
    /// Nothing is heard of any machine any more.
    #[error("nothing has been heard of any host for {seconds} s")]
    Silent {
        /// For how long.
        seconds: u64,
    },
    /// Whoever has the machines could not do what it was asked to; in its words.
    #[error("{0}")]
    Machines(String),
}

impl LabError {
    /// A process of the harness's own did not do what it should have done.
    pub fn process(process: ProcessId, why: impl Into<String>) -> LabError {
        let why = why.into();
        LabError::Process { process, why }
    }
}
