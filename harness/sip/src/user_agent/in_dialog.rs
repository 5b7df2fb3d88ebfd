//! Requests within a session other than INVITE and BYE, and the answers to challenges.

use std::net::SocketAddr;

use bytes::Bytes;
use node::Now;

use crate::authentication::Authentication;
use crate::message::field;
use crate::{Headers, Method, Name, Request, Response, StatusCode};

use super::agent::{Owner, UserAgent};
use super::event::{ClientId, EndedBy, ServerId, SessionId, UaEvent};
use super::sent_invite::InviteKey;
use super::session::{Negotiation, SessionState};

impl UserAgent {
    /// Tells the peer something within the session: a NOTIFY, an INFO. What comes of it is not told.
    pub fn tell(
        &mut self,
        now: Now,
        session: SessionId,
        method: Method,
        headers: &Headers,
        (content_type, body): (&str, Bytes),
    ) {
        let contact = match self.sessions.get(&session) {
            Some(told) if told.state == SessionState::Established => {
                told.dialog.contact().to_owned()
            }
            _ => return,
        };
        let Some(told) = self.sessions.get_mut(&session) else {
            return;
        };
        let mut request = told.dialog.request(method);
        let next_hop = told.dialog.next_hop();
        request.headers.insert(Name::CONTACT, contact);
        for (name, value) in headers.iter() {
            request.headers.insert(name.clone(), value.clone());
        }
        if !body.is_empty() {
            request.set_body(content_type, body);
        }
        self.send_within(now, session, request, next_hop, Owner::Within(session));
    }

    /// Asks whether the peer is there (RFC 3261 §11): [`UaEvent::Alive`] follows if it says anything, and
    /// [`UaEvent::Ended`] if that is that there is no such session.
    pub fn probe(&mut self, now: Now, session: SessionId) {
        if let Some(probed) = self.sessions.get_mut(&session)
            && probed.state == SessionState::Established
        {
            let options = probed.dialog.request(Method::OPTIONS);
            let next_hop = probed.dialog.next_hop();
            self.send_within(now, session, options, next_hop, Owner::Probe(session));
        }
    }

    pub(super) fn probe_answered(&mut self, session: SessionId, code: StatusCode) {
        match code {
            StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST if self.remove(session).is_some() => {
                self.end(session, EndedBy::DialogGone);
            }
            // Somebody on the way says that nobody answers.
            StatusCode::REQUEST_TIMEOUT => {}
            _ => self.emit(UaEvent::Alive { session }),
        }
    }

    /// Sends a request of a session, with an answer to what was asked before.
    pub(super) fn send_within(
        &mut self,
        now: Now,
        id: SessionId,
        mut request: Request,
        next_hop: SocketAddr,
        owner: Owner,
    ) -> ClientId {
        self.authorize(id, &mut request);
        self.endpoint.request(now, request, next_hop, owner)
    }

    /// Answers in a request of a session what was asked before.
    pub(super) fn authorize(&mut self, id: SessionId, request: &mut Request) {
        if let Some(session) = self.sessions.get_mut(&id)
            && let Some(authentication) = &mut session.authentication
        {
            let cnonce = self.endpoint.tokens().tag();
            authentication.authorize(request, &cnonce);
        }
    }

    /// Sends a request of a session again that was challenged, with an answer (RFC 3261 §22.2).
    /// Whether there is one.
    pub(super) fn ask_again(
        &mut self,
        now: Now,
        client: ClientId,
        owner: &Owner,
        challenge: &Response,
    ) -> bool {
        let (StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED) = challenge.code
        else {
            return false;
        };
        let id = match owner {
            Owner::Invite(key) => self.sent.get(key).map(|sent| sent.session),
            Owner::Bye(id) | Owner::Refresh(id) | Owner::Probe(id) | Owner::Within(id) => Some(*id),
            Owner::Plain | Owner::Nobody => None,
        };
        let (Some(id), Some(by)) = (id, &self.credentials) else {
            return false;
        };
        let Some((mut request, next_hop)) = self.endpoint.sent(client) else {
            return false;
        };
        let Some(session) = self.sessions.get_mut(&id) else {
            return false;
        };
        if matches!(session.state, SessionState::Cancelling { .. }) {
            return false;
        }
        let cnonce = self.endpoint.tokens().tag();
        let authentication = session
            .authentication
            .get_or_insert_with(|| Authentication::new(by.clone()));
        if !authentication.retry(challenge, &mut request, &cnonce) {
            return false;
        }
        request.headers.remove_first(&Name::VIA);
        match owner {
            Owner::Invite(key) => self.send_invite_again(now, id, key, request, next_hop),
            owner => {
                let number = session.dialog_of_own(&request).next_sequence();
                renumber(&mut request, number);
                let again = self.endpoint.request(now, request, next_hop, owner.clone());
                if let Owner::Bye(_) = owner {
                    session.state = SessionState::HangingUp { client: again };
                }
            }
        }
        true
    }

    fn send_invite_again(
        &mut self,
        now: Now,
        id: SessionId,
        key: &InviteKey,
        mut request: Request,
        next_hop: SocketAddr,
    ) {
        let (Some(sent), Some(session)) = (self.sent.get(key), self.sessions.get_mut(&id)) else {
            return;
        };
        let (purpose, offer) = (sent.purpose, sent.offer);
        let mut dialog = match session.state {
            SessionState::Calling { .. } => sent.dialog.clone(),
            _ => session.dialog.clone(),
        };
        let number = session.dialog.next_sequence().max(dialog.next_sequence());
        dialog.set_sequence(number);
        renumber(&mut request, number);
        session.dialog = dialog;
        session.early.clear();
        self.sent.set_expiry(now, key.clone());
        self.sent.add(id, purpose, offer, &session.dialog);
        let again = InviteKey::of_last(&session.dialog);
        self.sent.note_authorization(&again, &request);
        let owner = Owner::Invite(again);
        let client = self.endpoint.request(now, request, next_hop, owner);
        if let SessionState::Calling { .. } = session.state {
            session.state = SessionState::Calling { client };
            self.emit(UaEvent::Challenged { session: id });
        } else if let Negotiation::Offering {
            client: offering, ..
        } = &mut session.negotiation
        {
            *offering = client;
        }
    }

    /// A request within a session that is none of the others.
    pub(super) fn received_within(
        &mut self,
        now: Now,
        id: SessionId,
        server: ServerId,
        request: Request,
    ) {
        let is_telephone = self.abilities == super::abilities::Abilities::Telephone;
        match request.method {
            Method::PRACK if is_telephone => self.received_prack(now, id, server, &request),
            Method::UPDATE if is_telephone => self.received_update(now, id, server, &request),
            Method::INFO | Method::MESSAGE | Method::NOTIFY if is_telephone => {
                self.endpoint.respond_with(now, server, StatusCode::OK);
            }
            Method::REFER if is_telephone => self.emit(UaEvent::Referred {
                session: id,
                server,
                request: Box::new(request),
            }),
            _ => self.refuse_method(now, server, &request),
        }
    }
}

/// Gives a request that is sent again its next number.
fn renumber(request: &mut Request, number: u32) {
    let cseq = format!("{number} {}", request.method);
    field::replace(&mut request.headers, &Name::CSEQ, [cseq]);
}
