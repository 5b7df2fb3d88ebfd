//! SIP, SDP and RTP without I/O, for everything in rgdrill that signals or sends media.
//!
//! A datagram goes up through these layers, and what is to be sent comes down:
//!
//! - [`message`]: bytes to [`Request`] and [`Response`] and back; hostile bytes are errors.
//! - [`transaction`]: the four state machines of RFC 3261 §17 (with RFC 6026), one file each,
//!   which know times and status codes but no bytes.
//! - `endpoint`: matches messages to transactions and carries out what those ask for.
//! - [`dialog`]: what two user agents remember of each other between requests.
//! - [`user_agent`]: [`UserAgent`], the core: sessions begun by INVITE, and plain requests.
//! - [`digest`]: challenges, and the answers to them.
//! - `stateless`: [`answer_options`] and [`respond`], which need no transaction.
//! - [`proxy`]: a proxy's rules for the requests and responses that it passes on.
//! - [`tcp`]: SIP over TCP: around a node that knows datagrams alone, or for a telephone.
//! - [`sdp`], [`rtp`], [`rtcp`]: what a session is about: one audio stream of G.711.
//! - `authentication`: [`Authentication`], who answers challenges, and how often.
//!
//! Nothing in here owns a socket, reads a clock or draws randomness but from its seed: a node
//! hands in datagrams and the time, and takes out datagrams, events and the next deadline.
//!
//! # What is left out on purpose
//!
//! - **Session timers** (RFC 4028) are never asked for: a refresh that goes to a dead pool would end a
//!   call which that pool had handed over. A telephone agrees to those that its peer wants.
//! - DNS: the drill's next hops are numeric addresses. TLS is beneath the streams of whoever drives a
//!   node; here it is a [`Transport`].

mod authentication;
pub mod dialog;
pub mod digest;
mod endpoint;
pub mod message;
pub mod proxy;
mod route;
pub mod rtcp;
pub mod rtp;
mod schedule;
pub mod sdp;
mod stateless;
pub mod tcp;
mod token;
pub mod transaction;
pub mod user_agent;

pub use ezk_sip_types as types;

pub use types::uri::{NameAddr, SipUri};
pub use types::{Method, Name, StatusCode};

pub use authentication::Authentication;
pub use dialog::Dialog;
pub use message::{
    Address, Glance, Headers, MAX_HEADERS, MAX_SIZE, Message, MessageError, Request, Response, Via,
    address_of, is_in, uri, uri_in, uri_text, user_of,
};
pub use sdp::{Direction, Sdp, SdpError};
pub use stateless::{answer_options, respond};
pub use tcp::WithTcp;
pub use transaction::Timing;
pub use user_agent::{
    ClientId, Confirmation, EndedBy, Failure, Invite, ServerId, Session, SessionId, SessionState,
    Transmit, Transport, UaEvent, UserAgent, refusal_of,
};
