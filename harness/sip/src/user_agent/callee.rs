//! How a session begins, seen from the callee (RFC 3261 §13.3).

use std::net::SocketAddr;

use node::Now;

use crate::{Dialog, Method, Request, Response, Sdp, SdpError, StatusCode};

use super::abilities;
use super::agent::UserAgent;
use super::caller::code_for;
use super::event::{ServerId, SessionId, Transport, UaEvent};
use super::reliable::{self, Unpracked};
use super::session::{Negotiation, Role, Session, SessionState};
use super::timer::{self, SessionTimer};
use super::unacknowledged::{AfterAck, Unacknowledged};

impl UserAgent {
    /// Takes an INVITE from [`UaEvent::Request`] as a session; 100 has been sent. `None` if it is
    /// no INVITE outside a dialog that waits for an answer, or if it had to be refused: because it
    /// has come already (482), has no Contact (400), understands no
    /// session description (406), demands an extension (420), or has a body that is not understood.
    pub fn accept_invite(&mut self, now: Now, server: ServerId) -> Option<SessionId> {
        let pending = self.endpoint.pending(server)?;
        let (invite, from) = (pending.request.clone(), pending.from);
        let tag = pending.tag.to_owned();
        if invite.method != Method::INVITE
            || invite.is_in_dialog()
            || self.unanswered.contains_key(&server)
        {
            return None;
        }
        if self.refuse_merged(now, server) {
            return None;
        }
        match self.begin(&invite, &tag, from) {
            Ok(mut session) => {
                let id = self.next_session();
                session.state = SessionState::Invited { server };
                self.unanswered.insert(server, id);
                self.add(id, session);
                Some(id)
            }
            Err(refusal) => {
                self.endpoint.respond(now, server, *refusal);
                None
            }
        }
    }

    fn begin(
        &self,
        invite: &Request,
        tag: &str,
        from: SocketAddr,
    ) -> Result<Session, Box<Response>> {
        let refuse = |code| Box::new(Response::to(invite, code));
        if let Some(objection) = self.abilities.objection(invite) {
            return Err(Box::new(objection));
        }
        if self.is_telephone()
            && let Some(objection) = timer::objection(invite)
        {
            return Err(Box::new(objection));
        }
        if !accepts_sdp(invite) {
            return Err(refuse(StatusCode::NOT_ACCEPTABLE));
        }
        let sdp = invite
            .sdp()
            .map_err(|error| Box::new(rejected(invite, &error)))?;
        let via = invite.top_via();
        let peers = via.map_or(Transport::Udp, |via| via.transport());
        let contact = self.contact(&invite.uri, peers);
        let dialog = Dialog::of_callee(invite, tag, &contact, from)
            .ok_or_else(|| refuse(StatusCode::BAD_REQUEST))?;
        // The state is the INVITE's, which is set when the session is taken.
        let mut session = Session::new(SessionState::Established, Role::Callee, dialog);
        session.remote_sdp = sdp;
        session.takes_update = allows_update(&invite.headers);
        Ok(session)
    }

    /// Tells the caller how it goes: 180, 182 or 183, with early media if there is any. Where the
    /// caller demands that it be reliable (RFC 3262), it is sent until its PRACK comes, and nothing
    /// else is told meanwhile. A caller who demands that and offers nothing is told nothing at all:
    /// it would have to be an offer.
    pub fn ring(&mut self, now: Now, session: SessionId, code: StatusCode, sdp: Option<Sdp>) {
        if let Some((server, mut response)) = self.response_to_caller(session, code)
            && response.is_provisional()
        {
            if let Some(sdp) = &sdp {
                response.set_sdp(sdp);
            }
            if self.is_to_be_reliable(server) && !self.make_reliable(now, session, &mut response) {
                return;
            }
            self.endpoint.respond(now, server, response);
            self.reschedule(session);
        }
    }

    fn is_to_be_reliable(&self, server: ServerId) -> bool {
        let pending = self.endpoint.pending(server);
        let required = pending.is_some_and(|pending| {
            let mut required = abilities::options(pending.request, &crate::Name::REQUIRE);
            required.any(|option| option.eq_ignore_ascii_case(reliable::OPTION))
        });
        required && self.is_telephone()
    }

    /// Whether the response may be sent now.
    fn make_reliable(&mut self, now: Now, id: SessionId, response: &mut Response) -> bool {
        let timing = self.timing;
        let Some(session) = self.sessions.get_mut(&id) else {
            return false;
        };
        if session.unpracked.is_some() || session.remote_sdp.is_none() {
            return false;
        }
        session.rseq += 1;
        let wait = Unpracked::new(now, timing, session.rseq, response);
        session.unpracked = Some(wait);
        true
    }

    /// Answers the call. [`UaEvent::Confirmed`] follows, or [`UaEvent::Ended`] if nobody
    /// acknowledges the answer, which is sent again for 64 × T1 (RFC 3261 §13.3.1.4).
    pub fn answer(&mut self, now: Now, session: SessionId, sdp: Sdp) {
        if let Some((server, mut response)) = self.response_to_caller(session, StatusCode::OK) {
            self.agree_on_timer(now, session, server, &mut response);
            self.succeed(now, session, server, response, &sdp);
        }
    }

