//! How a session is changed, from either side (RFC 3261 §14).

use node::Now;

use crate::{Headers, Method, Name, Request, Response, Sdp, StatusCode};

use super::abilities::Abilities;
use super::agent::{Owner, UserAgent};
use super::callee::{allows_update, rejected};
use super::caller::code_for;
use super::event::{EndedBy, Failure, ServerId, SessionId, UaEvent};
use super::sent_invite::{InviteKey, InvitePurpose, Offer};
use super::session::{Negotiation, Reoffer, Role, SessionState};
use super::timer::{self, SessionTimer};
use super::unacknowledged::Due;

impl UserAgent {
    /// Changes the session: with an offer, or without one to get the peer's (then
    /// [`UaEvent::Reanswered`] carries it and [`acknowledge`](Self::acknowledge) must follow).
    ///
    /// There is one negotiation at a time; while another one runs this one waits, and the last
    /// one that waits counts. When it meets one of the peer's (491) it is tried again, unless another one waits by then.
    pub fn reinvite(&mut self, now: Now, session: SessionId, sdp: Option<Sdp>) {
        self.reinvite_with(now, session, sdp, Headers::new());
    }

    /// Whether a change of the session waits for its turn, or is to be tried again: the next one takes its place.
    pub fn is_change_waiting(&self, session: SessionId) -> bool {
        let session = self.sessions.get(&session);
        session.is_some_and(|session| {
            let is_backed_off = matches!(session.negotiation, Negotiation::BackedOff { .. });
            is_backed_off || session.queued.is_some()
        })
    }

    /// The same, with further headers, which take the place of its own of these names.
    pub fn reinvite_with(
        &mut self,
        now: Now,
        session: SessionId,
        sdp: Option<Sdp>,
        headers: Headers,
    ) {
        let Some(changed) = self.sessions.get_mut(&session) else {
            return;
        };
        if changed.state == SessionState::Established {
            changed.queued = Some(Reoffer { sdp, headers });
            self.send_queued_offer(now, session);
        }
    }

    /// Acknowledges a 2xx that held the peer's offer, with our answer.
    pub fn acknowledge(&mut self, now: Now, session: SessionId, sdp: Option<Sdp>) {
        let Some(answered) = self.sessions.get_mut(&session) else {
            return;
        };
        let Negotiation::Acknowledging { key, .. } = &answered.negotiation else {
            return;
        };
        let (key, dialog) = (key.clone(), answered.dialog.clone());
        answered.negotiation = Negotiation::Idle;
        if sdp.is_some() {
            answered.local_sdp.clone_from(&sdp);
        }
        self.send_ack(&key, &dialog, sdp.as_ref());
        self.send_queued_offer(now, session);
    }

    /// Answers the peer's re-INVITE or UPDATE: with an answer to its offer, or an offer if it had none
    /// ([`UaEvent::Confirmed`] carries the answer); or refuses it, and the session goes on as it
    /// was.
    pub fn answer_reinvite(
        &mut self,
        now: Now,
        session: SessionId,
        answer: Result<Sdp, StatusCode>,
    ) {
        let Some(changed) = self.sessions.get_mut(&session) else {
            return;
        };
        let Negotiation::Offered { server } = changed.negotiation else {
            return;
        };
        let Some(pending) = self.endpoint.pending(server) else {
            return;
        };
        match answer {
            Ok(sdp) => {
                let request = pending.request.clone();
                let offer = request.sdp().ok().flatten();
                if let SessionState::Calling { .. } = changed.state {
                    let early = request
                        .from_tag()
                        .and_then(|tag| changed.early.get_mut(tag));
                    if let Some(early) = early {
                        early.sdp.clone_from(&offer);
                    }
                }
                changed
                    .dialog_of(&request)
                    .refresh_target(request.contact());
                if offer.is_some() {
                    changed.remote_sdp = offer;
                }
                let contact = changed.dialog.contact().to_owned();
                let mut response = Response::to(&request, StatusCode::OK);
                self.add_contact_and_abilities(&mut response.headers, &contact);
                self.agree_on_timer(now, session, server, &mut response);
                if request.method == Method::INVITE {
                    self.succeed(now, session, server, response, &sdp);
                } else {
                    self.answer_update(now, session, server, response, sdp);
                }
            }
            Err(code) => {
                changed.negotiation = Negotiation::Idle;
                self.unanswered.remove(&server);
                self.endpoint.respond_with(now, server, code);
                self.send_queued_offer(now, session);
            }
        }
    }

