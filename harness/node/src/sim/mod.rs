//! The driver with discrete events and virtual time.
//!
//! It stands where sockets, kernel and clock stand otherwise: it takes the outputs of each
//! [`Node`](crate::Node), carries them over simulated links, and hands them to other nodes as
//! inputs. Nothing here waits: time jumps from one event to the next, so that hours pass in
//! milliseconds. The same seed and the same calls give the same events, in the same order.
//!
//! | file | idea |
//! | --- | --- |
//! | `driver` | [`Sim`]: putting a network together, and stepping through its events |
//! | `queue`, `event` | what comes next, by time and then in the order of scheduling |
//! | `execution` | running a node: an input in, its outputs and its next deadline out |
//! | `host`, `ports`, `network` | hosts with their addresses and ports, and the wires between them |
//! | `link`, `cut`, `probability`, `wire` | what a direction between two hosts does to a packet |
//! | `process`, `backlog` | a node's process, and what waits for it while it is stopped |
//! | `kill`, `freeze`, `power` | one fault of processes and hosts each |
//! | `datagram` | UDP |
//! | `connection`, `tcp`, `stream`, `http` | TCP, and the two uses that nodes make of it |
//! | `disk` | storage that loses what was not synced |
//! | `seed` | where all randomness comes from |
//! | `ids` | the ids of hosts, nodes and connections |
//! | `error` | what can be wrong with a network that is put together |

mod backlog;
mod connection;
mod cut;
mod datagram;
mod disk;
mod driver;
mod error;
mod event;
mod execution;
mod freeze;
mod host;
mod http;
mod ids;
mod kill;
mod link;
mod network;
mod ports;
mod power;
mod probability;
mod process;
mod queue;
mod seed;
mod stream;
mod tcp;
pub(crate) mod wire;

pub use cut::Cut;
pub use disk::Disk;
pub use driver::Sim;
pub use error::SimError;
pub use ids::{HostId, NodeId};
pub use link::Link;
pub use ports::Ports;
pub use probability::Probability;
pub use process::{Boot, NodeFactory};
