//! Sessions that end unless they are refreshed (RFC 4028), UPDATE (RFC 3311), and PRACK (RFC 3262).

use node::Now;

use crate::{Method, Request, Response, StatusCode};

use super::abilities::Abilities;
use super::agent::{Owner, UserAgent};
use super::callee::rejected;
use super::event::{EndedBy, Failure, ServerId, SessionId, UaEvent};
use super::reliable;
use super::session::{Negotiation, Reoffer, SessionState};
use super::timer::{self, SessionTimer};

impl UserAgent {
    /// Something of a session is due.
    pub(super) fn session_due(&mut self, now: Now, id: SessionId) {
        self.negotiation_due(now, id);
        self.provisional_due(now, id);
        self.timer_due(now, id);
        self.reschedule(id);
    }

    fn provisional_due(&mut self, now: Now, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let (SessionState::Invited { server }, Some(wait)) =
            (session.state, &mut session.unpracked)
        else {
            return;
        };
        match wait.tick(now) {
            reliable::Due::Nothing => {}
            reliable::Due::Resend => self.endpoint.resend_provisional(server),
            reliable::Due::GiveUp => {
                self.refuse(now, id, StatusCode::SERVER_TIMEOUT);
                self.emit(UaEvent::Cancelled { session: id });
            }
        }
    }

    fn timer_due(&mut self, now: Now, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let (SessionState::Established, Some(timer)) = (session.state, &mut session.timer) else {
            return;
        };
        match timer.tick(now) {
            timer::Due::Nothing => {}
            timer::Due::Refresh => self.refresh(now, id),
            timer::Due::GiveUp => self.end_with_bye(now, id, EndedBy::Expired),
        }
    }

    /// Refreshes a session: by UPDATE if the peer understands it, else by a re-INVITE that changes
    /// nothing.
    fn refresh(&mut self, now: Now, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if !session.takes_update {
            let sdp = session.local_sdp.clone();
            session.queued.get_or_insert_with(|| Reoffer {
                sdp,
                ..Reoffer::default()
            });
            return self.send_queued_offer(now, id);
        }
        let mut update = session.dialog.request(Method::UPDATE);
        let next_hop = session.dialog.next_hop();
        let contact = session.dialog.contact().to_owned();
        if let Some(timer) = &session.timer {
            timer.announce(&mut update.headers);
        }
        self.add_contact_and_abilities(&mut update.headers, &contact);
        self.send_within(now, id, update, next_hop, Owner::Refresh(id));
    }

    /// The answer to an UPDATE of ours.
    pub(super) fn refresh_answered(&mut self, now: Now, id: SessionId, response: &Response) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if response.is_provisional() {
            return;
        }
        if response.is_success() {
            session.dialog = session.dialog.joined_by(response);
            session.timer = SessionTimer::of_response(now, response);
            return self.reschedule(id);
        }
        match response.code {
            StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST => {
                self.remove(id);
                self.end(id, EndedBy::DialogGone);
            }
            StatusCode::REQUEST_TIMEOUT => self.end_with_bye(now, id, EndedBy::DialogGone),
            StatusCode::SESSION_INTERVAL_TOO_SMALL => {
                let timer = session.timer.as_mut();
                if timer.is_some_and(|timer| timer.lengthen(response)) {
                    self.refresh(now, id);
                }
            }
            // Somebody on the way does not understand it after all.
            _ if session.takes_update => {
                session.takes_update = false;
                self.refresh(now, id);
            }
            _ => {}
        }
    }

    /// Nobody answered an UPDATE of ours: the dialog is over (RFC 3261 §12.2.1.2).
    pub(super) fn refresh_failed(&mut self, now: Now, id: SessionId, why: Failure) {
        match why {
            Failure::TimedOut => self.end_with_bye(now, id, EndedBy::DialogGone),
            Failure::Unreachable(_) => {
                if self.remove(id).is_some() {
                    self.end(id, EndedBy::DialogGone);
                }
            }
        }
    }

    /// An UPDATE: it refreshes the session, and with an offer changes it (RFC 3311 §5.2).
    pub(super) fn received_update(
        &mut self,
        now: Now,
        id: SessionId,
        server: ServerId,
        request: &Request,
    ) {
        if let Some(objection) = timer::objection(request) {
            return self.endpoint.respond(now, server, objection);
        }
        let sdp = match request.sdp() {
            Ok(sdp) => sdp,
            Err(error) => {
                return self
                    .endpoint
                    .respond(now, server, rejected(request, &error));
            }
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        if sdp.is_none() {
            let contact = request.contact();
            session.dialog_of(request).refresh_target(contact);
            let mut response = Response::to(request, StatusCode::OK);
            session.timer = SessionTimer::agree(now, request, &mut response);
            let contact = session.dialog.contact().to_owned();
            self.add_contact_and_abilities(&mut response.headers, &contact);
            self.endpoint.respond(now, server, response);
            return self.reschedule(id);
        }
        let is_described = match session.state {
            SessionState::Established => true,
            SessionState::Calling { .. } => {
                let early = request.from_tag().and_then(|tag| session.early.get(tag));
                early.is_some_and(|early| early.sdp.is_some())
            }
            _ => false,
        };
        match (&session.negotiation, session.state) {
            (Negotiation::Idle | Negotiation::BackedOff { .. }, _) if is_described => {
                session.set_offered(server);
                self.unanswered.insert(server, id);
                self.reschedule(id);
                self.emit(UaEvent::Reinvited { session: id, sdp });
            }
            // The peer's own offer is not answered yet.
            (Negotiation::Offered { .. }, _) | (_, SessionState::Invited { .. }) => {
                self.refuse_second(now, server, request);
            }
            _ => {
                let code = StatusCode::REQUEST_PENDING;
                self.endpoint.respond_with(now, server, code);
            }
        }
    }

    /// A PRACK: of our reliable response, or of none.
    pub(super) fn received_prack(
        &mut self,
        now: Now,
        id: SessionId,
        server: ServerId,
        request: &Request,
    ) {
        let session = self.sessions.get_mut(&id);
        let waited = session.and_then(|session| {
            let is_it = |wait: &mut reliable::Unpracked| wait.is_answered_by(request);
            session.unpracked.take_if(is_it)
        });
        let code = match waited {
            Some(_) => StatusCode::OK,
            None => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
        };
        self.endpoint.respond_with(now, server, code);
        self.reschedule(id);
    }

    /// Whether a request is to be answered as a telephone does.
    pub(super) fn is_telephone(&self) -> bool {
        self.abilities == Abilities::Telephone
    }
}
