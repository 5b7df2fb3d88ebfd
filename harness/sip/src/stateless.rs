//! Responses without a transaction, as a stateless user agent server gives them (RFC 3261 §8.2.7).

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::SocketAddr;

use bytes::Bytes;

use crate::message::{field, via};
use crate::user_agent::unsupported;
use crate::{Message, Method, Name, Request, Response, StatusCode, Transmit, Transport};

/// The response to OPTIONS outside a dialog (§11.2), by which others learn that somebody is
/// there. `allow` lists the methods that are understood. An extension that is demanded is not (420).
///
/// It leaves nothing behind, and a retransmission is answered again. `None` if
/// the datagram is anything else, or malformed: that is the [`UserAgent`]'s.
///
/// [`UserAgent`]: crate::UserAgent
pub fn answer_options(from: SocketAddr, datagram: &Bytes, allow: &'static str) -> Option<Transmit> {
    if !datagram.starts_with(b"OPTIONS ") {
        return None;
    }
    let Ok(Message::Request(request)) = Message::parse(datagram) else {
        return None;
    };
    if request.method != Method::OPTIONS || request.is_in_dialog() {
        return None;
    }
    let response = unsupported(&request, &Name::REQUIRE, |_| false).unwrap_or_else(|| {
        let mut response = Response::to(&request, StatusCode::OK);
        response.headers.insert(Name::ALLOW, allow);
        response.headers.insert(Name::ACCEPT, "application/sdp");
        response
    });
    Some(respond(from, response, &tag(&request)))
}

/// Sends a response back to where its request came from, and forgets it. `tag` is for To, if that
/// has none.
pub fn respond(from: SocketAddr, mut response: Response, tag: &str) -> Transmit {
    via::add_source(&mut response.headers, from);
    field::add_tag(&mut response.headers, &Name::TO, tag);
    Transmit {
        to: via::response_destination(&response.headers, from),
        bytes: response.to_bytes(),
        transport: Transport::Udp,
    }
}

/// A tag that is the same for the same request, for nobody remembers the first response.
pub(crate) fn tag(request: &Request) -> String {
    let mut hasher = DefaultHasher::new();
    for name in [Name::VIA, Name::FROM, Name::CALL_ID, Name::CSEQ] {
        request.header(&name).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const FROM: &str = "198.18.0.9:6000";

    fn ask(method: &str, via: &str, to: &str) -> Option<Transmit> {
        let datagram = format!(
            "{method} sip:198.18.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {via}\r\nTo: {to}\r\n\
             From: <sip:a@198.18.0.9>;tag=1\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n\r\n"
        );
        answer_options(FROM.parse().unwrap(), &datagram.into(), "OPTIONS, INVITE")
    }

    #[rstest]
    #[case::as_said("198.18.0.9:5070;branch=z9hG4bKa", "198.18.0.9:5070")]
    #[case::rport("198.18.0.9:5070;branch=z9hG4bKa;rport", "198.18.0.9:6000")]
    #[case::elsewhere("198.18.0.7:5070;branch=z9hG4bKa", "198.18.0.9:5070")]
    fn a_request_is_answered_where_it_came_from(#[case] via: &str, #[case] to: SocketAddr) {
        let answer = ask("OPTIONS", via, "<sip:198.18.0.1>").unwrap();
        assert_eq!(answer.to, to);
        let Message::Response(response) = Message::parse(&answer.bytes).unwrap() else {
            panic!("an answer is a response");
        };
        assert_eq!(response.code, StatusCode::OK);
        assert_eq!(response.cseq(), (1, Method::OPTIONS));
        assert_eq!(response.branch().as_deref(), Some("z9hG4bKa"));
        assert_eq!(response.header(&Name::ALLOW), Some("OPTIONS, INVITE"));
        assert_eq!(response.to_tag().map(str::len), Some(16));
    }

    #[test]
    fn a_retransmission_has_the_same_response_and_another_request_has_another() {
        let answer = |branch| ask("OPTIONS", branch, "<sip:198.18.0.1>");
        let first = answer("198.18.0.9;branch=z9hG4bKa");
        assert_eq!(first, answer("198.18.0.9;branch=z9hG4bKa"));
        let tag = |answer: Option<Transmit>| match Message::parse(&answer.unwrap().bytes) {
            Ok(Message::Response(response)) => response.to_tag().unwrap().to_owned(),
            other => panic!("{other:?}"),
        };
        assert_ne!(tag(first), tag(answer("198.18.0.9;branch=z9hG4bKb")));
    }

    #[rstest]
    #[case::another_method("INVITE", "198.18.0.9;branch=z9hG4bKa", "<sip:198.18.0.1>")]
    #[case::in_a_dialog("OPTIONS", "198.18.0.9;branch=z9hG4bKa", "<sip:198.18.0.1>;tag=2")]
    #[case::malformed("OPTIONS", "", "<sip:198.18.0.1>")]
    fn anything_else_is_not_answered_here(
        #[case] method: &str,
        #[case] via: &str,
        #[case] to: &str,
    ) {
        assert_eq!(ask(method, via, to), None);
    }
}