    /// Refuses the call; the session is gone.
    pub fn refuse(&mut self, now: Now, session: SessionId, code: StatusCode) {
        if let Some(SessionState::Invited { server }) = self.state(session) {
            self.endpoint.respond_with(now, server, code);
            self.remove(session);
        }
    }

    /// A response to the INVITE that began a session, with what makes the dialog (§12.1.1).
    fn response_to_caller(&self, id: SessionId, code: StatusCode) -> Option<(ServerId, Response)> {
        let session = self.sessions.get(&id)?;
        let SessionState::Invited { server } = session.state else {
            return None;
        };
        let mut response = Response::to(self.endpoint.pending(server)?.request, code);
        self.add_contact_and_abilities(&mut response.headers, session.dialog.contact());
        Some((server, response))
    }

    /// Agrees in a 2xx of ours to the session timer that its request wants.
    pub(super) fn agree_on_timer(
        &mut self,
        now: Now,
        id: SessionId,
        server: ServerId,
        response: &mut Response,
    ) {
        if self.is_telephone()
            && let Some(pending) = self.endpoint.pending(server)
            && let Some(session) = self.sessions.get_mut(&id)
        {
            session.timer = SessionTimer::agree(now, pending.request, response);
        }
    }

    /// Sends a 2xx to an INVITE or re-INVITE, and waits for its ACK.
    pub(super) fn succeed(
        &mut self,
        now: Now,
        id: SessionId,
        server: ServerId,
        mut response: Response,
        sdp: &Sdp,
    ) {
        response.set_sdp(sdp);
        let (sequence, _) = response.cseq();
        self.unanswered.remove(&server);
        self.endpoint.respond(now, server, response);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.state = SessionState::Established;
            session.unpracked = None;
            session.local_sdp = Some(sdp.clone());
            let wait = Unacknowledged::new(now, self.timing, server, sequence);
            session.negotiation = Negotiation::Unacknowledged(wait);
        }
        self.reschedule(id);
    }

    /// An ACK to a 2xx; it is the node's if no session has sent one.
    pub(super) fn received_ack(&mut self, now: Now, request: Request, from: SocketAddr) {
        let Some(id) = self.session_of(&request) else {
            let request = Box::new(request);
            return self.emit(UaEvent::Ack { request, from });
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Negotiation::Unacknowledged(wait) = &session.negotiation else {
            return;
        };
        if !wait.is_answered_by(request.cseq().0) {
            return;
        }
        let after_ack = wait.after_ack;
        session.negotiation = Negotiation::Idle;
        // An answer that cannot be understood leaves the media as they are.
        let sdp = request.sdp().ok().flatten();
        if sdp.is_some() {
            session.remote_sdp = sdp.clone();
        }
        self.emit(UaEvent::Confirmed { session: id, sdp });
        match after_ack {
            AfterAck::Continue => self.send_queued_offer(now, id),
            AfterAck::HangUp => self.hang_up(now, id),
        }
    }

    /// A CANCEL of an INVITE that has no final response; it is the node's if no session took the
    /// INVITE. A cancelled re-INVITE leaves the session as it was.
    pub(super) fn received_cancel(&mut self, now: Now, server: ServerId) {
        let Some(id) = self.unanswered.remove(&server) else {
            return self.emit(UaEvent::Cancel { server });
        };
        self.endpoint
            .respond_with(now, server, StatusCode::REQUEST_TERMINATED);
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if session.state == SessionState::Established {
            session.negotiation = Negotiation::Idle;
            return self.send_queued_offer(now, id);
        }
        self.remove(id);
        self.emit(UaEvent::Cancelled { session: id });
    }
}

/// Whether the caller understands session descriptions, as everybody does who does not say (§20.1).
fn accepts_sdp(invite: &Request) -> bool {
    let is_sdp = |kind: &str| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        ["application/sdp", "application/*", "*/*"]
            .iter()
            .any(|sdp| sdp.eq_ignore_ascii_case(kind))
    };
    let mut accepted = abilities::options(invite, &crate::Name::ACCEPT).peekable();
    accepted.peek().is_none() || accepted.any(is_sdp)
}

/// The refusal of a request whose body cannot be understood, with what would be (RFC 3261 §21.4.13).
pub(super) fn rejected(request: &Request, error: &SdpError) -> Response {
    let mut refusal = Response::to(request, code_for(error));
    match error {
        SdpError::ContentType(_) => {
            let understood = "application/sdp, multipart/mixed, multipart/alternative";
            refusal.headers.insert(crate::Name::ACCEPT, understood);
        }
        SdpError::Encoding(_) => {
            refusal
                .headers
                .insert(crate::Name::ACCEPT_ENCODING, "identity");
        }
        _ => {}
    }
    refusal
}

/// Whether these headers of the peer's say that it understands UPDATE.
pub(super) fn allows_update(headers: &crate::Headers) -> bool {
    let allowed = headers.get_raw(&crate::Name::ALLOW);
    allowed
        .flat_map(|value| crate::message::field::split(value, b','))
        .any(|method| method == "UPDATE")
}
