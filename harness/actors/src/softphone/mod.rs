//! A softphone, which callers and agents share: a user agent, media, and calls.
//!
//! Everything on the wire is journalled: each SIP message in full, each flow of RTP summed up.
//! A softphone never hangs up by itself, whatever it hears or does not hear.
//!
//! - `phone`: [`Softphone`], what it is given, and who deals with it.
//! - `outgoing`: the calls that are placed from here, until they are answered.
//! - `incoming`: the calls that come here, until they are answered.
//! - `established`: the call that is answered.
//! - `calls`: what is remembered of each.

mod calls;
mod established;
mod incoming;
mod outgoing;
mod phone;

pub(crate) use phone::{Reply, Settings, Softphone};
