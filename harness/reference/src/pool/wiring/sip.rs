//! Which event of the SIP layer goes where.

use std::net::SocketAddr;

use sip::{Method, Name, Request, Response, ServerId, StatusCode, UaEvent};

use super::parts::{ALLOW, Parts};
use crate::mutant::Mutant;
use crate::pool::dialect;
use crate::pool::location::Route;
use crate::pool::proxy;
use crate::pool::refusals;
use crate::pool::turn::Turn;
use crate::recognition::is_of_a_probe;

impl Parts {
    /// Carries out what the SIP layer wants, and takes what it tells, until there is no more.
    pub(super) fn signal(&mut self, turn: &mut Turn<'_>) {
        loop {
            let port = self.sip_port();
            while let Some(transmit) = self.ua.poll_transmit() {
                let bytes = match self.config.variant {
                    Some(variant) => dialect::written(variant, self.config.sip, transmit.bytes),
                    None => transmit.bytes,
                };
                turn.datagram(port, transmit.to, bytes);
            }
            let Some(event) = self.ua.poll_event() else {
                return;
            };
            self.on_sip(turn, event);
        }
    }

    fn on_sip(&mut self, turn: &mut Turn<'_>, event: UaEvent) {
        let now = turn.now;
        match event {
            UaEvent::Request {
                server,
                request,
                from,
            } => self.on_request(turn, server, request, from),
            UaEvent::Ack { request, from } => {
                let proxy = &mut self.proxy;
                proxy.forward_ack(now, &mut self.ua, (&request, from));
            }
            UaEvent::Cancel { server } => self.proxy.cancel(now, &mut self.ua, server),
            UaEvent::Response { client, response } => {
                self.proxy.responded(now, &mut self.ua, client, &response);
            }
            UaEvent::Pending { client } => self.proxy.is_heard_of(now, client),
            UaEvent::NoResponse { client, why } => {
                self.proxy.failed(now, &mut self.ua, client, why);
            }
            UaEvent::Malformed { from, error } => {
                turn.log(format!("what {from} sent is no SIP: {error}"));
            }
            session => self.with_calls(turn, |calls, cx| calls.session_event(cx, session)),
        }
    }

    fn on_request(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        request: Box<Request>,
        from: SocketAddr,
    ) {
        if request.is_in_dialog() {
            let proxy = &mut self.proxy;
            return proxy.forward_in_dialog(turn.now, &mut self.ua, server, (request, from));
        }
        if request.method == Method::INVITE {
            return match self.pace.admits(turn.now) {
                true => self.route_invite(turn, server, request),
                false => {
                    let refusal = Response::overloaded(&request);
                    self.ua.respond(turn.now, server, refusal);
                }
            };
        }
        if is_of_a_probe(request.call_id()) {
            self.serving.probed();
        }
        if request.method == Method::BYE {
            let gone = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
            proxy::refuse(turn.now, &mut self.ua, server, &request, gone);
        } else if request.method != Method::REGISTER {
            let mut refusal = Response::to(&request, sip::refusal_of(&request.method));
            refusal.headers.insert(Name::ALLOW, ALLOW);
            self.ua.respond(turn.now, server, refusal);
        } else if !self.ua.refuse_merged(turn.now, server)
            && !self.ua.refuse_extension(turn.now, server, &request)
        {
            let response = self.register(turn, &request);
            self.ua.respond(turn.now, server, response);
        }
    }

    fn register(&mut self, turn: &mut Turn<'_>, request: &Request) -> Response {
        let (serving, storage) = (&self.serving, &self.storage);
        let registration = self.registrar.register(turn.now, request, serving, storage);
        if let Some(user) = registration.left
            && self.config.has(Mutant::WithdrawalEndsCalls)
        {
            self.with_calls(turn, |calls, cx| calls.end_calls_of(cx, &user));
        }
        if let Some(user) = registration.arrived {
            if self.config.has(Mutant::RegistrationEndsCalls) {
                self.with_calls(turn, |calls, cx| calls.end_calls_of(cx, &user));
            }
            self.with_calls(turn, |calls, cx| calls.agent_arrives(cx, &user));
        }
        registration.response
    }

    /// Serves a call, or passes it on.
    pub(super) fn route_invite(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        request: Box<Request>,
    ) {
        let now = turn.now;
        match self.location().route(now, &request) {
            Route::Serve(workflow) => self.with_calls(turn, |calls, cx| {
                calls.serve_call(cx, server, &request, &workflow);
            }),
            Route::Forward(hops) => self
                .proxy
                .forward(now, &mut self.ua, server, request, &hops),
            Route::Refuse(code) => proxy::refuse(now, &mut self.ua, server, &request, code),
            Route::Closed => {
                let refusal = refusals::of_call(&self.config, &request);
                self.ua.respond(now, server, refusal);
            }
        }
    }
}
