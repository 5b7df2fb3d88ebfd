//! Which inputs begin something new, and which are handled whatever the gate says.

use std::convert::Infallible;

use bytes::Bytes;
use http::Method;
use node::{Input, Port};
use sip::Message;

/// What is handled even while the gate is shut: what partners need to answer each other, and the
/// question whether the process is there, which over SIP is OPTIONS (RFC 3261 section 11).
pub(super) fn is_ungated(input: &Input<Infallible>) -> bool {
    match input {
        Input::Datagram { bytes, .. } => bytes.starts_with(b"OPTIONS "),
        Input::Request { request, .. } => {
            matches!(request.uri().path(), "/partner/heartbeat" | "/health")
        }
        _ => false,
    }
}

/// Whether `input` waits while beginnings are held: what begins something, and CANCEL, which must
/// not overtake the INVITE that it cancels. SIP is spoken on the port `sip`.
pub(super) fn waits_for_answer(input: &Input<Infallible>, sip: Port) -> bool {
    let cancels = match input {
        Input::Datagram { at, bytes, .. } => *at == sip && bytes.starts_with(b"CANCEL "),
        _ => false,
    };
    cancels || begins(input, sip)
}

/// Whether `input` begins something new: a call, a registration, a change. What belongs to calls
/// that are there already does not.
pub(super) fn begins(input: &Input<Infallible>, sip: Port) -> bool {
    match input {
        Input::Datagram { at, bytes, .. } => *at == sip && begins_by_sip(bytes),
        Input::Request { request, .. } => request.method() != Method::GET,
        _ => false,
    }
}

/// Whether a SIP message is a REGISTER, or an INVITE that belongs to no dialog.
fn begins_by_sip(bytes: &Bytes) -> bool {
    if bytes.starts_with(b"REGISTER ") {
        return true;
    }
    bytes.starts_with(b"INVITE ")
        && matches!(Message::parse(bytes), Ok(Message::Request(invite)) if !invite.is_in_dialog())
}
