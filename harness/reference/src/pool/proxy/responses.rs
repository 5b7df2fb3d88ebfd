//! What becomes of requests that were passed on: their responses go back (RFC 3261 section 16.7), and
//! what has none for too long is given up (sections 16.8 and 16.9).

use node::Now;
use sip::proxy::{forward_response, record_for_caller};
use sip::types::CodeKind;
use sip::{ClientId, Failure, Method, Response, ServerId, StatusCode, Transport, UserAgent};

use super::forward::{Proxy, TIMER_C};

impl Proxy {
    /// Takes a response.
    pub(in crate::pool) fn responded(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        client: ClientId,
        response: &Response,
    ) {
        let Some(server) = self.clients.get(&client).copied() else {
            return;
        };
        match response.code.kind() {
            CodeKind::Provisional => {
                self.is_heard_of(now, client);
                if response.cseq().1 == Method::INVITE {
                    self.set_due(client, Some(now + TIMER_C));
                }
                self.pass_back(now, ua, server, response);
            }
            // Each of an INVITE, also when somebody else has answered before (step 5).
            CodeKind::Success => {
                self.close(client);
                self.pass_back(now, ua, server, response);
                if let Some(forward) = self.forwards.get_mut(&server) {
                    forward.done = Some(now);
                }
                self.cancel(now, ua, server);
            }
            _ => {
                if let Some(refusal) = forward_response(response) {
                    self.refused(now, ua, client, refusal);
                }
            }
        }
    }

    /// A request has reached somebody, who may take some time.
    pub(in crate::pool) fn is_heard_of(&mut self, now: Now, client: ClientId) {
        let server = self.clients.get(&client);
        let forward = server.and_then(|server| self.forwards.get_mut(server));
        let Some(forward) = forward.filter(|forward| forward.request.method == Method::INVITE)
        else {
            return;
        };
        if let Some(branch) = forward.open.get_mut(&client)
            && !std::mem::replace(&mut branch.is_heard_of, true)
        {
            self.set_due(client, Some(now + TIMER_C));
        }
    }

    /// Nobody answers a request.
    pub(in crate::pool) fn failed(
        &mut self,
        now: Now,
        ua: &mut UserAgent,
        client: ClientId,
        why: Failure,
    ) {
        let code = match why {
            Failure::TimedOut => StatusCode::REQUEST_TIMEOUT,
            Failure::Unreachable(_) => StatusCode::SERVICE_UNAVAILABLE,
        };
        let server = self.clients.get(&client);
        let forward = server.and_then(|server| self.forwards.get(server));
        if let Some(forward) = forward.filter(|forward| forward.open.contains_key(&client)) {
            let refusal = Response::to(&forward.request, code);
            self.refused(now, ua, client, refusal);
        }
    }

    fn refused(&mut self, now: Now, ua: &mut UserAgent, client: ClientId, refusal: Response) {
        let Some(server) = self.close(client) else {
            return;
        };
        if refusal.code.into_u16() >= 600 {
            self.cancel(now, ua, server);
        }
        let forward = self.forwards.get_mut(&server);
        if let Some(best) = forward.and_then(|forward| forward.refused(now, refusal)) {
            ua.respond(now, server, best);
        }
    }

    fn pass_back(&self, now: Now, ua: &mut UserAgent, server: ServerId, response: &Response) {
        let forward = self.forwards.get(&server);
        if let (Some(forward), Some(mut response)) = (forward, forward_response(response)) {
            let (own, request) = (&self.own, &forward.request);
            let via = request.top_via();
            let transport = via.map_or(Transport::Udp, |via| via.transport());
            record_for_caller(&mut response, self.local, |callee| {
                own.uri(request.call_id(), callee, transport)
            });
            ua.respond(now, server, response);
        }
    }

    /// Gives up what has waited for long enough: where it has rung, that is cancelled; and where
    /// nothing was heard of it, nothing is expected.
    pub(in crate::pool) fn tick(&mut self, now: Now, ua: &mut UserAgent) {
        while let Some((until, client)) = self.due.first().copied()
            && until <= now
        {
            self.set_due(client, None);
            ua.cancel_request(now, client);
            let server = self.clients.get(&client);
            let forward = server.and_then(|server| self.forwards.get(server));
            let branch = forward.and_then(|forward| forward.open.get(&client));
            if branch.is_some_and(|branch| !branch.is_heard_of) {
                self.failed(now, ua, client, Failure::TimedOut);
            }
        }
    }
}
