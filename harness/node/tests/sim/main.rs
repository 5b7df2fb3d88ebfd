//! The simulated driver, seen from outside: what nodes experience, and when.

#![expect(
    clippy::unwrap_used,
    reason = "what is unexpected fails the test, in helpers too"
)]

mod cuts;
mod datagrams;
mod determinism;
mod disks;
mod freezing;
mod killing;
mod networks;
mod power;
mod puppet;
mod requests;
mod streams;
mod timers;
