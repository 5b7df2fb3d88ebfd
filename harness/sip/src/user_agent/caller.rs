//! How a session begins, seen from the caller (RFC 3261 §13.2).
//!
//! Every 2xx to an INVITE of ours is acknowledged, whatever has become of the session meanwhile,
//! and each time that it comes. Only the first one makes the session; what other 2xx have begun
//! is ended at once.

use node::Now;

use crate::message::{field, name_addr_text};
use crate::{Dialog, Method, Name, Request, Response, Sdp, SdpError, StatusCode};

use super::abilities::Abilities;
use super::agent::{Owner, UserAgent};
use super::callee::allows_update;
use super::event::{ClientId, Failure, Invite, SessionId, Transport, UaEvent};
use super::sent_invite::{InviteKey, InvitePurpose, Offer, Success};
use super::session::{Negotiation, Role, Session, SessionState};
use super::timer::SessionTimer;

impl UserAgent {
    /// Calls. [`UaEvent::Answered`], [`UaEvent::Refused`] or [`UaEvent::Failed`] follows.
    pub fn invite(&mut self, now: Now, invite: Invite) -> SessionId {
        let id = self.next_session();
        let next_hop = invite.next_hop;
        let offer = match invite.sdp {
            Some(_) => Offer::InInvite,
            None => Offer::InSuccess,
        };
        let contact = self.contact(&invite.from.uri, Transport::of(&invite.uri));
        let local_sdp = invite.sdp.clone();
        let request = self.compose_invite(invite, &contact);
        let dialog = Dialog::of_caller(&request, &contact, next_hop);
        self.sent.add(id, InvitePurpose::Initial, offer, &dialog);
        let owner = Owner::Invite(InviteKey::of_last(&dialog));
        let client = self.endpoint.request(now, request, next_hop, owner);
        let state = SessionState::Calling { client };
        let mut session = Session::new(state, Role::Caller, dialog);
        session.local_sdp = local_sdp;
        self.add(id, session);
        id
    }

    /// Gives our call up before it is answered. One of these follows: [`UaEvent::Refused`],
    /// most often with 487; [`UaEvent::Failed`], if there is no final response; or
    /// [`UaEvent::HungUp`], if the answer crossed the CANCEL and had to be ended by a BYE.
    pub fn cancel(&mut self, now: Now, session: SessionId) {
        if let Some(calling) = self.sessions.get_mut(&session)
            && let SessionState::Calling { client } = calling.state
        {
            calling.state = SessionState::Cancelling { client };
            self.endpoint.cancel(now, client);
        }
    }

    fn compose_invite(&mut self, invite: Invite, contact: &str) -> Request {
        let tokens = self.endpoint.tokens();
        let (tag, call_id) = (tokens.tag(), tokens.call_id());
        let mut request = Request::new(Method::INVITE, invite.uri);
        request
            .headers
            .insert(Name::FROM, name_addr_text(&invite.from));
        request.headers.insert(Name::TO, name_addr_text(&invite.to));
        request.headers.insert(Name::CALL_ID, call_id);
        field::add_tag(&mut request.headers, &Name::FROM, &tag);
        request.headers.insert(Name::CSEQ, "1 INVITE");
        self.add_contact_and_abilities(&mut request.headers, contact);
        for (name, value) in invite.headers.iter() {
            request.headers.insert(name.clone(), value.clone());
        }
        match &invite.sdp {
            Some(sdp) => request.set_sdp(sdp),
            None => self.wants_no_early_offer(&mut request.headers),
        }
        request
    }

    /// A response to an INVITE of a session.
    pub(super) fn invite_answered(&mut self, now: Now, key: &InviteKey, response: Response) {
        if response.is_provisional() {
            self.invite_progressed(now, key, &response);
        } else if response.is_success() {
            self.invite_succeeded(now, response);
        } else {
            self.invite_refused(now, key, response);
        }
    }

    /// A 2xx to an INVITE, whether its transaction still runs or not.
    pub(super) fn invite_succeeded(&mut self, now: Now, response: Response) {
        let key = InviteKey::answered_by(&response);
        match self.sent.classify(&key, &response) {
            Success::New => self.invite_succeeded_first(now, &key, &response),
            Success::Retransmitted(ack) => self.endpoint.transmit(ack),
            Success::Ignored => {}
        }
    }

    fn invite_succeeded_first(&mut self, now: Now, key: &InviteKey, response: &Response) {
        let Some(sent) = self.sent.get(key) else {
            return;
        };
        let (id, purpose) = (sent.session, sent.purpose);
        self.sent.set_expiry(now, key.clone());
        match (purpose, self.state(id)) {
            (InvitePurpose::Initial, Some(SessionState::Calling { .. })) => {
                self.establish(now, id, key, response);
            }
            (InvitePurpose::Initial, Some(SessionState::Cancelling { .. })) => {
                self.end_answered_cancel(now, id, key, response);
            }
            (InvitePurpose::Initial, _) => {
                self.acknowledge_and_end(now, key, response, Owner::Nobody);
                self.emit(UaEvent::Forked { session: id });
            }
            (InvitePurpose::Reinvite, _) => self.reinvite_succeeded(now, id, key, response),
        }
    }

