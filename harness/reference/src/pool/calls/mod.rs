//! The response group application: calls to a group, from the answer to the end.
//!
//! ```text
//!   arrival ─► hunting ─► alerting ─┬─► hand over ─► handed over (regular: the pool is out of the media)
//!              ▲    └─ treatment    └─► relay ─────► relaying   (anonymous: the pool stays in it)
//!              └──────┘
//! ```
//!
//! - `call`: a call, its state and its two legs.
//! - `table`: all calls, and who is busy with them.
//! - `arrival`: a call comes in and is answered.
//! - `treatment`: what becomes of a call that is not to wait: business hours, time-out, overflow.
//! - `hunting`, `routing`: which agents are asked, and in which order.
//! - `alerting`: an agent is asked.
//! - `connect`: an agent has answered; media is handed over or relayed.
//! - `reinvites`: one end changes the session.
//! - `release`: a call ends, from whichever side.
//! - `timers`: what a call does when its time comes.
//! - `on_behalf`: an agent calls out with a group's identity.

mod alerting;
mod arrival;
mod call;
mod connect;
mod hunting;
pub(super) mod on_behalf;
mod reinvites;
mod release;
mod routing;
pub(super) mod table;
mod timers;
mod treatment;
