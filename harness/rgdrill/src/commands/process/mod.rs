//! What the commands have in common that run a process of a laboratory until it is told to stop.
//!
//! - `config`: reading their configuration.
//! - `run`: the runtime, signals, what is told to whoever watches, fresh randomness.
//! - `session`: the orders of a harness on standard input.
//! - `outbox`: the reports to a harness on standard output.
//! - `cuts`: cutting this host off from others.
//! - `netem`: impairing what this host sends.

pub(crate) mod config;
pub(crate) mod cuts;
pub(crate) mod netem;
pub(crate) mod outbox;
pub(crate) mod run;
pub(crate) mod session;
