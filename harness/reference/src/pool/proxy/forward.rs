//! Passes requests on (RFC 3261 section 16.6).

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use node::Now;
use sip::proxy::{forward_request, hop_to_caller};
use sip::{ClientId, Method, Name, Request, Response, ServerId, StatusCode, Transport, UserAgent};

use super::context::{Branch, Forward};
use super::record_route::RecordRoute;
use crate::config::PoolConfig;
use crate::pool::location::{Hop, Through};

/// How long a forward is kept after its final response, for repeated ones: 64 × T1.
const LINGER: Duration = Duration::from_secs(32);

/// How long an INVITE may go without an answer after it was last heard of: Timer C (section 16.6
/// step 11), which is longer than three minutes.
pub(super) const TIMER_C: Duration = Duration::from_secs(181);

/// The proxy: the requests that were passed on.
#[derive(Debug)]
pub(in crate::pool) struct Proxy {
    /// Where the pool speaks SIP.
    pub(super) local: SocketAddr,
    pub(super) own: RecordRoute,
    /// How long a telephone may be silent.
    next_hop: Duration,
    pub(super) forwards: BTreeMap<ServerId, Forward>,
    pub(super) clients: BTreeMap<ClientId, ServerId>,
    /// When which request has waited for long enough.
    pub(super) due: BTreeSet<(Now, ClientId)>,
}

impl Proxy {
    pub(in crate::pool) fn new(config: &PoolConfig) -> Self {
        Proxy {
            local: config.sip,
            own: RecordRoute::new(config),
            next_hop: config.timing.next_hop,
            forwards: BTreeMap::new(),
            clients: BTreeMap::new(),
            due: BTreeSet::new(),
        }
    }

    /// Forgets what has been done for long enough.
    pub(in crate::pool) fn expire(&mut self, now: Now) {
        let is_kept = |forward: &Forward| forward.done.is_none_or(|done| now.since(done) < LINGER);
        self.forwards.retain(|_, forward| is_kept(forward));
        let forwards = &self.forwards;
        self.clients
            .retain(|_, server| forwards.contains_key(server));
    }

    /// When the next request has waited for long enough.
    pub(in crate::pool) fn deadline(&self) -> Option<Now> {
        self.due.first().map(|(until, _)| *until)
    }

    /// Passes a request on that begins something: to all telephones of whom it is for.
    pub(in crate::pool) fn forward(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        server: ServerId,
        request: Box<Request>,
        hops: &[Hop],
    ) {
        let through = hops.first().map_or(Through::Straight, |hop| hop.through);
        // A partner that is silent is dealt with when it counts as dead.
        let until = match through {
            Through::Straight => now + self.next_hop,
            Through::Partner => now + TIMER_C,
        };
        let caller = hop_to_caller(&request);
        let mut clients = Vec::new();
        for hop in hops {
            let stay = self
                .own
                .uri(request.call_id(), caller, Transport::of(&hop.uri));
            let target = Some(hop.uri.clone());
            match forward_request(&request, target, stay.as_ref(), self.local) {
                Ok((forwarded, along_route)) => {
                    let has_route = forwarded.headers.contains(&Name::ROUTE);
                    let next = along_route.filter(|_| has_route).unwrap_or(hop.next);
                    clients.push(ua.request(now, forwarded, next));
                }
                Err(refusal) => return ua.respond(now, server, *refusal),
            }
        }
        self.add(
            server,
            Forward::new(request, through),
            &clients,
            Some(until),
        );
    }

    fn add(
        &mut self,
        server: ServerId,
        mut forward: Forward,
        clients: &[ClientId],
        until: Option<Now>,
    ) {
        for client in clients {
            forward.open.insert(*client, Branch::default());
            self.clients.insert(*client, server);
        }
        self.forwards.insert(server, forward);
        for client in clients {
            self.set_due(*client, until);
        }
    }

    fn branch(&mut self, client: ClientId) -> Option<&mut Branch> {
        let server = self.clients.get(&client)?;
        self.forwards.get_mut(server)?.open.get_mut(&client)
    }

    pub(super) fn set_due(&mut self, client: ClientId, until: Option<Now>) {
        let Some(branch) = self.branch(client) else {
            return;
        };
        let before = std::mem::replace(&mut branch.until, until);
        if let Some(before) = before {
            self.due.remove(&(before, client));
        }
        self.due.extend(until.map(|until| (until, client)));
    }

    /// Nothing more is awaited of a branch, unless that was so before.
    pub(super) fn close(&mut self, client: ClientId) -> Option<ServerId> {
        self.set_due(client, None);
        let server = *self.clients.get(&client)?;
        let forward = self.forwards.get_mut(&server)?;
        forward.open.remove(&client).map(|_| server)
    }

    /// Passes a request on that belongs to a dialog, along the route that the pool has recorded: it
    /// takes nobody's word for another but its own, whose requests come `from` itself.
    pub(in crate::pool) fn forward_in_dialog(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        server: ServerId,
        (request, from): (Box<Request>, SocketAddr),
    ) {
        let gone = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
        match forward_request(&request, None, None, self.local) {
            Ok((_, next)) if next.is_none_or(|next| next == self.local) => {
                refuse(now, ua, server, &request, gone);
            }
            Ok((forwarded, Some(next))) if self.leads(&request, from, next) => {
                let is_invite = request.method == Method::INVITE;
                let client = ua.request(now, forwarded, next);
                let forward = Forward::new(request, Through::Straight);
                let until = is_invite.then_some(now + TIMER_C);
                self.add(server, forward, &[client], until);
            }
            Ok(_) => refuse(now, ua, server, &request, StatusCode::FORBIDDEN),
            Err(refusal) => ua.respond(now, server, *refusal),
        }
    }

    /// Passes an ACK on. Nobody answers an ACK, so there is nobody to tell if it cannot be.
    pub(in crate::pool) fn forward_ack(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        (request, from): (&Request, SocketAddr),
    ) {
        let forwarded = forward_request(request, None, None, self.local);
        if let Ok((forwarded, Some(next))) = forwarded
            && next != self.local
            && self.leads(request, from, next)
        {
            ua.forward(now, forwarded, next);
        }
    }

    fn leads(&self, request: &Request, from: SocketAddr, next: SocketAddr) -> bool {
        from == self.local || self.own.leads(request, next)
    }

    /// Cancels a request that was passed on, wherever it waits for an answer.
    pub(in crate::pool) fn cancel(&self, now: Now, ua: &mut UserAgent, server: ServerId) {
        let forward = self.forwards.get(&server);
        for client in forward.into_iter().flat_map(|forward| forward.open.keys()) {
            ua.cancel_request(now, *client);
        }
    }

    /// The calls that were passed on to the partner, and that it has not answered.
    pub(in crate::pool) fn unanswered_by_partner(&self) -> Vec<ServerId> {
        self.forwards
            .iter()
            .filter(|(_, forward)| forward.through == Through::Partner && forward.done.is_none())
            .filter(|(_, forward)| forward.request.method == Method::INVITE)
            .map(|(server, _)| *server)
            .collect()
    }

    /// Takes a request back that was passed on, so that it can be routed anew.
    pub(in crate::pool) fn withdraw(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        server: ServerId,
    ) -> Option<Box<Request>> {
        self.cancel(now, ua, server);
        let forward = self.forwards.get(&server)?;
        let clients: Vec<ClientId> = forward.open.keys().copied().collect();
        for client in clients {
            self.close(client);
            self.clients.remove(&client);
        }
        Some(self.forwards.remove(&server)?.request)
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
