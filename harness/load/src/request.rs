//! What a caller sends: the few requests of a call, written straight into the bytes that go out.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::net::SocketAddr;

use bytes::Bytes;
use sip::{Name, Response, SipUri, address_of, uri_text};

use crate::slots::Key;

/// The methods that a caller understands.
pub(crate) const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS";

/// What the requests of one caller's calls have in common.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    /// The caller's own address, as it is written.
    local: String,
    /// Drawn once: sets the calls of this load apart from those of any other.
    pub(crate) run: u32,
    /// What the callers' numbers begin with.
    numbers: u64,
    /// What stands in Via before the branch, and in Call-ID behind a call's own numbers.
    via: String,
    of_run: String,
}

/// A call's numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Of {
    pub(crate) key: Key,
    /// The CSeq of the request.
    pub(crate) sequence: u32,
}

/// Where the requests within a call go, as its answer has it (RFC 3261 section 12.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    /// The Request-URI.
    target: String,
    /// All Route headers, each in a line.
    routes: String,
    /// To, with the peer's tag.
    to: String,
    pub(crate) next_hop: SocketAddr,
}

impl Remote {
    /// As this answer has it, which came from `from`.
    pub(crate) fn of(answer: &Response, from: SocketAddr) -> Remote {
        let contact = answer.contact();
        let routes: Vec<&str> = answer
            .headers
            .get_raw(&Name::RECORD_ROUTE)
            .map(|route| route.as_str())
            .collect();
        let first = routes
            .last()
            .and_then(|route| bare(route).parse::<SipUri>().ok());
        let next = first.as_ref().or(contact.as_ref());
        let whom = answer.to_uri();
        let target = contact.as_ref().or(whom.as_ref());
        let mut remote = Remote {
            target: target.map(uri_text).unwrap_or_default(),
            routes: String::new(),
            to: answer.header(&Name::TO).unwrap_or_default().to_owned(),
            next_hop: next.and_then(address_of).unwrap_or(from),
        };
        let mut rest = routes.into_iter().rev();
        let strict = first.filter(|uri| !has_lr(uri));
        if let Some(router) = strict {
            // A router that knows no `lr` finds its way in the Request-URI (section 12.2.1.1).
            rest.next();
            let target = std::mem::replace(&mut remote.target, uri_text(&router));
            rest.for_each(|route| remote.add_route(route));
            remote.add_route(&format!("<{target}>"));
        } else {
            rest.for_each(|route| remote.add_route(route));
        }
        remote
    }

    /// A number of the peer's own, from a million to two.
    pub(crate) fn number(&self) -> u32 {
        let mut hasher = DefaultHasher::new();
        self.to.hash(&mut hasher);
        let number = hasher.finish() % 1_000_000;
        1_000_000 + u32::try_from(number).unwrap_or_default()
    }

    /// Whether both are the same peer.
    pub(crate) fn is_peer(&self, other: &Remote) -> bool {
        self.to == other.to
    }

    /// The peer can be reached there from now on (section 12.2.2).
    pub(crate) fn retarget(&mut self, contact: &SipUri) {
        self.target = uri_text(contact);
        if self.routes.is_empty() {
            self.next_hop = address_of(contact).unwrap_or(self.next_hop);
        }
    }

    fn add_route(&mut self, route: &str) {
        self.routes.push_str("Route: ");
        self.routes.push_str(route);
        self.routes.push_str("\r\n");
    }
}

fn has_lr(uri: &SipUri) -> bool {
    uri_text(uri).split(';').skip(1).any(|word| {
        let name = word.split(['=', '?']).next().unwrap_or_default();
        name.eq_ignore_ascii_case("lr")
    })
}

/// A URI without its angle brackets.
fn bare(route: &str) -> &str {
    let inside = route.split_once('<').map_or(route, |(_, after)| after);
    inside.split('>').next().unwrap_or(inside)
}

impl Writer {
    /// The writer of a caller at `local`.
    pub(crate) fn new(local: SocketAddr, run: u32) -> Writer {
        let local = local.to_string();
        Writer {
            numbers: 493_000_000_000 + u64::from(run) % 10_000 * 10_000_000,
            via: format!("SIP/2.0/UDP {local};rport;branch=z9hG4bK{run:08x}"),
            of_run: format!("{run:08x}"),
            local,
            run,
        }
    }

