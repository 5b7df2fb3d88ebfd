//! The actors in small simulated networks: with scripted pools, or with each other.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod agents;
mod calls;
mod commands;
mod laboratory;
mod media;
mod probes;
mod scripted;
mod servers;
mod verbs;
