//! Machines that are containers.
//!
//! As in a pod, each host is two containers. A *holder* owns the network namespace: address,
//! routes, and the host's probe. It never restarts, so the host keeps its address whatever
//! happens to what runs on it. The *workload* (a pool, a database, all actors) joins it. The
//! holder cuts links; the engine kills, stops and starts workloads; the harness speaks with
//! holders and actors over their standard input and output, which no fault touches.
//!
//! | file | idea |
//! | --- | --- |
//! | `machines` | [`DockerMachines`]: hosts as pairs of containers |
//! | `spec` | [`DockerSpec`]: what a lab is made of; [`Workloads`]: what runs where |
//! | `address` | where the engine is: as Docker's own client finds it |
//! | `engine` | [`Engine`]: the connection, for all labs of this process; deadlines of its calls |
//! | `progress` | how far a long call has come |
//! | `image` | the image that is made of one program |
//! | `program` | what a program needs to start: its loader and shared libraries |
//! | `subnet` | a network that collides with nobody's |
//! | `process` | a container that the harness speaks with |
//! | `server` | a server's containers |
//! | `run`, `exec` | the commands of verbs, in containers or on this machine |
//! | `logs` | what containers log, kept beside the journal |
//! | `archive` | the tar archives that engines take |
//! | `labels` | how a lab's things are told from all others |
//! | `owner` | whether the harness that made something still lives |
//! | `sweep` | removing what a harness left that no longer lives |
//! | `error` | what can go wrong |

mod address;
mod archive;
mod engine;
mod error;
mod exec;
mod image;
mod labels;
mod logs;
mod machines;
mod owner;
mod process;
mod program;
mod progress;
mod run;
mod server;
mod spec;
mod subnet;
mod sweep;

pub use address::{AddressError, Change};
pub use engine::{Engine, Machine};
pub use error::{ContainerFault, ContainerPart, DockerError};
pub use image::{Image, ImageSource};
pub use machines::DockerMachines;
pub use spec::{DockerSpec, Ready, Workload, WorkloadFile, Workloads};
pub use subnet::{NoSubnet, Subnet};
pub use sweep::{Kind, Leftover, Swept};

use crate::LabError;
use crate::remote::RemoteLab;

/// A lab in containers.
pub type DockerLab = RemoteLab<DockerMachines>;

impl DockerLab {
    /// A lab in containers, with everybody in it.
    ///
    /// # Errors
    ///
    /// As [`RemoteLab::new`], and [`LabError::Engine`] if there is no network. Nothing is left on
    /// the engine then.
    pub fn in_containers(
        engine: &Engine,
        spec: &DockerSpec,
        workloads: Box<dyn Workloads>,
    ) -> Result<DockerLab, LabError> {
        let machines = DockerMachines::new(engine, spec, workloads)?;
        RemoteLab::new(machines, &spec.remote)
    }
}
