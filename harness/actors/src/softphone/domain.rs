//! Under which URIs this end and others are known, and by which way requests go to a next hop: as the
//! target's SIP domain has it, or, without one, by addresses alone.

use std::net::SocketAddr;

use sip::{Headers, Name, SipUri};
use target::{Reached, SipDomain};

use super::Softphone;

impl Softphone {
    /// From now on all users are in this domain.
    pub(crate) fn set_domain(&mut self, domain: Option<SipDomain>) {
        self.domain = domain;
    }

    /// The name of the domain.
    pub(crate) fn domain_name(&self) -> Option<&str> {
        self.domain.as_ref().map(|domain| domain.name.as_str())
    }

    /// The URI of `user` at a next hop: in the domain, if that is a pool's. Without a user, the hop's own.
    pub(crate) fn uri(&self, user: &str, at: SocketAddr) -> SipUri {
        let is_pool = self.settings.hops.iter().any(|hop| hop.address == at);
        match self.domain_name() {
            Some(domain) if is_pool => sip::uri_in(domain, user),
            _ => sip::uri(user, at),
        }
    }

    /// This end's own address of record.
    pub(super) fn own_uri(&self) -> SipUri {
        match self.domain_name() {
            Some(domain) => sip::uri_in(domain, &self.spec.user),
            None => sip::uri(&self.spec.user, self.spec.sip_address()),
        }
    }

    /// The Route that a request outside of any dialog takes to `hop` before the hop has said anything.
    pub(crate) fn preloaded_route(&self, hop: SocketAddr) -> Option<String> {
        let reached = self.domain.as_ref()?.reached;
        (reached == Reached::ByRoute).then(|| format!("<sip:{hop};lr>"))
    }

    /// The Routes of an INVITE to `hop`, and where it is sent: as a registration there was told (RFC 3608), else straight.
    pub(super) fn way_to(&self, hop: SocketAddr) -> (Headers, SocketAddr) {
        let mut headers = Headers::new();
        if let Some(route) = self.service_routes.get(&hop) {
            for value in &route.values {
                headers.insert(Name::ROUTE, value.as_str());
            }
            return (headers, route.first.unwrap_or(hop));
        }
        if let Some(route) = self.preloaded_route(hop) {
            headers.insert(Name::ROUTE, route);
        }
        (headers, hop)
    }
}
