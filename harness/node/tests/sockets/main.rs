//! The driver for real networks, seen from outside: what nodes experience on loopback.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is unexpected fails the test, in helpers too"
)]

mod datagrams;
mod puppet;
mod requests;
mod streams;
mod timers;
