//! The requests that were passed on, and their responses (RFC 3261 sections 16.6 and 16.7).

use std::collections::{BTreeMap, BTreeSet};
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

/// How long an INVITE may go without an answer after it was last heard of: Timer C (section 16.6
/// step 11), which is longer than three minutes.
const TIMER_C: Duration = Duration::from_secs(181);

/// A request that was passed on.
#[derive(Debug)]
struct Forward {
    server: ServerId,
    request: Box<Request>,
    through: Through,
    /// Whether anything was heard of it: a provisional response, 100 at least.
    is_heard_of: bool,
    /// Until when it may wait for that, or for an answer.
    until: Option<Now>,
    /// When the final response was passed back.
    done: Option<Now>,
}

/// The proxy: the requests that were passed on.
#[derive(Debug)]
pub(in crate::pool) struct Proxy {
    /// Where the pool speaks SIP.
    local: SocketAddr,
    own: RecordRoute,
    /// How long a telephone may be silent.
    next_hop: Duration,
    by_client: BTreeMap<ClientId, Forward>,
    /// When which request has waited for long enough.
    due: BTreeSet<(Now, ClientId)>,
}

impl Proxy {
    pub(in crate::pool) fn new(config: &PoolConfig) -> Self {
        Proxy {
            local: config.sip,
            own: RecordRoute::new(config),
            next_hop: config.timing.next_hop,
            by_client: BTreeMap::new(),
            due: BTreeSet::new(),
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
                // A partner that is silent is dealt with when it counts as dead.
                let until = match hop.through {
                    Through::Straight => now + self.next_hop,
                    Through::Partner => now + TIMER_C,
                };
                self.add(client, server, request, hop.through);
                self.set_due(client, Some(until));
            }
            Err(refusal) => ua.respond(now, server, *refusal),
        }
    }

    fn add(&mut self, client: ClientId, server: ServerId, request: Box<Request>, through: Through) {
        let forward = Forward {
            server,
            request,
            through,
            is_heard_of: false,
            until: None,
            done: None,
        };
        self.by_client.insert(client, forward);
    }

    fn set_due(&mut self, client: ClientId, until: Option<Now>) {
        let Some(forward) = self.by_client.get_mut(&client) else {
            return;
        };
        let before = std::mem::replace(&mut forward.until, until);
        if let Some(before) = before {
            self.due.remove(&(before, client));
        }
        self.due.extend(until.map(|until| (until, client)));
    }

    fn remove(&mut self, client: ClientId) -> Option<Forward> {
        self.set_due(client, None);
        self.by_client.remove(&client)
    }

    /// When the next request has waited for long enough.
    pub(in crate::pool) fn deadline(&self) -> Option<Now> {
        self.due.first().map(|(until, _)| *until)
    }

    /// Gives up what has waited for long enough (section 16.8): who has rung is told so, and of whom
    /// nothing was heard, nothing is expected.
    pub(in crate::pool) fn tick(&mut self, now: Now, ua: &mut UserAgent) {
        while let Some((until, client)) = self.due.first().copied()
            && until <= now
        {
            self.set_due(client, None);
            match self.by_client.get(&client) {
                Some(forward) if forward.is_heard_of => ua.cancel_request(now, client),
                _ => {
                    ua.cancel_request(now, client);
                    self.forward_failed(now, ua, client, Failure::TimedOut);
                }
            }
        }
    }

    /// A request has reached somebody, who may take some time.
    pub(in crate::pool) fn reached(&mut self, now: Now, client: ClientId) {
        if let Some(forward) = self.by_client.get_mut(&client)
            && forward.request.method == Method::INVITE
            && !forward.is_heard_of
        {
            forward.is_heard_of = true;
            self.set_due(client, Some(now + TIMER_C));
        }
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
                let is_invite = request.method == Method::INVITE;
                let client = ua.request(now, forwarded, next);
                self.add(client, server, request, Through::Straight);
                self.set_due(client, is_invite.then_some(now + TIMER_C));
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
        let is_final = response.code.kind() != CodeKind::Provisional;
        let is_invite = response.cseq().1 == Method::INVITE;
        let until = (is_invite && !is_final).then_some(now + TIMER_C);
        self.set_due(client, until);
        let Some(forward) = self.by_client.get_mut(&client) else {
            return;
        };
        forward.is_heard_of = true;
        if is_final {
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
        let Some(forward) = self.remove(client) else {
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
        let forward = self.remove(client)?;
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
