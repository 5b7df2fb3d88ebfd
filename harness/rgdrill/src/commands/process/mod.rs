//! What the commands have in common that run a process until it is told to stop. What the processes
//! do is written in the crates `lab` (holders, actors) and `reference` (pools, databases).
//!
//! - `config`: reading their configuration.
//! - `ordered`: those that take orders on standard input.
//! - `server`: those that only serve.
//! - `run`: the runtime, signals, fresh randomness.

pub(crate) mod config;
pub(crate) mod ordered;
pub(crate) mod run;
pub(crate) mod server;
