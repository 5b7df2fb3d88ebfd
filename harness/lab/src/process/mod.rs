//! The processes that a harness runs elsewhere: the other end of [`control`](crate::control).
//!
//! A process opens its ports, reports that it is ready, and executes orders until it is told to stop,
//! or nobody can give it any more. Then it heals what it broke, hangs up, and ends.
//!
//! - [`holder`]: holds a host's network: its probe, and what is cut and impaired there.
//! - [`actors`]: the agents, callers and administrator of a drill, all in one process.
//! - [`session`]: orders, as they come in, and the heartbeat.
//! - `reports`: reports, on their way out.
//! - [`seed`]: where chances come from.
//! - [`error`]: why a process ends otherwise than it should.

pub mod actors;
pub mod error;
pub mod holder;
pub(crate) mod reports;
pub mod seed;
pub mod session;

pub use error::ProcessError;
pub use session::{Heartbeat, Streams};
