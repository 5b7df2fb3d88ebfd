//! What a harness and the processes that it runs elsewhere (holders, actors) say to each other.
//!
//! In containers the actors and the probes are not in the harness's own process. It speaks with
//! them over their standard input and output, a path that no fault touches: one JSON object a
//! line, numbered from 1 in each direction, so that a line that was lost is noticed.
//!
//! ```text
//! harness ──► process   {"n":1,"do":"heartbeat"}
//!                       {"n":2,"do":"command","actor":"rita","command":{"call":{"to":"sales"}}}
//!                       {"n":3,"do":"cut","peer":"198.18.7.21","how":"silent"}
//! process ──► harness   {"n":1,"t_us":90210,"ready":{"addresses":["198.18.7.30"]}}
//!                       {"n":2,"t_us":90388,"observed":{"host":"rita","event":{"kind":…}}}
//!                       {"n":3,"t_us":90391,"done":{"order":3}}
//! ```
//!
//! A process that gets no heartbeat for [`HEARTBEAT_WITHIN`] heals what it broke, hangs up and
//! exits: its harness is dead, and could not tell it.
//!
//! - [`line`](mod@line): numbered lines, to and fro.
//! - [`order`]: what a harness tells a process.
//! - [`report`]: what a process tells its harness.
//! - [`config`]: what an actors' or a holder's process is told before it starts.

pub mod config;
pub mod line;
pub mod order;
pub mod report;

pub use config::{ActorConfig, ActorRole, ActorsConfig, HolderConfig};
pub use line::{LineError, Reader, Writer};
pub use order::{HEARTBEAT_EVERY, HEARTBEAT_WITHIN, Order};
pub use report::{Report, Stamped};
