//! The user agent core (RFC 3261 §8, §12 to §15) over the transaction layer.
//!
//! - `agent`: [`UserAgent`], how a node drives it, and who gets what arrives.
//! - `plain`: plain requests and responses.
//! - `caller`, `callee`: how a session begins, on either side.
//! - `reinvite`: how it is changed, from either side.
//! - `hang_up`: how it ends.
//! - [`Session`], with `unacknowledged` (our 2xx) and `sent_invite` (the peers' 2xx).
//! - `event`: what the user agent is given, and its events.

mod agent;
mod callee;
mod caller;
mod event;
mod hang_up;
mod plain;
mod reinvite;
mod sent_invite;
mod session;
mod unacknowledged;

pub use agent::UserAgent;
pub use event::{
    ClientId, Confirmation, EndedBy, Failure, Invite, ServerId, SessionId, Transmit, UaEvent,
};
pub use session::{Session, SessionState};
