//! Calls that come here, and whatever else is asked from outside of a call.

use std::net::SocketAddr;

use model::journal::event::{EndedBy, Event};
use model::topology::Behaviour;
use node::{Now, Outputs};
use sip::sdp::Sdp;
use sip::{Method, Name, Request, Response, ServerId, SessionId, StatusCode};

use super::Party;
use crate::address;
use crate::call::Call;

/// The methods that a party understands (RFC 3261 section 20.5).
const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS";

/// A call that came here and is not answered yet.
pub(super) struct Alerted {
    pub(super) call: Call,
    /// When it will be accepted, if it will.
    pub(super) accept: Option<Now>,
    /// What the caller offers; absent if it wants an offer from here.
    offer: Option<Sdp>,
}

impl Party {
    /// A request that belongs to no call.
    pub(super) fn requested(
        &mut self,
        now: Now,
        server: ServerId,
        request: &Request,
        from: SocketAddr,
        out: &mut Outputs<Event>,
    ) {
        let code = match &request.method {
            method if *method == Method::INVITE => {
                return self.alert(now, server, request, from, out);
            }
            _ if request.to_tag().is_some() => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
            method if *method == Method::OPTIONS => StatusCode::OK,
            _ => StatusCode::METHOD_NOT_ALLOWED,
        };
        let mut response = Response::to(request, code);
        response.headers.insert(Name::ALLOW, ALLOW);
        self.user_agent.respond(now, server, response);
    }

    fn alert(
        &mut self,
        now: Now,
        server: ServerId,
        request: &Request,
        from: SocketAddr,
        out: &mut Outputs<Event>,
    ) {
        let Some(session) = self.user_agent.accept_invite(now, server) else {
            return;
        };
        let busy = self.occupied_by().is_some();
        let call = self.new_call();
        out.event(Event::Alerted {
            call: call.name.clone(),
            caller: address::shown_as(request),
            identity: address::asserted(request),
            from,
        });
        let (offer, acceptable) = match request.sdp() {
            Ok(offer) => (offer, true),
            Err(_) => (None, false),
        };
        let accept = None;
        let alerted = Alerted {
            call,
            accept,
            offer,
        };
        self.alerted.insert(session, alerted);
        if !acceptable {
            return self.decline(now, session, StatusCode::NOT_ACCEPTABLE_HERE, out);
        }
        if busy {
            return self.decline(now, session, StatusCode::BUSY_HERE, out);
        }
        match self.habits.behaviour {
            Behaviour::AcceptAfter(wait) if wait.get().is_zero() => self.accept(now, session, out),
            Behaviour::AcceptAfter(wait) => self.ring(now, session, Some(now + wait.get())),
            Behaviour::Decline => self.decline(now, session, StatusCode::DECLINE, out),
            Behaviour::Ignore => self.ring(now, session, None),
        }
    }

    fn ring(&mut self, now: Now, session: SessionId, accept: Option<Now>) {
        if let Some(alerted) = self.alerted.get_mut(&session) {
            alerted.accept = accept;
            self.user_agent
                .ring(now, session, StatusCode::RINGING, None);
        }
    }

    pub(super) fn accept(&mut self, now: Now, session: SessionId, out: &mut Outputs<Event>) {
        let rtp = self.place.rtp_address();
        let Some(alerted) = self.alerted.get_mut(&session) else {
            return;
        };
        let own = match &alerted.offer {
            Some(offer) => alerted.call.answer(offer, rtp),
            None => Ok(alerted.call.offer(rtp)),
        };
        let Ok(own) = own else {
            return self.decline(now, session, StatusCode::NOT_ACCEPTABLE_HERE, out);
        };
        let Some(alerted) = self.alerted.remove(&session) else {
            return;
        };
        self.user_agent.answer(now, session, own);
        self.media.open(&alerted.call.name);
        out.event(Event::Accepted {
            call: alerted.call.name.clone(),
        });
        self.answered = Some((session, alerted.call));
        self.described(now, session, alerted.offer.as_ref(), out);
    }

    pub(super) fn decline(
        &mut self,
        now: Now,
        session: SessionId,
        code: StatusCode,
        out: &mut Outputs<Event>,
    ) {
        if let Some(alerted) = self.alerted.remove(&session) {
            self.user_agent.refuse(now, session, code);
            out.event(Event::Declined {
                call: alerted.call.name,
                code: code.into_u16(),
            });
        }
    }

    /// The caller gave up before an answer.
    pub(super) fn cancelled(&mut self, session: SessionId, out: &mut Outputs<Event>) {
        if let Some(alerted) = self.alerted.remove(&session) {
            out.event(Event::Ended {
                call: alerted.call.name,
                by: EndedBy::Cancelled,
            });
        }
    }
}
