//! The user agent core (RFC 3261 §8, §12 to §15) over the transaction layer.
//!
//! - `abilities`: what is understood beyond sessions.
//! - `agent`: [`UserAgent`], how a node drives it, and who gets what arrives.
//! - `plain`: plain requests and responses.
//! - `caller`, `callee`: how a session begins, on either side.
//! - `reinvite`: how it is changed, from either side.
//! - `in_dialog`: other requests within a session, and the answers to challenges.
//! - `early`: what comes before a call is answered; `reliable`: provisional responses that are acknowledged.
//! - `refresh`, `timer`: sessions that end unless they are refreshed.
//! - `hang_up`: how it ends.
//! - [`Session`], with `unacknowledged` (our 2xx) and `sent_invite` (the peers' 2xx).
//! - `event`: what the user agent is given, and its events.

mod abilities;
mod agent;
mod callee;
mod caller;
mod early;
mod event;
mod hang_up;
mod in_dialog;
mod plain;
mod refresh;
mod reinvite;
mod reliable;
mod sent_invite;
mod session;
mod timer;
mod unacknowledged;

pub use abilities::refusal_of;
pub(crate) use abilities::unsupported;
pub use agent::UserAgent;
pub use event::{
    ClientId, Confirmation, EndedBy, Failure, Invite, ServerId, SessionId, Transmit, Transport,
    UaEvent,
};
pub use session::{Session, SessionState};
