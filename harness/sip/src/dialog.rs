//! A dialog: what two user agents remember of each other between requests (RFC 3261 §12).

use std::net::SocketAddr;

use crate::message::field::{self, Address};
use crate::{Method, Name, Request, Response, SipUri, StatusCode, address_of, route};

/// Max-Forwards of a request that begins its way (RFC 3261 §8.1.1.6).
pub(crate) const MAX_FORWARDS: u8 = 70;

/// What one side of a dialog remembers.
///
/// A caller knows half of it from the beginning; each peer that answers (there may be several,
/// where a proxy forks) makes a dialog of it, which is early until a 2xx confirms it.
#[derive(Clone, Debug)]
pub struct Dialog {
    call_id: String,
    /// From in our requests, with our tag.
    local: String,
    /// To in our requests, with the peer's tag once it is known.
    remote: String,
    local_sequence: u32,
    remote_sequence: Option<u32>,
    routes: Vec<String>,
    target: SipUri,
    contact: String,
    /// Where the first request went to, or came from: the next hop where none is numeric.
    peer: SocketAddr,
}

impl Dialog {
    /// The half that a caller knows when it sends `invite` to `peer`.
    pub(crate) fn of_caller(invite: &Request, contact: &str, peer: SocketAddr) -> Self {
        Dialog {
            call_id: invite.call_id().to_owned(),
            local: header(invite, &Name::FROM),
            remote: header(invite, &Name::TO),
            local_sequence: invite.cseq().0,
            remote_sequence: None,
            routes: field::all(&invite.headers, &Name::ROUTE),
            target: invite.uri.clone(),
            contact: contact.to_owned(),
            peer,
        }
    }

    /// The dialog of the callee that answers `invite`, which came from `peer`, under the tag `tag`
    /// (§12.1.1). `None` without a Contact, by which alone the caller can be reached; but in RFC 2543 that
    /// could be left out, and whoever sent such a request is reached where its From says.
    pub(crate) fn of_callee(
        invite: &Request,
        tag: &str,
        contact: &str,
        peer: SocketAddr,
    ) -> Option<Self> {
        let mut answered = invite.headers.clone();
        field::add_tag(&mut answered, &Name::TO, tag);
        Some(Dialog {
            call_id: invite.call_id().to_owned(),
            local: field::first(&answered, &Name::TO)?.to_owned(),
            remote: header(invite, &Name::FROM),
            local_sequence: 0,
            remote_sequence: Some(invite.cseq().0),
            routes: field::all(&invite.headers, &Name::RECORD_ROUTE),
            target: invite.target()?,
            contact: contact.to_owned(),
            peer,
        })
    }

    /// The dialog with the peer that sent `response` to our INVITE (§12.1.2). A response from the
    /// peer of this very dialog refreshes its target only (§12.2.1.2).
    pub(crate) fn joined_by(&self, response: &Response) -> Dialog {
        let mut dialog = self.clone();
        dialog.refresh_target(response.contact());
        if self.remote_tag().is_none() {
            if let Some(to) = response.header(&Name::TO) {
                dialog.remote = to.to_owned();
            }
            dialog.routes = field::all(&response.headers, &Name::RECORD_ROUTE);
            dialog.routes.reverse();
        }
        dialog
    }

    /// The Call-ID.
    pub fn call_id(&self) -> &str {
        &self.call_id
    }

    /// Our tag.
    pub fn local_tag(&self) -> &str {
        Address::of(&self.local)
            .parameter("tag")
            .unwrap_or_default()
    }

    /// The peer's tag; `None` while it has not answered.
    pub fn remote_tag(&self) -> Option<&str> {
        Address::of(&self.remote).parameter("tag")
    }

    /// Who we are in this dialog, if that is a SIP URI.
    pub fn local_uri(&self) -> Option<SipUri> {
        Address::of(&self.local).uri()
    }

    /// Who the peer is in this dialog, if that is a SIP URI.
    pub fn remote_uri(&self) -> Option<SipUri> {
        Address::of(&self.remote).uri()
    }

