//! The lab in containers: a drill's five hosts on a network of their own.
//!
//! As in a pod, each host is two containers. A *holder* owns the network namespace: address,
//! routes, and the host's probe. It never restarts, so the host keeps its address whatever
//! happens to what runs on it. The *workload* (a pool, a database, all actors) joins it. The
//! holder cuts links; the engine kills, stops and starts workloads; the harness speaks with
//! holders and actors over their standard input and output, which no fault touches.
//!
//! | file | idea |
//! | --- | --- |
//! | `driver` | [`DockerLab`]: breaking, mending, and waiting for the next observation |
//! | `setup` | how everything is brought up |
//! | `damage` | what a fault means for containers |
//! | `deployment` | [`Deployment`]: what a drill is made of; [`Workloads`]: what runs where |
//! | `engine` | [`Engine`]: the connection, for all labs of this process |
//! | `image` | the image that is made of one program |
//! | `program` | what a program needs to start: its loader and shared libraries |
//! | `subnet` | a network that collides with nobody's |
//! | `process` | a container that the harness speaks with |
//! | `workload` | a server's container |
//! | `clock` | the engine's monotonic clock, as seen from here |
//! | `logs` | what containers log, kept beside the journal |
//! | `archive` | the tar archives that engines take |
//! | `labels` | how a lab's things are told from all others |
//! | `owner` | whether the harness that made something still lives |
//! | `sweep` | removing what a harness left that no longer lives |
//! | `error` | what can go wrong |

mod archive;
mod clock;
mod damage;
mod deployment;
mod driver;
mod engine;
mod error;
mod image;
mod labels;
mod logs;
mod owner;
mod process;
mod program;
mod setup;
mod subnet;
mod sweep;
mod workload;

pub use deployment::{Deployment, Workload, Workloads};
pub use driver::DockerLab;
pub use engine::{Engine, Machine};
pub use error::DockerError;
pub use image::{Image, ImageSource};
pub use subnet::{NoSubnet, Subnet};
pub use sweep::Swept;
