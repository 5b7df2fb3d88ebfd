//! The wiring: which part of the pool gets what comes in, and what follows in the other parts from
//! what one of them says. It decides nothing that a part could decide.
//!
//! - `parts`: the parts of a pool; inputs, time and deadlines.
//! - `sip`, `http`, `replies`: events of the SIP layer, HTTP requests, and answers to the pool's own.
//! - `updates`, `effects`: the changes of the database, one after the other, and what follows.
//! - `partner`: what follows from what the partner says, or from its silence.

mod effects;
mod http;
mod mischief;
mod partner;
mod parts;
mod replies;
mod sip;
mod updates;

pub(super) use parts::Parts;