    /// Where our requests go next: the first route, else the peer's Contact, else where the
    /// dialog's first request went to or came from.
    pub fn next_hop(&self) -> SocketAddr {
        let route = self
            .routes
            .first()
            .and_then(|route| Address::of(route).uri());
        address_of(route.as_ref().unwrap_or(&self.target)).unwrap_or(self.peer)
    }

    /// Our Contact, as a header value.
    pub(crate) fn contact(&self) -> &str {
        &self.contact
    }

    /// A request of ours within the dialog (§12.2.1.1), numbered anew.
    pub(crate) fn request(&mut self, method: Method) -> Request {
        self.local_sequence += 1;
        self.numbered(method, self.local_sequence)
    }

    /// The ACK to a 2xx for our INVITE numbered `sequence` (§13.2.2.4).
    pub(crate) fn ack(&self, sequence: u32) -> Request {
        self.numbered(Method::ACK, sequence)
    }

    fn numbered(&self, method: Method, sequence: u32) -> Request {
        let mut request = Request::new(method, self.target.clone());
        route::direct(&mut request, &self.target, &self.routes);
        let cseq = format!("{sequence} {}", request.method);
        for (name, value) in [
            (Name::MAX_FORWARDS, MAX_FORWARDS.to_string().as_str()),
            (Name::FROM, &self.local),
            (Name::TO, &self.remote),
            (Name::CALL_ID, &self.call_id),
            (Name::CSEQ, &cseq),
        ] {
            request.headers.insert(name, value);
        }
        request
    }

    /// The number of one more request of ours.
    pub(crate) fn next_sequence(&mut self) -> u32 {
        self.local_sequence += 1;
        self.local_sequence
    }

    /// Our last request had this number.
    pub(crate) fn set_sequence(&mut self, sequence: u32) {
        self.local_sequence = sequence;
    }

    /// The number of our last request.
    pub(crate) fn local_sequence(&self) -> u32 {
        self.local_sequence
    }

    /// Takes a request of the peer's as the next one (§12.2.2).
    ///
    /// # Errors
    ///
    /// 500, if a later one has come already.
    pub(crate) fn accept(&mut self, request: &Request) -> Result<(), StatusCode> {
        let (sequence, _) = request.cseq();
        if self.remote_sequence.is_some_and(|last| sequence < last) {
            return Err(StatusCode::SERVER_INTERNAL_ERROR);
        }
        self.remote_sequence = Some(sequence);
        Ok(())
    }

    /// Notes where the peer can be reached from now on (§12.2.1.2, §12.2.2).
    pub(crate) fn refresh_target(&mut self, contact: Option<SipUri>) {
        if let Some(target) = contact {
            self.target = target;
        }
    }
}

