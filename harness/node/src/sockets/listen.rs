//! The address and the ports of a node.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use super::limits::Limits;

/// Where a node listens, and sends from. Ports are distinct for each use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// The host's own address, which everything that the node sends comes from.
    pub address: IpAddr,
    /// The ports for datagrams.
    pub udp: BTreeSet<u16>,
    /// The ports for TCP connections of the node's own.
    pub tcp: BTreeSet<u16>,
    /// The ports for HTTP.
    pub http: BTreeSet<u16>,
    /// How much of the node strangers may take up.
    pub limits: Limits,
}

impl Listen {
    /// A node at `address` that listens nowhere yet.
    pub fn at(address: IpAddr) -> Self {
        Listen {
            address,
            udp: BTreeSet::new(),
            tcp: BTreeSet::new(),
            http: BTreeSet::new(),
            limits: Limits::default(),
        }
    }

    /// Adds ports for datagrams.
    #[must_use]
    pub fn udp(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.udp.extend(ports);
        self
    }

    /// Adds ports for TCP connections.
    #[must_use]
    pub fn tcp(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.tcp.extend(ports);
        self
    }

    /// Adds ports for HTTP.
    #[must_use]
    pub fn http(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.http.extend(ports);
        self
    }

    /// Sets how much of the node strangers may take up.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    pub(super) const fn socket(&self, port: u16) -> SocketAddr {
        SocketAddr::new(self.address, port)
    }
}