    fn establish(&mut self, now: Now, id: SessionId, key: &InviteKey, response: &Response) {
        let tag = response.to_tag().unwrap_or_default();
        let session = self.sessions.get_mut(&id);
        let early = session.and_then(|session| session.early.remove(tag));
        let (early, early_sdp) = early.map_or((None, None), |e| (Some(e.dialog), e.sdp));
        let Ok(sdp) = response.sdp() else {
            self.acknowledge_and_end(now, key, response, Owner::Nobody);
            self.remove(id);
            return self.emit(UaEvent::Refused {
                session: id,
                code: StatusCode::NOT_ACCEPTABLE_HERE,
                headers: response.headers.clone(),
            });
        };
        if let Some(sent) = self.sent.get(key)
            && let Some(session) = self.sessions.get_mut(&id)
        {
            let half = early.as_ref().unwrap_or(&sent.dialog);
            session.dialog = half.joined_by(response);
            session.state = SessionState::Established;
            session.early.clear();
            session.negotiation = Negotiation::Idle;
            session.takes_update = allows_update(&response.headers);
            session.timer = SessionTimer::of_response(now, response)
                .filter(|_| self.abilities == Abilities::Telephone);
        }
        // The answer may have come with a provisional response alone.
        let sdp = sdp.or(early_sdp);
        self.acknowledge_or_wait(id, key, sdp.clone());
        self.emit(UaEvent::Answered { session: id, sdp });
        self.send_queued_offer(now, id);
    }

    /// Acknowledges the 2xx that the session's peer sent; but if it holds an offer, our user
    /// answers that first.
    pub(super) fn acknowledge_or_wait(&mut self, id: SessionId, key: &InviteKey, sdp: Option<Sdp>) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let offered = self.sent.get(key).map(|sent| sent.offer);
        session.negotiation = Negotiation::Idle;
        if sdp.is_some() {
            session.remote_sdp = sdp.clone();
        }
        match (offered, sdp) {
            (Some(Offer::InSuccess), Some(offer)) => {
                let tag = session.dialog.remote_tag().unwrap_or_default();
                self.sent.await_ack(key, tag);
                let key = key.clone();
                session.negotiation = Negotiation::Acknowledging { key, offer };
            }
            _ => {
                let dialog = session.dialog.clone();
                self.send_ack(key, &dialog, None);
            }
        }
    }

    /// The answer crossed our CANCEL: what it began is ended.
    fn end_answered_cancel(
        &mut self,
        now: Now,
        id: SessionId,
        key: &InviteKey,
        response: &Response,
    ) {
        let client = self.acknowledge_and_end(now, key, response, Owner::Bye(id));
        if let Some(session) = self.sessions.get_mut(&id)
            && let Some(client) = client
        {
            session.state = SessionState::HangingUp { client };
        }
    }

    /// Acknowledges a 2xx that comes amiss, refusing what it offers; the dialog that it is in.
    pub(super) fn acknowledge_and_refuse_offer(
        &mut self,
        key: &InviteKey,
        response: &Response,
    ) -> Option<Dialog> {
        let sent = self.sent.get(key)?;
        let dialog = sent.dialog.joined_by(response);
        let refusal = match (sent.offer, response.sdp()) {
            (Offer::InSuccess, Ok(Some(offer))) => {
                Some(offer.refusal(self.endpoint.tokens().number()))
            }
            _ => None,
        };
        self.send_ack(key, &dialog, refusal.as_ref());
        Some(dialog)
    }

    /// Acknowledges a 2xx that comes amiss, and ends what it began.
    fn acknowledge_and_end(
        &mut self,
        now: Now,
        key: &InviteKey,
        response: &Response,
        owner: Owner,
    ) -> Option<ClientId> {
        let mut dialog = self.acknowledge_and_refuse_offer(key, response)?;
        let bye = dialog.request(Method::BYE);
        let id = self.sent.get(key)?.session;
        Some(self.send_within(now, id, bye, dialog.next_hop(), owner))
    }

    /// Acknowledges the 2xx of the peer of `dialog`; the same ACK answers its repetitions.
    pub(super) fn send_ack(&mut self, key: &InviteKey, dialog: &Dialog, sdp: Option<&Sdp>) {
        let mut ack = dialog.ack(key.sequence());
        if let Some(sdp) = sdp {
            ack.set_sdp(sdp);
        }
        // It answers what its INVITE answered, for an ACK cannot be challenged (§22.1).
        for (name, value) in self.sent.authorization(key) {
            ack.headers.insert(name, value);
        }
        let transmit = self.endpoint.send_stateless(ack, dialog.next_hop());
        let tag = dialog.remote_tag().unwrap_or_default();
        self.sent.acknowledged(key, tag, transmit);
    }

    fn invite_refused(&mut self, now: Now, key: &InviteKey, response: Response) {
        let Some(sent) = self.sent.get(key) else {
            return;
        };
        let (id, purpose) = (sent.session, sent.purpose);
        self.sent.set_expiry(now, key.clone());
        if purpose == InvitePurpose::Reinvite {
            return self.reinvite_refused(now, id, &response);
        }
        if self.remove(id).is_some() {
            self.emit(UaEvent::Refused {
                session: id,
                code: response.code,
                headers: response.headers,
            });
        }
    }

    /// An INVITE of a session has no final response.
    pub(super) fn invite_failed(&mut self, now: Now, key: InviteKey, why: Failure) {
        let Some(sent) = self.sent.get(&key) else {
            return;
        };
        let (id, purpose) = (sent.session, sent.purpose);
        self.sent.set_expiry(now, key);
        if purpose == InvitePurpose::Reinvite {
            return self.reinvite_failed(now, id, why);
        }
        if self.remove(id).is_some() {
            self.emit(UaEvent::Failed { session: id, why });
        }
    }
}

/// What to answer to an offer that cannot be understood (RFC 3261 §21.4.13, §21.4.26).
pub(super) fn code_for(error: &SdpError) -> StatusCode {
    match error {
        SdpError::ContentType(_) | SdpError::Encoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        SdpError::Malformed(_) => StatusCode::BAD_REQUEST,
        _ => StatusCode::NOT_ACCEPTABLE_HERE,
    }
}
