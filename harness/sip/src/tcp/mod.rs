//! SIP over TCP (RFC 3261 §18), for a node that knows datagrams alone.
//!
//! - `node`: [`WithTcp`], which turns messages on connections into datagrams, and back.
//! - [`Connections`]: those of a telephone, which knows which transport each message takes.
//! - `framer`: where one message on a connection ends and the next begins.

mod connections;
mod framer;
mod node;

pub use connections::{Arrival, Connections};
pub use node::{IDLE_WITHIN, MESSAGE_WITHIN, WithTcp};