    /// Answers an UPDATE, which nobody acknowledges.
    fn answer_update(
        &mut self,
        now: Now,
        id: SessionId,
        server: ServerId,
        mut response: Response,
        sdp: Sdp,
    ) {
        response.set_sdp(&sdp);
        self.unanswered.remove(&server);
        self.endpoint.respond(now, server, response);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.negotiation = Negotiation::Idle;
            session.local_sdp = Some(sdp);
        }
        self.send_queued_offer(now, id);
    }

    /// A negotiation is over: the re-INVITE that waited for that is sent now.
    pub(super) fn send_queued_offer(&mut self, now: Now, id: SessionId) {
        if let Some(session) = self.sessions.get_mut(&id)
            && session.negotiation.is_idle()
            && session.state == SessionState::Established
            && let Some(offer) = session.queued.take()
        {
            self.send_reinvite(now, id, offer);
        }
        self.reschedule(id);
    }

    fn send_reinvite(&mut self, now: Now, id: SessionId, offer: Reoffer) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let mut request = session.dialog.request(Method::INVITE);
        let contact = session.dialog.contact().to_owned();
        if let Some(timer) = &session.timer {
            timer.announce(&mut request.headers);
        }
        self.add_contact_and_abilities(&mut request.headers, &contact);
        self.authorize(id, &mut request);
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        for (name, _) in offer.headers.iter() {
            request.headers.remove(name);
        }
        for (name, value) in offer.headers.iter() {
            request.headers.insert(name.clone(), value.clone());
        }
        let place = match &offer.sdp {
            Some(sdp) => {
                request.set_sdp(sdp);
                session.local_sdp = Some(sdp.clone());
                Offer::InInvite
            }
            None => Offer::InSuccess,
        };
        self.sent
            .add(id, InvitePurpose::Reinvite, place, &session.dialog);
        let key = InviteKey::of_last(&session.dialog);
        self.sent.note_authorization(&key, &request);
        let owner = Owner::Invite(key);
        let next_hop = session.dialog.next_hop();
        let client = self.endpoint.request(now, request, next_hop, owner);
        session.negotiation = Negotiation::Offering { client, offer };
    }

    /// A negotiation's deadline has come.
    pub(super) fn negotiation_due(&mut self, now: Now, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        match &mut session.negotiation {
            Negotiation::BackedOff { until, offer } if *until <= now => {
                let refused = std::mem::take(offer);
                // What was asked for since takes its place.
                let offer = session.queued.take().unwrap_or(refused);
                self.send_reinvite(now, id, offer);
            }
            Negotiation::Unacknowledged(wait) => match wait.tick(now) {
                Due::Resend(server) => self.endpoint.resend_success(server),
                Due::GiveUp => return self.unacknowledged(now, id),
                Due::Nothing => {}
            },
            _ => {}
        }
        self.reschedule(id);
    }

    /// The first 2xx to our re-INVITE; it is acknowledged even if the session is over.
    pub(super) fn reinvite_succeeded(
        &mut self,
        now: Now,
        id: SessionId,
        key: &InviteKey,
        response: &Response,
    ) {
        let changed = self
            .sessions
            .get_mut(&id)
            .filter(|session| matches!(session.negotiation, Negotiation::Offering { .. }));
        let Some(session) = changed else {
            self.acknowledge_and_refuse_offer(key, response);
            return;
        };
        session.dialog = session.dialog.joined_by(response);
        session.takes_update |= allows_update(&response.headers);
        session.timer = SessionTimer::of_response(now, response)
            .filter(|_| self.abilities == Abilities::Telephone);
        let (sdp, answer) = match response.sdp() {
            Ok(sdp) => (sdp.clone(), Ok(sdp)),
            Err(error) => (None, Err(code_for(&error))),
        };
        self.acknowledge_or_wait(id, key, sdp);
        self.emit(UaEvent::Reanswered {
            session: id,
            answer,
        });
        self.send_queued_offer(now, id);
    }

    pub(super) fn reinvite_refused(&mut self, now: Now, id: SessionId, response: &Response) {
        let code = response.code;
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let Negotiation::Offering { offer, .. } = &mut session.negotiation else {
            return;
        };
        let timer = session.timer.as_mut();
        if code == StatusCode::SESSION_INTERVAL_TOO_SMALL
            && timer.is_some_and(|timer| timer.lengthen(response))
        {
            let offer = std::mem::take(offer);
            return self.send_reinvite(now, id, offer);
        }
        if code == StatusCode::REQUEST_PENDING {
            let refused = std::mem::take(offer);
            // Where another change waits already, this one is given up for it.
            let next = session.queued.take();
            let is_given_up = next.is_some();
            let offer = next.unwrap_or(refused);
            // The owner of the Call-ID waits longer, so that the two do not meet again (§14.1).
            let wait = match session.role {
                Role::Caller => self.endpoint.tokens().wait(2_100, 4_000),
                Role::Callee => self.endpoint.tokens().wait(0, 2_000),
            };
            let until = now + wait;
            session.negotiation = Negotiation::BackedOff { until, offer };
            if is_given_up {
                let answer = Err(code);
                self.emit(UaEvent::Reanswered {
                    session: id,
                    answer,
                });
            }
            return self.reschedule(id);
        }
        session.negotiation = Negotiation::Idle;
        match code {
            StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST => {
                self.remove(id);
                self.end(id, EndedBy::DialogGone);
            }
            StatusCode::REQUEST_TIMEOUT => self.end_with_bye(now, id, EndedBy::DialogGone),
            code => {
                let answer = Err(code);
                self.emit(UaEvent::Reanswered {
                    session: id,
                    answer,
                });
                self.send_queued_offer(now, id);
            }
        }
    }

    /// Nobody answered our re-INVITE: the dialog is over (§12.2.1.2).
    pub(super) fn reinvite_failed(&mut self, now: Now, id: SessionId, why: Failure) {
        let session = self.sessions.get(&id);
        if !session.is_some_and(|s| matches!(s.negotiation, Negotiation::Offering { .. })) {
            return;
        }
        match why {
            Failure::TimedOut => self.end_with_bye(now, id, EndedBy::DialogGone),
            Failure::Unreachable(_) => {
                self.remove(id);
                self.end(id, EndedBy::DialogGone);
            }
        }
    }

    /// An INVITE within the dialog of a session (§14.2).
    pub(super) fn received_reinvite(
        &mut self,
        now: Now,
        id: SessionId,
        server: ServerId,
        request: &Request,
    ) {
        if self.is_telephone()
            && let Some(objection) = timer::objection(request)
        {
            return self.endpoint.respond(now, server, objection);
        }
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        match session.state {
            SessionState::Established => {}
            SessionState::Invited { .. } => return self.refuse_second(now, server, request),
            _ => {
                let code = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
                return self.endpoint.respond_with(now, server, code);
            }
        }
        match &mut session.negotiation {
            Negotiation::Idle => {}
            Negotiation::BackedOff { offer, .. } => {
                let offer = std::mem::take(offer);
                session.queued.get_or_insert(offer);
            }
            Negotiation::Offered { .. } => return self.refuse_second(now, server, request),
            _ => {
                let code = StatusCode::REQUEST_PENDING;
                return self.endpoint.respond_with(now, server, code);
            }
        }
        let sdp = match request.sdp() {
            Ok(sdp) => sdp,
            Err(error) => {
                session.negotiation = Negotiation::Idle;
                self.endpoint
                    .respond(now, server, rejected(request, &error));
                return self.send_queued_offer(now, id);
            }
        };
        session.negotiation = Negotiation::Offered { server };
        self.unanswered.insert(server, id);
        self.reschedule(id);
        self.emit(UaEvent::Reinvited { session: id, sdp });
    }

    /// The peer's INVITE before this one is not answered yet.
    pub(super) fn refuse_second(&mut self, now: Now, server: ServerId, request: &Request) {
        let wait = self.endpoint.tokens().wait(0, 10_000).as_secs();
        let mut refusal = Response::to(request, StatusCode::SERVER_INTERNAL_ERROR);
        refusal.headers.insert(Name::RETRY_AFTER, wait.to_string());
        self.endpoint.respond(now, server, refusal);
    }
}
