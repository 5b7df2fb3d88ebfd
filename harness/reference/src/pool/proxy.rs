//! What the pool passes on as a proxy (RFC 3261 section 16): plain calls between users, calls to
//! a number that its partner serves, and whatever follows in their dialogs.

use std::collections::BTreeMap;
use std::time::Duration;

use node::Now;
use sip::proxy::{forward_request, forward_response};
use sip::types::CodeKind;
use sip::{ClientId, Failure, Method, Request, Response, ServerId, SipUri, StatusCode};

use super::core::Core;
use super::reach::{Hop, Through};
use super::turn::Turn;

/// How long a forward is kept after its final response, for repeated ones: 64 × T1.
const LINGER: Duration = Duration::from_secs(32);

/// A request that was passed on.
#[derive(Debug)]
struct Forward {
    server: ServerId,
    request: Box<Request>,
    through: Through,
    /// When the final response was passed back.
    done: Option<Now>,
}

/// The requests that were passed on.
#[derive(Debug, Default)]
pub(super) struct Forwards {
    by_client: BTreeMap<ClientId, Forward>,
}

impl Forwards {
    /// Forgets what has been done for long enough.
    pub(super) fn expire(&mut self, now: Now) {
        self.by_client
            .retain(|_, forward| forward.done.is_none_or(|done| now.since(done) < LINGER));
    }

    fn client_of(&self, server: ServerId) -> Option<ClientId> {
        let mut forwards = self.by_client.iter();
        forwards.find_map(|(client, forward)| (forward.server == server).then_some(*client))
    }
}

impl Core {
    /// Passes a request on that begins something.
    pub(super) fn forward(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        request: Box<Request>,
        hop: Hop,
    ) {
        let stay = self.record_route();
        let stay = stay.as_ref().filter(|_| request.method == Method::INVITE);
        let forwarded = forward_request(&request, Some(hop.uri), stay, self.config.sip);
        match forwarded {
            Ok((forwarded, _)) => {
                let client = self.ua.request(turn.now, forwarded, hop.next);
                let forward = Forward {
                    server,
                    request,
                    through: hop.through,
                    done: None,
                };
                self.forwards.by_client.insert(client, forward);
            }
            Err(code) => self.refuse(turn, server, &request, code),
        }
    }

    /// Passes a request on that belongs to a dialog, along its route.
    pub(super) fn forward_in_dialog(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        request: Box<Request>,
    ) {
        match forward_request(&request, None, None, self.config.sip) {
            Ok((forwarded, Some(next))) if next != self.config.sip => {
                let client = self.ua.request(turn.now, forwarded, next);
                let forward = Forward {
                    server,
                    request,
                    through: Through::Straight,
                    done: None,
                };
                self.forwards.by_client.insert(client, forward);
            }
            Ok(_) => {
                let code = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
                self.refuse(turn, server, &request, code);
            }
            Err(code) => self.refuse(turn, server, &request, code),
        }
    }

    /// Passes an ACK on. Nobody answers an ACK, so there is nobody to tell if it cannot be.
    pub(super) fn forward_ack(&mut self, turn: &mut Turn<'_>, request: &Request) {
        let forwarded = forward_request(request, None, None, self.config.sip);
        if let Ok((forwarded, Some(next))) = forwarded
            && next != self.config.sip
        {
            self.ua.forward(turn.now, forwarded, next);
        }
    }

    /// Passes a response back.
    pub(super) fn forwarded_response(
        &mut self,
        turn: &mut Turn<'_>,
        client: ClientId,
        response: &Response,
    ) {
        let Some(forward) = self.forwards.by_client.get_mut(&client) else {
            return;
        };
        if response.code.kind() != CodeKind::Provisional {
            forward.done = Some(turn.now);
        }
        let server = forward.server;
        if let Some(response) = forward_response(response) {
            self.ua.respond(turn.now, server, response);
        }
    }

    /// Nobody answered a request that was passed on (section 16.9).
    pub(super) fn forward_failed(&mut self, turn: &mut Turn<'_>, client: ClientId, why: Failure) {
        let Some(forward) = self.forwards.by_client.remove(&client) else {
            return;
        };
        let code = match why {
            Failure::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Failure::Unreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        self.refuse(turn, forward.server, &forward.request, code);
    }

    /// The client has cancelled a request that was passed on.
    pub(super) fn cancel_forward(&mut self, turn: &mut Turn<'_>, server: ServerId) {
        if let Some(client) = self.forwards.client_of(server) {
            self.ua.cancel_request(turn.now, client);
        }
    }

    /// The partner is dead: calls that were passed on to it, and that it has not answered, are
    /// routed anew, for now there may be another way.
    pub(super) fn stop_forwarding_to_partner(&mut self, turn: &mut Turn<'_>) {
        let forwards = &mut self.forwards.by_client;
        let lost: Vec<ClientId> = forwards
            .iter()
            .filter(|(_, forward)| forward.through == Through::Partner && forward.done.is_none())
            .filter(|(_, forward)| forward.request.method == Method::INVITE)
            .map(|(client, _)| *client)
            .collect();
        for client in lost {
            let Some(forward) = self.forwards.by_client.remove(&client) else {
                continue;
            };
            self.ua.cancel_request(turn.now, client);
            self.route_invite(turn, forward.server, forward.request);
        }
    }

    /// Refuses a request.
    pub(super) fn refuse(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        request: &Request,
        code: StatusCode,
    ) {
        let response = Response::to(request, code);
        self.ua.respond(turn.now, server, response);
    }

    /// The pool's own URI, as it stands in Record-Route.
    fn record_route(&self) -> Option<SipUri> {
        format!("sip:{};lr", self.config.sip).parse().ok()
    }
}
