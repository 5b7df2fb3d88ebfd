//! The serving state: whose groups and users this pool serves, and what it knows of its partner.
//!
//! The serving record changes only by failover and failback, which an administrator invokes, and
//! by the fence; the heartbeat shows it to the partner.
//!
//! - `state`: the serving state, and what other parts may ask it.
//! - `gate`: holds inputs until the partner was asked who serves what.
//! - `link`, `heartbeat`, `partner`, `pairing`: whether the partner lives, what the two tell each
//!   other, and what is known from it.
//! - `fence`: what the partner's record means for this pool.
//! - `failover`, `failback`, `job`: what administrators invoke, and what it takes.
//! - `update`, `transition`: the changes of the record that they lead to.
//! - `replies`: what follows from the partner's answers.

mod failback;
mod failover;
mod fence;
mod gate;
mod heartbeat;
mod job;
mod link;
mod pairing;
mod partner;
mod replies;
mod state;
mod transition;
mod update;

pub(super) use fence::Judged;
pub(super) use gate::{Gate, Holds, Opening};
pub(super) use heartbeat::Heartbeat;
pub(super) use job::AnswerWhen;
pub(super) use replies::Answered;
pub(super) use state::Serving;
pub(super) use update::{Effect, FailbackRequest, Update};
