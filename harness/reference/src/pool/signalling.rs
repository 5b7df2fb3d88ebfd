//! Which event of the SIP layer goes where.

use sip::{Method, Name, Request, Response, ServerId, StatusCode, UaEvent};

use super::core::{ALLOW, Core};
use super::reach::{Reach, Serving};
use super::register::user_of;
use super::turn::Turn;

impl Core {
    /// Carries out what the SIP layer wants, and takes what it tells, until there is no more.
    pub(super) fn signal(&mut self, turn: &mut Turn<'_>) {
        loop {
            let port = self.sip_port();
            while let Some(transmit) = self.ua.poll_transmit() {
                turn.out.datagram(port, transmit.to, transmit.bytes);
            }
            let Some(event) = self.ua.poll_event() else {
                return;
            };
            self.on_sip(turn, event);
        }
    }

    fn on_sip(&mut self, turn: &mut Turn<'_>, event: UaEvent) {
        match event {
            UaEvent::Request {
                server, request, ..
            } => self.on_request(turn, server, request),
            UaEvent::Ack { request, .. } => self.forward_ack(turn, &request),
            UaEvent::Cancel { server } => self.cancel_forward(turn, server),
            UaEvent::Response { client, response } => {
                self.forwarded_response(turn, client, &response);
            }
            UaEvent::NoResponse { client, why } => self.forward_failed(turn, client, why),
            UaEvent::Progress { session, .. } => self.progress(turn, session),
            UaEvent::Answered { session, sdp } => self.answered(turn, session, sdp),
            UaEvent::Refused { session, code, .. } => self.alert_refused(turn, session, code),
            UaEvent::Failed { session, .. } => self.alert_failed(turn, session),
            UaEvent::Confirmed { session, sdp } => self.confirmed(turn, session, sdp),
            UaEvent::Reinvited { session, sdp } => self.reinvited(turn, session, sdp),
            UaEvent::Reanswered { session, answer } => self.reanswered(turn, session, answer),
            UaEvent::Cancelled { session } | UaEvent::Ended { session, .. } => {
                self.leg_ended(turn, session);
            }
            UaEvent::Malformed { from, error } => {
                turn.log(format!("what {from} sent is no SIP: {error}"));
            }
            UaEvent::HungUp { .. } | UaEvent::Forked { .. } => {}
        }
    }

    fn on_request(&mut self, turn: &mut Turn<'_>, server: ServerId, request: Box<Request>) {
        if request.is_in_dialog() {
            return self.forward_in_dialog(turn, server, request);
        }
        if request.method == Method::INVITE {
            return self.route_invite(turn, server, request);
        }
        let response = if request.method == Method::REGISTER {
            self.register(turn, &request)
        } else {
            let mut refusal = Response::to(&request, StatusCode::METHOD_NOT_ALLOWED);
            refusal.headers.insert(Name::ALLOW, ALLOW);
            refusal
        };
        self.ua.respond(turn.now, server, response);
    }

    /// Serves a call, or passes it on.
    pub(super) fn route_invite(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        request: Box<Request>,
    ) {
        if self.is_closed() {
            return self.refuse(turn, server, &request, StatusCode::SERVICE_UNAVAILABLE);
        }
        let serving = match user_of(&request.uri) {
            Some(user) if self.foreign_address(&request.uri).is_none() => self.serving(&user),
            _ => Serving::NoGroup,
        };
        let hop = match serving {
            Serving::Here(workflow) => return self.serve_call(turn, server, &request, &workflow),
            Serving::Partner(hop) => hop,
            Serving::Nobody => {
                let code = StatusCode::TEMPORARILY_UNAVAILABLE;
                return self.refuse(turn, server, &request, code);
            }
            Serving::NoGroup => match self.reach_uri(&request.uri, turn.now) {
                Reach::At(hop) => hop,
                Reach::Unreachable => {
                    let code = StatusCode::TEMPORARILY_UNAVAILABLE;
                    return self.refuse(turn, server, &request, code);
                }
                Reach::Unknown => {
                    return self.refuse(turn, server, &request, StatusCode::NOT_FOUND);
                }
            },
        };
        // What the partner has passed on is not passed back to it.
        if self.came_from(&request, &hop) {
            let code = StatusCode::TEMPORARILY_UNAVAILABLE;
            return self.refuse(turn, server, &request, code);
        }
        self.forward(turn, server, request, hop);
    }

    fn came_from(&self, request: &Request, hop: &super::reach::Hop) -> bool {
        let via = request.top_via();
        let source = via.map(|via| via.response_address());
        hop.through == super::reach::Through::Partner && source == Some(Some(hop.next))
    }
}
