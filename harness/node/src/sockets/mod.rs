//! The driver for real networks: the same nodes on sockets and the monotonic clock.
//!
//! It stands where [`sim`](crate::sim) stands in simulation. A node and its driver are one task of
//! tokio, which owns the node, so there are no locks: whatever arrives goes through one bounded
//! queue to the node, and what the node wants done is carried out in order. When the queue is
//! full, datagrams wait in the kernel's buffers, which drop what is too much, as on any host.
//!
//! ```text
//!   UDP ports ─┐ datagrams, ICMP errors
//!   TCP ports ─┼─────► inbox ─► Node ─► outputs ─► the same sockets
//!   HTTP ports ┘ requests                  └─► events
//! ```
//!
//! | file | idea |
//! | --- | --- |
//! | `driver` | [`Sockets`]: opening a node's ports, and running it on them |
//! | `listen`, `limits` | [`Listen`]: the address and the ports; [`Limits`]: how much strangers may take up |
//! | `accept` | [`accept()`]: the next connection to a port, whatever goes wrong |
//! | `connections` | how many connections there are, and which one goes for another |
//! | `watchdog` | [`Slow`]: a node that is not done with an input soon |
//! | `clock` | [`Clock`]: the monotonic clock as [`Now`](crate::Now) |
//! | `arrival` | what comes in through the queue |
//! | `datagram`, `undeliverable` | UDP, and what ICMP says of what was sent |
//! | `stream`, `tls` | TCP connections of a node's own; [`Tls`] beneath them |
//! | `server`, `client` | HTTP in and out |
//! | `lean` | [`Lean`]: running a node that speaks by datagrams alone, thousands of them in a second |
//! | `error` | why ports cannot be opened |

mod accept;
mod arrival;
mod client;
mod clock;
mod connections;
mod datagram;
mod driver;
mod error;
mod lean;
mod limits;
mod listen;
mod server;
mod stream;
mod tls;
mod undeliverable;
mod watchdog;

pub use accept::accept;
pub use clock::Clock;
pub use driver::Sockets;
pub use error::SocketsError;
pub use lean::Lean;
pub use limits::{Limits, take_all_descriptors};
pub use listen::Listen;
pub use tls::{Identity, Tls, TlsError, Trust};
pub use watchdog::Slow;
