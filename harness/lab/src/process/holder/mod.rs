//! The holder of a host: has its network, runs its probe, cuts it off from others and impairs what
//! it sends. It outlives whatever else runs on the host.
//!
//! - `run`: the process.
//! - `links`: what this host sends to whom, and how that fares.
//! - `cut`: how what goes to a peer is cut, by neighbour entries and routes.
//! - `netem`: how whatever is sent is impaired, by the kernel's netem.
//! - `error`: why the kernel does not do it.

mod cut;
mod error;
mod links;
mod netem;
mod run;

pub use error::LinkError;
pub use run::run;