    /// The call that a Call-ID names, if it is one of this load's.
    pub(crate) fn key_of(&self, call_id: &str) -> Option<Key> {
        let mut parts = call_id.split('-');
        let mut number = || u32::from_str_radix(parts.next()?, 16).ok();
        let (slot, generation, run) = (number()?, number()?, number()?);
        (run == self.run && parts.next().is_none()).then_some(Key { slot, generation })
    }

    /// The INVITE of a call to `uri`, with this session description.
    pub(crate) fn invite(&self, of: Of, uri: &str, sdp: &[u8]) -> Bytes {
        let mut text = Vec::with_capacity(768);
        self.begin(&mut text, "INVITE", uri, of, 'i');
        let local = &self.local;
        let _ = write!(
            text,
            "To: <{uri}>\r\nContact: <sip:{}@{local}>\r\nAllow: {ALLOW}\r\n\
             Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n",
            self.user(of.key),
            sdp.len()
        );
        text.extend_from_slice(sdp);
        text.into()
    }

    /// The CANCEL of an INVITE (section 9.1).
    pub(crate) fn cancel(&self, of: Of, uri: &str) -> Bytes {
        let mut text = Vec::with_capacity(384);
        self.begin(&mut text, "CANCEL", uri, of, 'i');
        let _ = write!(text, "To: <{uri}>\r\nContent-Length: 0\r\n\r\n");
        text.into()
    }

    /// The ACK to a refusal of the INVITE (section 17.1.1.3).
    pub(crate) fn ack_refusal(&self, of: Of, uri: &str, to: &str) -> Bytes {
        let mut text = Vec::with_capacity(384);
        self.begin(&mut text, "ACK", uri, of, 'i');
        let _ = write!(text, "To: {to}\r\nContent-Length: 0\r\n\r\n");
        text.into()
    }

    /// The ACK to an answer (section 13.2.2.4).
    pub(crate) fn ack(&self, of: Of, remote: &Remote) -> Bytes {
        self.within("ACK", of, 'a', remote)
    }

    /// The BYE of a call.
    pub(crate) fn bye(&self, of: Of, remote: &Remote) -> Bytes {
        self.within("BYE", of, 'b', remote)
    }

    fn within(&self, method: &str, of: Of, branch: char, remote: &Remote) -> Bytes {
        let mut text = Vec::with_capacity(384);
        self.begin(&mut text, method, &remote.target, of, branch);
        let Remote { routes, to, .. } = remote;
        let _ = write!(text, "{routes}To: {to}\r\nContent-Length: 0\r\n\r\n");
        text.into()
    }

    /// Who calls: a number, so that nothing is known of the caller but that.
    fn user(&self, key: Key) -> u64 {
        self.numbers + u64::from(key.slot)
    }

    /// The request line, and the headers that all requests have but To. One INVITE is told from another by
    /// CSeq, and so are their branches. Numbers have leading zeros: datagrams of one length go out together.
    fn begin(&self, text: &mut Vec<u8>, method: &str, uri: &str, of: Of, branch: char) {
        let Of { key, sequence } = of;
        let Key { slot, generation } = key;
        let Writer {
            local, via, of_run, ..
        } = self;
        let user = self.user(key);
        // Writing into memory does not fail.
        let _ = write!(
            text,
            "{method} {uri} SIP/2.0\r\n\
             Via: {via}-{slot:05x}-{generation:05x}-{sequence}{branch}\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:{user}@{local}>;tag={of_run}-{generation:05x}\r\n\
             Call-ID: {slot:05x}-{generation:05x}-{of_run}\r\n\
             CSeq: {sequence} {method}\r\n"
        );
    }
}

#[cfg(test)]
mod tests {
    use sip::{Message, Method, Request};

    use super::*;

    const HOP: &str = "198.18.0.1:5060";

    fn writer() -> Writer {
        Writer::new("198.18.0.9:5070".parse().unwrap(), 0xbeef)
    }

