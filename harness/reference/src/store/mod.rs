//! What a pool keeps in its database, and the rules about it.
//!
//! The response groups:
//!
//! - [`object`]: what all parts of a response group have in common: identity, name, owner.
//! - [`workflow`], [`queue`], [`agent_group`], [`hours`], [`holidays`]: the parts.
//! - [`limits`]: the documented limits.
//! - [`action`]: what becomes of a call that is not to wait for an agent.
//! - [`settings`]: the one set of application-level settings of a pool.
//! - [`deployment`]: the response groups that a pool starts with.
//!
//! The pairing:
//!
//! - `record`: the serving record, one role for the pool's own groups, one for its partner's.
//! - `directory`: what partners know of each other's groups.
//! - `sign_in`: who has signed in to which group.
//!
//! What can be done with it:
//!
//! - `export`, `import`, `listing`: the documented procedures.
//! - `entry`, `cache`: what is written to the database, and the copy of it in memory.

pub mod action;
pub mod agent_group;
pub(crate) mod cache;
pub mod deployment;
pub(crate) mod directory;
pub(crate) mod entry;
pub(crate) mod export;
pub mod holidays;
pub mod hours;
pub(crate) mod import;
pub mod limits;
pub(crate) mod listing;
pub mod object;
pub mod queue;
pub(crate) mod record;
pub mod settings;
pub(crate) mod sign_in;
pub mod workflow;
