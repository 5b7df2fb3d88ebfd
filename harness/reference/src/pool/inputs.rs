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

#[cfg(test)]
mod tests {
    use node::RequestId;
    use rstest::rstest;

    use super::*;

    const SIP: Port = Port(5060);
    const RTP: Port = Port(20_000);

    fn datagram(at: Port, line: &str, to_tag: &str) -> Input<Infallible> {
        let text = format!(
            "{line} sip:sales@198.18.0.1 SIP/2.0\r\n\
             Via: SIP/2.0/UDP 198.18.0.9:6000;branch=z9hG4bK1\r\n\
             From: <sip:rita@198.18.0.1>;tag=a\r\n\
             To: <sip:sales@198.18.0.1>{to_tag}\r\n\
             Call-ID: 1\r\n\
             CSeq: 1 {line}\r\n\
             Content-Length: 0\r\n\r\n"
        );
        Input::Datagram {
            at,
            from: ([198, 18, 0, 9], 6000).into(),
            bytes: text.into(),
        }
    }

    fn request(method: &Method) -> Input<Infallible> {
        let mut request = http::Request::new(Bytes::new());
        *request.method_mut() = method.clone();
        Input::Request {
            id: RequestId(1),
            at: Port(8080),
            from: ([198, 18, 0, 9], 6000).into(),
            request,
        }
    }

    #[rstest]
    #[case::a_call_begins(datagram(SIP, "INVITE", ""), true, true)]
    #[case::a_change_of_a_session_does_not(datagram(SIP, "INVITE", ";tag=b"), false, false)]
    #[case::a_registration_begins(datagram(SIP, "REGISTER", ""), true, true)]
    #[case::cancel_must_not_overtake(datagram(SIP, "CANCEL", ""), false, true)]
    #[case::the_end_of_a_call_does_not(datagram(SIP, "BYE", ";tag=b"), false, false)]
    #[case::media_does_not(datagram(RTP, "INVITE", ""), false, false)]
    #[case::a_change_begins(request(&Method::POST), true, true)]
    #[case::a_look_does_not(request(&Method::GET), false, false)]
    fn what_begins_something_waits(
        #[case] input: Input<Infallible>,
        #[case] begins_something: bool,
        #[case] waits: bool,
    ) {
        assert_eq!(begins(&input, SIP), begins_something);
        assert_eq!(waits_for_answer(&input, SIP), waits);
    }
}