    fn of(sequence: u32) -> Of {
        let key = Key {
            slot: 17,
            generation: 3,
        };
        Of { key, sequence }
    }

    fn read(bytes: &Bytes) -> Request {
        match Message::parse(bytes) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    fn answer(routes: &[&str]) -> Response {
        let invite = read(&writer().invite(of(1), "sip:sales@198.18.0.1", b"v=0"));
        let mut answer = Response::to(&invite, sip::StatusCode::OK);
        let to = format!("{};tag=x", answer.header(&Name::TO).unwrap());
        answer.headers.remove(&Name::TO);
        answer.headers.insert(Name::TO, to);
        answer
            .headers
            .insert(Name::CONTACT, "<sip:pool@198.18.0.1:5080>");
        for route in routes {
            answer.headers.insert(Name::RECORD_ROUTE, *route);
        }
        answer
    }

    #[test]
    fn the_requests_of_a_call_are_read_as_what_they_are() {
        let writer = writer();
        let uri = "sip:sales@198.18.0.1";
        let invite = read(&writer.invite(of(1), uri, b"v=0"));
        assert_eq!(invite.cseq(), (1, Method::INVITE));
        assert_eq!(&invite.body[..], b"v=0");
        assert_eq!(writer.key_of(invite.call_id()), Some(of(1).key));
        let cancel = read(&writer.cancel(of(1), uri));
        assert_eq!(cancel.branch(), invite.branch());
        assert_eq!(cancel.cseq(), (1, Method::CANCEL));
        let refused = read(&writer.ack_refusal(of(1), uri, "<sip:sales@198.18.0.1>;tag=x"));
        assert_eq!(refused.branch(), invite.branch());
        assert_eq!(refused.to_tag(), Some("x"));
        let remote = Remote::of(&answer(&[]), HOP.parse().unwrap());
        let (ack, bye) = (
            read(&writer.ack(of(1), &remote)),
            read(&writer.bye(of(2), &remote)),
        );
        assert_ne!(ack.branch(), invite.branch());
        assert_eq!(ack.cseq(), (1, Method::ACK));
        assert_eq!(bye.cseq(), (2, Method::BYE));
        for request in [&ack, &bye] {
            assert_eq!(uri_text(&request.uri), "sip:pool@198.18.0.1:5080");
            assert_eq!(request.to_tag(), Some("x"));
            assert_eq!(request.from_tag(), invite.from_tag());
        }
        assert_eq!(remote.next_hop, "198.18.0.1:5080".parse().unwrap());
    }

    #[test]
    fn requests_go_back_by_the_route_that_the_answer_recorded() {
        let answer = answer(&["<sip:198.18.0.3;lr>", "<sip:198.18.0.4;lr=on>"]);
        let remote = Remote::of(&answer, HOP.parse().unwrap());
        let bye = read(&writer().bye(of(2), &remote));
        let routes: Vec<_> = bye.headers.get_raw(&Name::ROUTE).collect();
        assert_eq!(routes, ["<sip:198.18.0.4;lr=on>", "<sip:198.18.0.3;lr>"]);
        assert_eq!(uri_text(&bye.uri), "sip:pool@198.18.0.1:5080");
        assert_eq!(remote.next_hop, "198.18.0.4:5060".parse().unwrap());
    }

    #[test]
    fn a_strict_router_is_named_in_the_request_line() {
        let answer = answer(&["<sip:198.18.0.3;lr>", "<sip:198.18.0.4>"]);
        let remote = Remote::of(&answer, HOP.parse().unwrap());
        let bye = read(&writer().bye(of(2), &remote));
        let routes: Vec<_> = bye.headers.get_raw(&Name::ROUTE).collect();
        assert_eq!(
            routes,
            ["<sip:198.18.0.3;lr>", "<sip:pool@198.18.0.1:5080>"]
        );
        assert_eq!(uri_text(&bye.uri), "sip:198.18.0.4");
    }

    #[test]
    fn a_call_id_of_another_load_names_no_call() {
        let writer = writer();
        for text in ["11-3-0000dead", "11-3", "11-3-0000beef-1", "x", ""] {
            assert_eq!(writer.key_of(text), None, "{text}");
        }
    }
}
