//! What the pool passes on as a proxy (RFC 3261 section 16): plain calls between users, calls to
//! a number that its partner serves, and whatever follows in their dialogs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use node::Now;
use sip::proxy::{forward_request, forward_response};
use sip::types::CodeKind;
use sip::{ClientId, Failure, Method, Request, Response, ServerId, SipUri, StatusCode, UserAgent};

use super::location::{Hop, Through};

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

/// The proxy: the requests that were passed on.
#[derive(Debug)]
pub(super) struct Proxy {
    /// Where the pool speaks SIP.
    local: SocketAddr,
    by_client: BTreeMap<ClientId, Forward>,
}

impl Proxy {
    pub(super) fn new(local: SocketAddr) -> Self {
        Proxy {
            local,
            by_client: BTreeMap::new(),
        }
    }

    /// Forgets what has been done for long enough.
    pub(super) fn expire(&mut self, now: Now) {
        self.by_client
            .retain(|_, forward| forward.done.is_none_or(|done| now.since(done) < LINGER));
    }

    /// Passes a request on that begins something.
    pub(super) fn forward(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        server: ServerId,
        request: Box<Request>,
        hop: Hop,
    ) {
        let stay = self.record_route();
        let stay = stay.as_ref().filter(|_| request.method == Method::INVITE);
        let forwarded = forward_request(&request, Some(hop.uri), stay, self.local);
        match forwarded {
            Ok((forwarded, _)) => {
                let client = ua.request(now, forwarded, hop.next);
                let forward = Forward {
                    server,
                    request,
                    through: hop.through,
                    done: None,
                };
                self.by_client.insert(client, forward);
            }
            Err(code) => refuse(now, ua, server, &request, code),
        }
    }

    /// Passes a request on that belongs to a dialog, along its route.
    pub(super) fn forward_in_dialog(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        server: ServerId,
        request: Box<Request>,
    ) {
        match forward_request(&request, None, None, self.local) {
            Ok((forwarded, Some(next))) if next != self.local => {
                let client = ua.request(now, forwarded, next);
                let forward = Forward {
                    server,
                    request,
                    through: Through::Straight,
                    done: None,
                };
                self.by_client.insert(client, forward);
            }
            Ok(_) => {
                let code = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
                refuse(now, ua, server, &request, code);
            }
            Err(code) => refuse(now, ua, server, &request, code),
        }
    }

    /// Passes an ACK on. Nobody answers an ACK, so there is nobody to tell if it cannot be.
    pub(super) fn forward_ack(&mut self, now: Now, ua: &mut UserAgent, request: &Request) {
        let forwarded = forward_request(request, None, None, self.local);
        if let Ok((forwarded, Some(next))) = forwarded
            && next != self.local
        {
            ua.forward(now, forwarded, next);
        }
    }

    /// Passes a response back.
    pub(super) fn forwarded_response(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        client: ClientId,
        response: &Response,
    ) {
        let Some(forward) = self.by_client.get_mut(&client) else {
            return;
        };
        if response.code.kind() != CodeKind::Provisional {
            forward.done = Some(now);
        }
        let server = forward.server;
        if let Some(response) = forward_response(response) {
            ua.respond(now, server, response);
        }
    }

    /// Nobody answered a request that was passed on (section 16.9).
    pub(super) fn forward_failed(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        client: ClientId,
        why: Failure,
    ) {
        let Some(forward) = self.by_client.remove(&client) else {
            return;
        };
        let code = match why {
            Failure::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Failure::Unreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        refuse(now, ua, forward.server, &forward.request, code);
    }

    /// The client has cancelled a request that was passed on.
    pub(super) fn cancel_forward(&mut self, now: Now, ua: &mut UserAgent, server: ServerId) {
        let mut forwards = self.by_client.iter();
        let client =
            forwards.find_map(|(client, forward)| (forward.server == server).then_some(*client));
        if let Some(client) = client {
            ua.cancel_request(now, client);
        }
    }

    /// The calls that were passed on to the partner, and that it has not answered.
    pub(super) fn unanswered_by_partner(&self) -> Vec<ClientId> {
        self.by_client
            .iter()
            .filter(|(_, forward)| forward.through == Through::Partner && forward.done.is_none())
            .filter(|(_, forward)| forward.request.method == Method::INVITE)
            .map(|(client, _)| *client)
            .collect()
    }

    /// Takes a request back that was passed on, so that it can be routed anew.
    pub(super) fn withdraw(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        client: ClientId,
    ) -> Option<(ServerId, Box<Request>)> {
        let forward = self.by_client.remove(&client)?;
        ua.cancel_request(now, client);
        Some((forward.server, forward.request))
    }

    /// The pool's own URI, as it stands in Record-Route.
    fn record_route(&self) -> Option<SipUri> {
        format!("sip:{};lr", self.local).parse().ok()
    }
}

/// Refuses a request.
pub(super) fn refuse(
    now: Now,
    ua: &mut UserAgent,
    server: ServerId,
    request: &Request,
    code: StatusCode,
) {
    ua.respond(now, server, Response::to(request, code));
}
