//! Where a request is sent, and which way it takes.

use std::net::SocketAddr;

use sip::SipUri;

use crate::config::{PartnerConfig, PoolConfig};

/// Where a request is sent.
#[derive(Clone, Debug)]
pub(in crate::pool) struct Hop {
    /// The request URI.
    pub(in crate::pool) uri: SipUri,
    pub(in crate::pool) next: SocketAddr,
    pub(in crate::pool) through: Through,
}

impl Hop {
    pub(super) fn straight(uri: SipUri, next: SocketAddr) -> Self {
        Hop {
            uri,
            next,
            through: Through::Straight,
        }
    }

    pub(super) fn through(config: &PoolConfig, partner: &PartnerConfig, user: &str) -> Self {
        Hop {
            uri: config.address_at(user, partner.sip),
            next: partner.sip,
            through: Through::Partner,
        }
    }
}

impl PartialEq for Hop {
    fn eq(&self, other: &Self) -> bool {
        self.next == other.next && self.through == other.through && self.uri.compare(&other.uri)
    }
}

impl Eq for Hop {}

/// Which way a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Through {
    /// Straight to where it is for.
    Straight,
    /// Through the partner.
    Partner,
}
