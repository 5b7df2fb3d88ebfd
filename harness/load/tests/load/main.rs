//! A load in simulation: between callers and agents alone, and through a reference pool.

#![expect(
    clippy::unwrap_used,
    reason = "a test whose world does not stand has failed"
)]

mod figures;
mod peers;
mod pool;
mod world;
