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
    /// (§12.1.1). `None` without a Contact, by which alone the caller can be reached.
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
            target: invite.contact()?,
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
        Address::of(&self.local).parameter("tag").unwrap_or_default()
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
        let route = self.routes.first().and_then(|route| Address::of(route).uri());
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
