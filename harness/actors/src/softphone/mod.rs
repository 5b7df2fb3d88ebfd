//! A softphone, which callers and agents share: a user agent, media, and calls.
//!
//! Everything on the wire is journalled: each SIP message in full, each flow of RTP summed up.
//! A softphone never hangs up by itself, whatever it hears or does not hear.
//!
//! - `phone`: [`Softphone`], what it is given, and who deals with it.
//! - `outgoing`: the calls that are placed from here, until they are answered.
//! - `incoming`: the calls that come here, until they are answered.
//! - `established`: the call that is answered.
//! - `change`: what this end changes in it: hold, and taking it back.
//! - `transfer`: the call that somebody else's takes the place of (RFC 3515, RFC 3891).
//! - `domain`: under which URIs everybody is known, and the way to a next hop.
//! - `calls`: what is remembered of each.

mod calls;
mod change;
mod domain;
mod established;
mod incoming;
mod outgoing;
mod phone;
mod transfer;

pub(crate) use calls::ServiceRoute;
pub(crate) use phone::{Outcome, Reply, Settings, Softphone};