fn header(request: &Request, name: &Name) -> String {
    request.header(name).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uri_text;

    const PEER: &str = "198.18.0.9:5060";

    fn invite() -> Request {
        let mut request = Request::new(Method::INVITE, "sip:b@example.org".parse().unwrap());
        for (name, value) in [
            (Name::FROM, "\"A\" <sip:a@example.org>;tag=1"),
            (Name::TO, "<sip:b@example.org>"),
            (Name::CALL_ID, "c"),
            (Name::CSEQ, "7 INVITE"),
            (Name::CONTACT, "<sip:a@198.18.0.1>"),
            (Name::RECORD_ROUTE, "<sip:198.18.0.3;lr>"),
            (Name::RECORD_ROUTE, "<sip:198.18.0.4;lr>"),
        ] {
            request.headers.insert(name, value);
        }
        request
    }

    fn answer(tag: &str, contact: &str) -> Response {
        let mut response = Response::to(&invite(), StatusCode::OK);
        field::add_tag(&mut response.headers, &Name::TO, tag);
        response.headers.insert(Name::CONTACT, contact);
        response
    }

    fn caller() -> Dialog {
        Dialog::of_caller(&invite(), "<sip:a@198.18.0.1>", PEER.parse().unwrap())
    }

    fn callee() -> Dialog {
        let contact = "<sip:b@198.18.0.2>";
        Dialog::of_callee(&invite(), "2", contact, PEER.parse().unwrap()).unwrap()
    }

    #[test]
    fn each_peer_that_answers_makes_a_dialog_of_the_callers_half() {
        let half = caller();
        assert_eq!(half.remote_tag(), None);
        assert_eq!(half.next_hop(), PEER.parse().unwrap());
        for tag in ["2", "3"] {
            let dialog = half.joined_by(&answer(tag, "<sip:b@198.18.0.2>"));
            assert_eq!(dialog.remote_tag(), Some(tag));
            assert_eq!((dialog.call_id(), dialog.local_tag()), ("c", "1"));
        }
    }

    #[test]
    fn the_callers_requests_go_back_through_the_route_that_the_answer_recorded() {
        let mut dialog = caller().joined_by(&answer("2", "<sip:b@198.18.0.2>"));
        let bye = dialog.request(Method::BYE);
        assert_eq!(uri_text(&bye.uri), "sip:b@198.18.0.2");
        assert_eq!(
            field::all(&bye.headers, &Name::ROUTE),
            ["<sip:198.18.0.4;lr>", "<sip:198.18.0.3;lr>"]
        );
        assert_eq!(dialog.next_hop(), "198.18.0.4:5060".parse().unwrap());
        assert_eq!(
            bye.header(&Name::FROM),
            Some("\"A\" <sip:a@example.org>;tag=1")
        );
        assert_eq!(bye.header(&Name::TO), Some("<sip:b@example.org>;tag=2"));
        assert_eq!(bye.cseq(), (8, Method::BYE));
        assert_eq!(dialog.ack(7).cseq(), (7, Method::ACK));
    }

    #[test]
    fn the_callees_requests_go_through_the_route_as_it_came() {
        let mut dialog = callee();
        let bye = dialog.request(Method::BYE);
        assert_eq!(uri_text(&bye.uri), "sip:a@198.18.0.1");
        assert_eq!(
            field::all(&bye.headers, &Name::ROUTE),
            ["<sip:198.18.0.3;lr>", "<sip:198.18.0.4;lr>"]
        );
        assert_eq!(
            bye.header(&Name::TO),
            Some("\"A\" <sip:a@example.org>;tag=1")
        );
        assert_eq!(bye.header(&Name::FROM), Some("<sip:b@example.org>;tag=2"));
    }

    #[test]
    fn a_callee_can_make_a_dialog_with_a_caller_without_contact_only_as_rfc_2543_had_it() {
        let target = |branch: &str| {
            let mut invite = invite();
            invite.headers.remove(&Name::CONTACT);
            let via = format!("SIP/2.0/UDP 198.18.0.9;branch={branch}");
            invite.headers.insert(Name::VIA, via);
            let dialog = Dialog::of_callee(&invite, "2", "", PEER.parse().unwrap());
            dialog.map(|dialog| uri_text(&dialog.target))
        };
        assert_eq!(target("z9hG4bK1"), None);
        assert_eq!(target("1"), Some("sip:a@example.org".to_owned()));
    }

    #[test]
    fn a_request_that_was_overtaken_is_refused() {
        let numbered = |number: u32| {
            let mut request = invite();
            field::replace(
                &mut request.headers,
                &Name::CSEQ,
                [format!("{number} INVITE")],
            );
            request
        };
        let mut dialog = callee();
        assert_eq!(dialog.accept(&numbered(9)), Ok(()));
        assert_eq!(
            dialog.accept(&numbered(8)),
            Err(StatusCode::SERVER_INTERNAL_ERROR)
        );
        assert_eq!(dialog.accept(&numbered(10)), Ok(()));
    }

    #[test]
    fn a_later_answer_of_the_same_peer_moves_the_target_and_keeps_the_route() {
        let dialog = caller().joined_by(&answer("2", "<sip:b@198.18.0.2>"));
        let mut moved = answer("2", "<sip:b@198.18.0.22>");
        moved.headers.remove(&Name::RECORD_ROUTE);
        let mut dialog = dialog.joined_by(&moved);
        let bye = dialog.request(Method::BYE);
        assert_eq!(uri_text(&bye.uri), "sip:b@198.18.0.22");
        assert_eq!(field::all(&bye.headers, &Name::ROUTE).len(), 2);
    }
}
