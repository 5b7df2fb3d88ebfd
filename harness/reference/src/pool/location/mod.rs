//! The location service (RFC 3261 section 10.1): where a number is served, and where a user is
//! reached. It decides by what the registrar, the serving state and the storage say, and changes
//! nothing.
//!
//! - `hop`: where a request is sent, and which way it takes.
//! - `service`: where a number is served, and where a user is reached.
//! - `route`: what becomes of an INVITE that begins a call.
//! - `strangers`: who may call whomever it likes.

mod hop;
mod route;
mod service;
mod strangers;

pub(super) use hop::{Hop, Through};
pub(super) use route::Route;
pub(super) use service::{Location, Reach};
