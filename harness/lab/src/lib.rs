//! Where a walk runs: hosts, the links between them, what runs on them, and faults.
//!
//! A lab stands between the conductor, which tells actors what to do and asks for faults, and the
//! nodes: it runs them, breaks what it is asked to break, and hands back what they observe.
//!
//! - [`contract`]: [`Lab`], what every lab can do.
//! - [`fault_id`], `in_force`: the [faults](model::fault) that are in force.
//! - [`impairment`]: links that are not what they should be.
//! - [`addresses`]: the hosts' addresses and ports.
//! - [`background`]: the load in the background of a walk, at ports of the clients' host.
//! - [`control`]: what a harness and the processes of a lab in containers say to each other.
//! - [`process`]: those processes: holders, which cut and impair links, and actors.
//! - [`remote`]: the lab on machines that run elsewhere.
//! - [`docker`]: machines that are containers.
//! - [`external`]: the lab of pools that run already; `run_here`: the target's commands, on this machine.
//! - [`sim`]: the lab in virtual time, with the pools in this process.
//! - [`error`]: what can go wrong.

pub mod addresses;
pub mod background;
pub mod contract;
pub mod control;
pub mod docker;
pub mod error;
pub mod external;
pub mod fault_id;
pub mod impairment;
mod in_force;
pub mod process;
pub mod remote;
mod run_here;
pub mod sim;

pub use addresses::{Addresses, Databases};
pub use background::Background;
pub use contract::{Lab, Observed};
pub use docker::DockerLab;
pub use error::LabError;
pub use external::ExternalLab;
pub use fault_id::FaultId;
pub use remote::RemoteLab;
pub use sim::SimLab;
