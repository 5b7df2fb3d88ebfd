//! What a caller or an agent is made from.

use std::net::{IpAddr, SocketAddr};

use node::Port;

/// Name, addresses and seed of a caller or an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorSpec {
    /// Its name, and its calls'. No message names it.
    pub name: String,
    /// The user part of its address, under which the address book has its voice: its name, or of an agent's
    /// further telephone the agent's.
    pub user: String,
    /// Its host's address.
    pub address: IpAddr,
    /// Its own SIP port.
    pub sip: Port,
    /// The first of its own ports for media ([`Self::MEDIA_PORTS`]), an even one.
    pub rtp: Port,
    /// All of its randomness comes from here.
    pub seed: [u8; 32],
}

impl ActorSpec {
    /// How many ports it has for media: for RTP, and for RTCP beside it (RFC 3550 section 11); and both once
    /// more, for calls that it takes back from hold elsewhere than before.
    pub const MEDIA_PORTS: u16 = 4;

    /// Its ports for media.
    pub fn media_ports(&self) -> impl Iterator<Item = Port> {
        (0..Self::MEDIA_PORTS).map(|n| Port(self.rtp.0.saturating_add(n)))
    }

    /// Where it sends SIP from, and takes it.
    pub(crate) fn sip_address(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.sip.0)
    }
}
