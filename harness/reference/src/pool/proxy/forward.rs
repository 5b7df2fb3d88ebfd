//! The requests that were passed on, and their responses (RFC 3261 sections 16.6 and 16.7).

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use node::Now;
use sip::proxy::{forward_request, forward_response, hop_to_caller, record_for_caller};
use sip::types::CodeKind;
use sip::{
    ClientId, Failure, Method, Name, Request, Response, ServerId, StatusCode, Transport, UserAgent,
};

use super::record_route::RecordRoute;
use crate::config::PoolConfig;
use crate::pool::location::{Hop, Through};

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
pub(in crate::pool) struct Proxy {
    /// Where the pool speaks SIP.
    local: SocketAddr,
    own: RecordRoute,
    by_client: BTreeMap<ClientId, Forward>,
}

impl Proxy {
    pub(in crate::pool) fn new(config: &PoolConfig) -> Self {
        Proxy {
            local: config.sip,
            own: RecordRoute::new(config),
            by_client: BTreeMap::new(),
        }
    }

    /// Forgets what has been done for long enough.
    pub(in crate::pool) fn expire(&mut self, now: Now) {
        self.by_client
            .retain(|_, forward| forward.done.is_none_or(|done| now.since(done) < LINGER));
    }

    /// Passes a request on that begins something.
    pub(in crate::pool) fn forward(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        server: ServerId,
        request: Box<Request>,
        hop: Hop,
    ) {
        let (caller, behind) = (hop_to_caller(&request), Transport::of(&hop.uri));
        let stay = self.own.uri(request.call_id(), caller, behind);
        match forward_request(&request, Some(hop.uri), stay.as_ref(), self.local) {
            Ok((forwarded, along_route)) => {
                let has_route = forwarded.headers.contains(&Name::ROUTE);
                let next = along_route.filter(|_| has_route).unwrap_or(hop.next);
                let client = ua.request(now, forwarded, next);
                self.add(client, server, request, hop.through);
            }
            Err(refusal) => ua.respond(now, server, *refusal),
        }
    }

    fn add(&mut self, client: ClientId, server: ServerId, request: Box<Request>, through: Through) {
        let forward = Forward {
            server,
            request,
            through,
            done: None,
        };
        self.by_client.insert(client, forward);
    }

    /// Passes a request on that belongs to a dialog, along the route that the pool has recorded: it
    /// takes nobody's word for another.
    pub(in crate::pool) fn forward_in_dialog(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        server: ServerId,
        request: Box<Request>,
    ) {
        let gone = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
        match forward_request(&request, None, None, self.local) {
            Ok((_, next)) if next.is_none_or(|next| next == self.local) => {
                refuse(now, ua, server, &request, gone);
            }
            Ok((forwarded, Some(next))) if self.own.leads(&request, next) => {
                let client = ua.request(now, forwarded, next);
                self.add(client, server, request, Through::Straight);
            }
            Ok(_) => refuse(now, ua, server, &request, StatusCode::FORBIDDEN),
            Err(refusal) => ua.respond(now, server, *refusal),
        }
    }

    /// Passes an ACK on. Nobody answers an ACK, so there is nobody to tell if it cannot be.
    pub(in crate::pool) fn forward_ack(&mut self, now: Now, ua: &mut UserAgent, request: &Request) {
        let forwarded = forward_request(request, None, None, self.local);
        if let Ok((forwarded, Some(next))) = forwarded
            && next != self.local
            && self.own.leads(request, next)
        {
            ua.forward(now, forwarded, next);
        }
    }

    /// Passes a response back.
    pub(in crate::pool) fn forwarded_response(
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
        if let Some(mut response) = forward_response(response) {
            let (own, before) = (&self.own, &forward.request);
            let transport = before
                .top_via()
                .map_or(Transport::Udp, |via| via.transport());
            record_for_caller(&mut response, self.local, |callee| {
                own.uri(before.call_id(), callee, transport)
            });
            ua.respond(now, forward.server, response);
        }
    }

    /// Nobody answered a request that was passed on (section 16.9).
    pub(in crate::pool) fn forward_failed(
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
    pub(in crate::pool) fn cancel_forward(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        server: ServerId,
    ) {
        let mut forwards = self.by_client.iter();
        let client =
            forwards.find_map(|(client, forward)| (forward.server == server).then_some(*client));
        if let Some(client) = client {
            ua.cancel_request(now, client);
        }
    }

    /// The calls that were passed on to the partner, and that it has not answered.
    pub(in crate::pool) fn unanswered_by_partner(&self) -> Vec<ClientId> {
        self.by_client
            .iter()
            .filter(|(_, forward)| forward.through == Through::Partner && forward.done.is_none())
            .filter(|(_, forward)| forward.request.method == Method::INVITE)
            .map(|(client, _)| *client)
            .collect()
    }

    /// Takes a request back that was passed on, so that it can be routed anew.
    pub(in crate::pool) fn withdraw(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        client: ClientId,
    ) -> Option<(ServerId, Box<Request>)> {
        let forward = self.by_client.remove(&client)?;
        ua.cancel_request(now, client);
        Some((forward.server, forward.request))
    }
}

/// Refuses a request.
pub(in crate::pool) fn refuse(
    now: Now,
    ua: &mut UserAgent,
    server: ServerId,
    request: &Request,
    code: StatusCode,
) {
    ua.respond(now, server, Response::to(request, code));
}
