//! The response group application: calls to a group, from the answer to the end.
//!
//! ```text
//!   arrive ─► hunt ─► alert ─┬─► hand over ─► handed over (regular: the pool is out of the media)
//!             ▲  └─ action   └─► relay ─────► relaying   (anonymous: the pool stays in it)
//!             └──────┘
//! ```
//!
//! - `stage`: a call, and how far it has come.
//! - `table`: all calls, and who is busy with them.
//! - `arrive`: a call comes in and is answered.
//! - `action`: what becomes of a call that is not to wait: business hours, time-out, overflow.
//! - `hunt`, `routing`: which agents are asked, and in which order.
//! - `alert`: an agent is asked.
//! - `connect`: an agent has answered; media is handed over or relayed.
//! - `reinvite`: one end changes the session.
//! - `end`: a call ends, from whichever side.
//! - `watch`: what a call does when its time comes.
//! - `on_behalf`: an agent calls out with a group's identity.

mod action;
mod alert;
mod arrive;
mod connect;
mod end;
mod hunt;
pub(super) mod on_behalf;
mod reinvite;
mod routing;
mod stage;
pub(super) mod table;
mod watch;
