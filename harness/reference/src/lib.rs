//! The reference response group pool and its back-end database, as nodes.
//!
//! A small but whole response group system. Two [`Pool`]s are paired; each has a [`Database`] of
//! its own, which is a node of its own, so that it can outlive its pool. A pool is told nothing
//! but what its configuration says and what callers, agents and administrators ask of it, over SIP
//! and HTTP; which stage of a drill it is in, it neither knows nor could find out. What happens to
//! calls when a pool is lost follows from mechanisms: where media flows, who keeps which binding,
//! who answers which number, and what the two serving records say.
//!
//! ```text
//!   callers, agents ──SIP, RTP──► Pool ◄──heartbeat, sign-in──► Pool (partner)
//!   agents, administrators ─HTTP──┤  └──────reads only──────┐     │
//!                                 ▼                         ▼     ▼
//!                              Database                    Database
//! ```
//!
//! - [`config`]: what a pool and a database are told before they start.
//! - [`store`]: what a pool keeps: response groups, serving record, sign-ins, directory; and the
//!   rules of export, import and listing.
//! - `protocol`: what a pool says to a database; [`database`]: the back-end database.
//! - [`pool`]: the pool, its parts, and which of them uses which.
//! - [`sockets`]: what a pool and a database need to run on real networks; [`data_file`]: a database's
//!   data in a file.
//! - [`mutant`]: defects, by which a drill proves that it can find any.
//! - [`variant`]: other right ways, by which a drill proves that it condemns none.
//!
//! No module uses one that uses it: [`config`] uses [`store`], [`mutant`] and [`variant`]; [`store`] uses
//! `protocol`; [`database`] and [`pool`] use these, and neither uses the other; [`sockets`]
//! and [`data_file`] use both.

pub mod config;
pub mod data_file;
pub mod database;
mod duration;
pub mod mutant;
mod named;
pub mod pool;
mod protocol;
mod recognition;
pub mod sockets;
pub mod store;
pub mod variant;
mod web;

pub use config::{DatabaseConfig, PoolConfig};
pub use database::{Database, DatabaseError};
pub use mutant::Mutant;
pub use pool::Pool;
pub use variant::Variant;
