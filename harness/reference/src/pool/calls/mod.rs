//! The response group application: calls to a group, from the answer to the end.
//!
//! ```text
//!   arrival ─► hunting ─► alerting ─┬─► hand over ─► handed over (regular: the pool is out of the media)
//!              ▲    └─ treatment    └─► relay ─────► relaying   (anonymous: the pool stays in it)
//!              └──────┘
//! ```
//!
//! - `application`: the state; what its parts may use of the pool is in `context`.
//! - `session`: which event of a session goes where.
//! - `call`, `leg`: a call and its state; its two legs.
//! - `table`: all calls, and who is busy with them.
//! - `arrival`: a call comes in and is answered.
//! - `treatment`: what becomes of a call that is not to wait: business hours, time-out, overflow.
//! - `seeking`: which calls look for agents, and when.
//! - `hunting`, `selection`, `routing`: which agents are asked, and in which order.
//! - `alerting`: an agent is asked.
//! - `not_taken`: who is asked does not take the call; `redirects`: or has it taken elsewhere.
//! - `connect`: an agent has answered; media is handed over or relayed.
//! - `reinvites`: one end changes the session.
//! - `release`: a call ends, from whichever side.
//! - `deadlines`, `timers`: when a call has something to do, and what.
//! - `disclosure`, `meddling`: what only mutants do.
//! - `on_behalf`: an agent calls out with a group's identity.

mod alerting;
mod application;
mod arrival;
mod call;
mod connect;
mod context;
mod deadlines;
mod disclosure;
mod hunting;
mod leg;
mod meddling;
mod not_taken;
mod on_behalf;
mod redirects;
mod reinvites;
mod release;
mod routing;
mod seeking;
mod selection;
mod session;
mod table;
mod timers;
mod treatment;

pub(super) use application::Calls;
pub(super) use context::Context;
pub(super) use meddling::Occasion;
pub(super) use on_behalf::OnBehalfCall;
