//! How a session ends (RFC 3261 §15).

use node::Now;

use crate::{Method, StatusCode};

use super::agent::{Owner, UserAgent};
use super::event::{Confirmation, EndedBy, Failure, ServerId, SessionId, UaEvent};
use super::session::{Negotiation, SessionState};
use super::unacknowledged::AfterAck;

impl UserAgent {
    /// Ends the session, however far it has come: an answered one by a BYE
    /// ([`UaEvent::HungUp`] follows), our call like [`cancel`](Self::cancel), a call to us like
    /// [`refuse`](Self::refuse) with 480.
    ///
    /// When our 2xx has not been acknowledged, the BYE waits for that (§15).
    pub fn hang_up(&mut self, now: Now, session: SessionId) {
        match self.state(session) {
            Some(SessionState::Calling { .. }) => self.cancel(now, session),
            Some(SessionState::Invited { .. }) => {
                self.refuse(now, session, StatusCode::TEMPORARILY_UNAVAILABLE);
            }
            Some(SessionState::Established) => self.hang_up_established(now, session),
            _ => {}
        }
    }

    /// Forgets the session without a word on the wire, as if this end had died. Nothing follows;
    /// not even late answers are acknowledged.
    pub fn drop_session(&mut self, session: SessionId) {
        let Some(dropped) = self.remove(session) else {
            return;
        };
        self.sent.forget(session);
        if let SessionState::Calling { client }
        | SessionState::Cancelling { client }
        | SessionState::HangingUp { client } = dropped.state
        {
            self.endpoint.abandon(client);
        }
        if let Negotiation::Offering { client, .. } = dropped.negotiation {
            self.endpoint.abandon(client);
        }
    }

    fn hang_up_established(&mut self, now: Now, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        match &mut session.negotiation {
            Negotiation::Unacknowledged(wait) => return wait.after_ack = AfterAck::HangUp,
            Negotiation::Acknowledging { key, offer } => {
                let refusal = offer.refusal(self.endpoint.tokens().number());
                let (key, dialog) = (key.clone(), session.dialog.clone());
                self.send_ack(&key, &dialog, Some(&refusal));
            }
            Negotiation::Offered { server } => {
                let server = *server;
                self.terminate_invite(now, server);
            }
            Negotiation::Idle | Negotiation::Offering { .. } | Negotiation::BackedOff { .. } => {}
        }
        self.send_bye(now, id);
    }

    fn send_bye(&mut self, now: Now, id: SessionId) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let bye = session.dialog.request(Method::BYE);
        let next_hop = session.dialog.next_hop();
        let client = self.send_within(now, id, bye, next_hop, Owner::Bye(id));
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        session.state = SessionState::HangingUp { client };
        session.negotiation = Negotiation::Idle;
        session.queued = None;
        session.timer = None;
        self.reschedule(id);
    }

    /// Ends an INVITE of the peer's that was overtaken by the session's end (§15.1.2).
    fn terminate_invite(&mut self, now: Now, server: ServerId) {
        self.unanswered.remove(&server);
        self.endpoint
            .respond_with(now, server, StatusCode::REQUEST_TERMINATED);
    }

    /// Nobody acknowledged our 2xx for 64 × T1 (§13.3.1.4).
    pub(super) fn unacknowledged(&mut self, now: Now, id: SessionId) {
        let session = self.sessions.get(&id);
        let after_ack = session.and_then(|session| match &session.negotiation {
            Negotiation::Unacknowledged(wait) => Some(wait.after_ack),
            _ => None,
        });
        match after_ack {
            Some(AfterAck::Continue) => self.end_with_bye(now, id, EndedBy::NoAck),
            Some(AfterAck::HangUp) => self.send_bye(now, id),
            None => {}
        }
    }

    /// Ends a session that the peer seems to have left, with a BYE in case that it has not.
    pub(super) fn end_with_bye(&mut self, now: Now, id: SessionId, why: EndedBy) {
        let Some(session) = self.sessions.get_mut(&id) else {
            return;
        };
        let bye = session.dialog.request(Method::BYE);
        let next_hop = session.dialog.next_hop();
        self.send_within(now, id, bye, next_hop, Owner::Nobody);
        self.remove(id);
        self.end(id, why);
    }

    pub(super) fn end(&mut self, session: SessionId, why: EndedBy) {
        self.emit(UaEvent::Ended { session, why });
    }

    /// A BYE within the dialog of a session.
    pub(super) fn received_bye(&mut self, now: Now, id: SessionId, server: ServerId) {
        let Some(session) = self.sessions.get(&id) else {
            return;
        };
        let event = match session.state {
            // A callee that has not answered ends nothing (§15).
            SessionState::Calling { .. } | SessionState::Cancelling { .. } => {
                let code = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
                return self.endpoint.respond_with(now, server, code);
            }
            SessionState::Invited { server: invite } => {
                self.terminate_invite(now, invite);
                UaEvent::Cancelled { session: id }
            }
            SessionState::Established => {
                if let Negotiation::Offered { server: invite } = session.negotiation {
                    self.terminate_invite(now, invite);
                }
                let why = EndedBy::Bye;
                UaEvent::Ended { session: id, why }
            }
            // The two have crossed: both ends know.
            SessionState::HangingUp { .. } => hung_up(id, Confirmation::Answered),
        };
        self.endpoint.respond_with(now, server, StatusCode::OK);
        self.remove(id);
        self.emit(event);
    }

    pub(super) fn bye_answered(&mut self, id: SessionId) {
        if self.remove(id).is_some() {
            self.emit(hung_up(id, Confirmation::Answered));
        }
    }

    pub(super) fn bye_failed(&mut self, id: SessionId, why: Failure) {
        if self.remove(id).is_some() {
            self.emit(hung_up(id, Confirmation::Failure(why)));
        }
    }
}

fn hung_up(session: SessionId, confirmed: Confirmation) -> UaEvent {
    UaEvent::HungUp { session, confirmed }
}
