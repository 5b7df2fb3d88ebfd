//! A host that proxies, as a node would with the crate's plain half.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use node::Now;
use sip::proxy::{forward_request, forward_response};
use sip::{ClientId, Method, Request, Response, ServerId, StatusCode, UaEvent, UserAgent};

/// Passes requests on to its targets (several fork), and stays in the path of their dialogs.
pub(crate) struct Proxy {
    pub(crate) targets: Vec<SocketAddr>,
    pub(crate) own: SocketAddr,
    branches: BTreeMap<ClientId, ServerId>,
}

impl Proxy {
    pub(crate) fn new(own: SocketAddr, targets: &[SocketAddr]) -> Self {
        Proxy {
            targets: targets.to_vec(),
            own,
            branches: BTreeMap::new(),
        }
    }

    pub(crate) fn handle(&mut self, now: Now, agent: &mut UserAgent, event: UaEvent) {
        match event {
            UaEvent::Request {
                server, request, ..
            } => self.forward(now, agent, server, &request),
            UaEvent::Ack { request, .. } => {
                let (ack, next_hop) = self.directed(&request, None);
                agent.forward(now, ack, next_hop);
            }
            UaEvent::Cancel { server } => {
                for (client, _) in self.branches.iter().filter(|(_, s)| **s == server) {
                    agent.cancel_request(now, *client);
                }
            }
            UaEvent::Response { client, response } => {
                if let Some(response) = forward_response(&response) {
                    agent.respond(now, self.branches[&client], response);
                }
            }
            UaEvent::NoResponse { .. } | UaEvent::Pending { .. } => {}
            other => panic!("a proxy has no sessions: {other:?}"),
        }
    }

    fn forward(&mut self, now: Now, agent: &mut UserAgent, server: ServerId, request: &Request) {
        if request.header(&sip::Name::MAX_FORWARDS) == Some("0") {
            let refusal = Response::to(request, StatusCode::TOO_MANY_HOPS);
            return agent.respond(now, server, refusal);
        }
        let targets = if request.is_in_dialog() || request.method != Method::INVITE {
            vec![None]
        } else {
            self.targets.iter().copied().map(Some).collect()
        };
        for target in targets {
            let (forwarded, next_hop) = self.directed(request, target);
            let client = agent.request(now, forwarded, next_hop);
            self.branches.insert(client, server);
        }
    }

    fn directed(&self, request: &Request, target: Option<SocketAddr>) -> (Request, SocketAddr) {
        let target = target.map(|at| sip::uri("target", at));
        let mut own = sip::uri("", self.own);
        own.uri_params
            .push(sip::types::uri::params::Param::name("lr"));
        let (forwarded, next_hop) = forward_request(request, target, Some(&own), self.own).unwrap();
        (forwarded, next_hop.unwrap())
    }
}
