//! What the pool passes on as a proxy (RFC 3261 section 16): plain calls between users, calls to
//! a number that its partner serves, and whatever follows in their dialogs.
//!
//! - `forward`: passes requests on; `context`: what is remembered of each.
//! - `responses`: passes responses back, and gives up what has none.
//! - `record_route`: how the pool stays in the path of a dialog, and knows it again.

mod context;
mod forward;
mod record_route;
mod responses;

pub(super) use forward::{Proxy, refuse};
