//! What the pool passes on as a proxy (RFC 3261 section 16): plain calls between users, calls to
//! a number that its partner serves, and whatever follows in their dialogs.
//!
//! - `forward`: the requests that were passed on, and their responses.
//! - `record_route`: how the pool stays in the path of a dialog, and knows it again.

mod forward;
mod record_route;

pub(super) use forward::{Proxy, refuse};
