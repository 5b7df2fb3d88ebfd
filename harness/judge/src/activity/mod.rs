//! One checker for each activity: a function of a scope and of what is expected, never of which
//! clause asks.
//!
//! - [`connected`]: calls connected to an agent.
//! - [`in_progress`]: calls answered by the pool, not yet connected to an agent.
//! - [`new_calls`]: calls begun within the stage.
//! - [`on_behalf`]: calls that agents place on behalf of a response group.
//! - [`agents`]: the agent console.
//! - [`configuration`]: the management surfaces.

pub(crate) mod agents;
pub(crate) mod configuration;
pub(crate) mod connected;
pub(crate) mod in_progress;
pub(crate) mod new_calls;
pub(crate) mod on_behalf;
