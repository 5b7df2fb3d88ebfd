//! What a caller or an agent is made from.

use std::net::{IpAddr, SocketAddr};

use node::Port;

/// Name, addresses and seed of a caller or an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorSpec {
    /// Its name: the user part of its address, and that under which the address book has its voice.
    pub name: String,
    /// Its host's address.
    pub address: IpAddr,
    /// Its own SIP port.
    pub sip: Port,
    /// Its own RTP port.
    pub rtp: Port,
    /// All of its randomness comes from here.
    pub seed: [u8; 32],
}

impl ActorSpec {
    /// Its RTCP port, the one after its RTP port (RFC 3550 section 11).
    pub fn rtcp(&self) -> Port {
        Port(self.rtp.0.saturating_add(1))
    }

    /// Where it sends SIP from, and takes it.
    pub(crate) fn sip_address(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.sip.0)
    }

    /// Where it sends RTP from, and takes it.
    pub(crate) fn rtp_address(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.rtp.0)
    }
}
