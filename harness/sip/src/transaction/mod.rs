//! The four transaction state machines of RFC 3261 §17, with the Accepted state of RFC 6026, over
//! an unreliable transport. They know times and status codes, and say what to do; the bytes are
//! with the endpoint.
//!
//! | machine | figure | timers |
//! | --- | --- | --- |
//! | [`ClientInvite`] | RFC 6026 Figure 5 | A, B, D, M |
//! | [`ClientNonInvite`] | RFC 3261 Figure 6 | E, F, K |
//! | [`ServerInvite`] | RFC 6026 Figure 7 | G, H, I, L |
//! | [`ServerNonInvite`] | RFC 3261 Figure 8 | J |
//!
//! Timer C is a proxy's own, and lies with the node that proxies.

mod action;
mod client_invite;
mod client_non_invite;
mod server_invite;
mod server_non_invite;
mod timers;

pub use action::{ClientAction, ServerAction};
pub use client_invite::ClientInvite;
pub use client_non_invite::ClientNonInvite;
pub use server_invite::ServerInvite;
pub use server_non_invite::ServerNonInvite;
pub use timers::{Retransmission, Timing};
