//! The driver for real networks, seen from outside: what nodes experience on loopback.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what is unexpected fails the test, in helpers too"
)]

mod datagrams;
mod lean;
mod limits;
mod puppet;
mod requests;
mod slowness;
mod streams;
mod timers;
mod tls;
