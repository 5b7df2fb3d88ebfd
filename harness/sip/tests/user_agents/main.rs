//! User agents that talk to each other, and to whoever sends nonsense, as a node sees them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that meets what it does not expect has failed"
)]

mod calls;
mod changes;
mod loss;
mod mutated;
mod proxies;
mod requests;
mod support;
mod torture;
