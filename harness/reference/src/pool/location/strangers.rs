//! Who may call whomever it likes: a telephone that is registered here, who is configured, and the
//! partner. Everybody else is a stranger, who reaches the pools' own numbers, groups and users, and
//! nobody besides: a proxy that sends on whatever it is sent is an open relay.

use std::net::SocketAddr;

use node::Now;
use sip::{Name, Request, SipUri, address_of, proxy, user_of};

use super::service::Location;

impl Location<'_> {
    /// Whether whoever sends an INVITE may reach whom it is for. Anybody may who calls a user; who is
    /// outside is called by users, wherever they are registered at present; and an address by those
    /// alone of whom the pool knows where they are.
    pub(super) fn may_reach(&self, invite: &Request, now: Now) -> bool {
        let is_user = |uri: &SipUri| self.config.user(user_of(uri)).is_some();
        let is_ours = self.foreign_address(&invite.uri).is_none();
        let is_from_user = invite.from_uri().is_some_and(|from| is_user(&from));
        (is_ours && (is_user(&invite.uri) || is_from_user)) || self.is_known(invite, now)
    }

    /// Whether an INVITE comes from the partner, or from the host of whom it says it is from.
    pub(super) fn is_known(&self, invite: &Request, now: Now) -> bool {
        let (Some(source), Some(from)) = (source_of(invite), invite.from_uri()) else {
            return false;
        };
        let name = user_of(&from);
        let outside = self.config.outside.iter();
        let outside = outside.filter(|other| other.name == name);
        let telephones = self.registrar.contacts(name, now).filter_map(address_of);
        let mut places = outside.map(|other| other.sip).chain(telephones);
        self.is_partner(source) || places.any(|place| place.ip() == source.ip())
    }

    /// Whether an INVITE is to go on along a route that the pool has not made.
    pub(super) fn leads_elsewhere(&self, invite: &Request) -> bool {
        let routes = invite.headers.get_raw(&Name::ROUTE).count();
        routes > proxy::own_routes(invite, self.config.sip).count()
    }
}

/// Where a request came from: its sender's host as the network shows it, with the port that it says.
pub(super) fn source_of(request: &Request) -> Option<SocketAddr> {
    request.top_via()?.response_address()
}
