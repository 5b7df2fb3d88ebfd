//! Calls that come here, and all other requests outside of a call.

use std::net::SocketAddr;

use model::journal::event::{EndedBy, Event};
use model::topology::Behaviour;
use node::{Now, Outputs};
use sip::{Method, Request, ServerId, SessionId, StatusCode};

use super::Softphone;
use super::calls::{EstablishedCall, IncomingCall};
use super::transfer::Replaces;
use crate::{call_leg, caller_id};

impl Softphone {
    /// A request that belongs to no call.
    pub(super) fn receive_request(
        &mut self,
        now: Now,
        server: ServerId,
        request: &Request,
        from: SocketAddr,
        out: &mut Outputs<Event>,
    ) {
        let code = match request.method {
            _ if request.to_tag().is_some() => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
            Method::INVITE => return self.alert(now, server, request, from, out),
            _ if self.user_agent.refuse_extension(now, server, request) => return,
            // Servers tell telephones of messages that wait and the like without being asked.
            Method::OPTIONS | Method::MESSAGE | Method::NOTIFY => StatusCode::OK,
            // Nobody is to have calls placed from here but by a call.
            Method::REFER => StatusCode::FORBIDDEN,
            Method::INFO | Method::UPDATE | Method::PRACK => {
                StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST
            }
            _ => return self.user_agent.refuse_method(now, server, request),
        };
        self.user_agent
            .respond_with_allow(now, server, request, code);
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
        if let Some(replaces) = Replaces::of(request) {
            return self.replace(now, session, request, &replaces, out);
        }
        let busy = self.busy_with().is_some();
        let leg = self.new_leg();
        out.event(Event::Alerted {
            call: leg.name.clone(),
            caller: caller_id::presented(request),
            identity: caller_id::asserted(request),
            from,
        });
        let (offer, acceptable) = match request.sdp() {
            Ok(Some(offer)) => {
                let acceptable = call_leg::is_acceptable(&offer);
                (Some(offer), acceptable)
            }
            Ok(None) => (None, true),
            Err(_) => (None, false),
        };
        let call = IncomingCall {
            leg,
            accept: None,
            decline: None,
            offer,
        };
        self.incoming.insert(session, call);
        if !acceptable {
            return self.decline(now, session, StatusCode::NOT_ACCEPTABLE_HERE, out);
        }
        if busy {
            return self.decline(now, session, StatusCode::BUSY_HERE, out);
        }
        match self.settings.behaviour {
            Behaviour::AcceptAfter(wait) if wait.get().is_zero() => self.accept(now, session, out),
            Behaviour::AcceptAfter(wait) => self.ring(now, session, Some(now + wait.get())),
            Behaviour::Decline => self.decline(now, session, StatusCode::DECLINE, out),
            Behaviour::DeclineAfter(wait) => {
                if let Some(call) = self.incoming.get_mut(&session) {
                    call.decline = Some(now + wait.get());
                }
            }
            Behaviour::Ignore => self.ring(now, session, None),
        }
    }

    fn ring(&mut self, now: Now, session: SessionId, accept: Option<Now>) {
        if let Some(call) = self.incoming.get_mut(&session) {
            call.accept = accept;
            self.user_agent
                .ring(now, session, StatusCode::RINGING, None);
        }
    }

    pub(super) fn accept(&mut self, now: Now, session: SessionId, out: &mut Outputs<Event>) {
        let rtp = self.media.address();
        let Some(call) = self.incoming.get_mut(&session) else {
            return;
        };
        let own = match &call.offer {
            Some(offer) => call.leg.answer(offer, rtp),
            None => Ok(call.leg.offer(rtp)),
        };
        let Ok(own) = own else {
            return self.decline(now, session, StatusCode::NOT_ACCEPTABLE_HERE, out);
        };
        let Some(IncomingCall { leg, offer, .. }) = self.incoming.remove(&session) else {
            return;
        };
        self.user_agent.answer(now, session, own);
        self.media.open(&leg.name);
        out.event(Event::Accepted {
            call: leg.name.clone(),
        });
        self.established = Some(EstablishedCall::new(session, leg));
        self.described(now, session, offer.as_ref(), out);
    }

    pub(super) fn decline(
        &mut self,
        now: Now,
        session: SessionId,
        code: StatusCode,
        out: &mut Outputs<Event>,
    ) {
        if let Some(call) = self.incoming.remove(&session) {
            self.user_agent.refuse(now, session, code);
            out.event(Event::Declined {
                call: call.leg.name,
                code: code.into_u16(),
            });
        }
    }

    /// The caller gave up before an answer.
    pub(super) fn cancelled(&mut self, session: SessionId, out: &mut Outputs<Event>) {
        if let Some(call) = self.incoming.remove(&session) {
            out.event(Event::Ended {
                call: call.leg.name,
                by: EndedBy::Cancelled,
            });
        }
    }
}
