//! The contract of a *node*, and the drivers that run nodes.
//!
//! Everything in rgdrill that speaks on the wire (the reference pool and its database, agents,
//! callers, administrators, probes) is a node: a state machine without I/O. A driver hands it
//! inputs (a datagram, a request, a command, the passing of time) and carries out its outputs.
//! A node owns no socket, reads no clock, starts no thread and draws no randomness but from the
//! seed that it was built with; so the same node gives the same outputs for the same inputs,
//! whether it lives in the simulation or in a container.
//!
//! - [`contract`]: [`Node`], [`Input`], [`Outputs`].
//! - [`time`]: [`Now`], the only time that a node knows.
//! - [`impaired`]: [`Impaired`], a node behind a link that loses, delays, doubles and reorders.
//! - [`mapped`]: [`Mapped`], a node whose commands and events are some of several nodes'.
//! - [`sim`]: the driver with discrete events and virtual time.
//! - [`sockets`]: the driver for real networks.

pub mod contract;
pub mod impaired;
pub mod mapped;
pub mod sim;
pub mod sockets;
pub mod time;

pub use contract::{
    Admission, Head, Input, LONGEST_BODY, NoReply, Node, Output, Outputs, Port, RequestId,
    StreamId, StreamIn, Unreachable,
};
pub use impaired::Impaired;
pub use mapped::Mapped;
pub use time::Now;
