//! The addresses and ports of a lab's hosts.
//!
//! The addresses are of 198.18.0.0/15, the network for tests between networks (RFC 2544): real
//! ones of anybody's never appear in a journal. A lab takes a /24 of it; the ports are the same
//! in each.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actors::{Network, PoolAddress};
use model::Topology;
use model::topology::{Host, Pool};
use node::Port;

/// A pool's port for SIP over UDP (RFC 3261 section 19.1.2).
pub const SIP: u16 = 5060;

/// The first and the last port of a pool's media.
pub const POOL_RTP: (u16, u16) = (20_000, 20_999);

/// A pool's port for management, agent console and its partner.
pub const POOL_HTTP: u16 = 8080;

/// A database's port.
pub const DATABASE_HTTP: u16 = 8090;

/// The port of each host's probe.
pub const PROBE: u16 = 7007;

/// The SIP port of the first agent or caller; the others' follow, one after the other.
const FIRST_ACTOR_SIP: u16 = 6000;

/// The RTP port of the first agent or caller; the others' follow, each an even one (RFC 3550
/// section 11).
const FIRST_ACTOR_RTP: u16 = 16_000;

/// How many agents, callers and callees there can be: as many as have SIP ports below the probe's.
pub(crate) const MOST_ACTORS: u16 = 1000;

/// Where the hosts of one lab are: in a /24 of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    network: [u8; 3],
}

impl Addresses {
    /// The network of simulations, which share it without ever meeting.
    pub const SIMULATED: Addresses = Addresses {
        network: [198, 18, 0],
    };

    /// The hosts of the /24 that `address` is in.
    pub const fn around(address: Ipv4Addr) -> Addresses {
        let [a, b, c, _] = address.octets();
        Addresses { network: [a, b, c] }
    }

    /// The network itself, as `198.18.7.0`.
    pub const fn network_address(self) -> Ipv4Addr {
        self.numbered(0)
    }

    /// The address of a host.
    pub const fn of(self, host: Host) -> IpAddr {
        IpAddr::V4(self.numbered(match host {
            Host::Primary => 11,
            Host::PrimaryDatabase => 12,
            Host::Backup => 21,
            Host::BackupDatabase => 22,
            Host::Clients => 30,
        }))
    }

    /// All hosts with their addresses.
    pub fn all(self) -> BTreeMap<Host, IpAddr> {
        Host::ALL.map(|host| (host, self.of(host))).into()
    }

    /// Where a pool is reached.
    pub const fn pool(self, pool: Pool) -> PoolAddress {
        let host = self.of(pool.host());
        PoolAddress {
            sip: SocketAddr::new(host, SIP),
            http: SocketAddr::new(host, POOL_HTTP),
        }
    }

    /// Where a pool's database is reached.
    pub const fn database(self, pool: Pool) -> SocketAddr {
        SocketAddr::new(self.of(pool.database()), DATABASE_HTTP)
    }

    /// The address of a host's probe.
    pub const fn probe(self, host: Host) -> SocketAddr {
        SocketAddr::new(self.of(host), PROBE)
    }

    /// The SIP address of an agent, caller or callee: for pools that reach somebody without a
    /// registration. Nothing if the topology has nobody of this name.
    pub fn actor(self, topology: &Topology, name: &str) -> Option<SocketAddr> {
        let (sip, _) = actor_ports(topology, name)?;
        Some(SocketAddr::new(self.of(Host::Clients), sip.0))
    }

    /// What actors know of the hosts.
    pub fn network(self) -> Network {
        Network {
            pools: Pool::BOTH.map(|pool| (pool, self.pool(pool))).into(),
            probes: Host::ALL.map(|host| (host, self.probe(host))).into(),
            databases: Pool::BOTH.map(|pool| (pool, self.database(pool))).into(),
        }
    }

    const fn numbered(self, last: u8) -> Ipv4Addr {
        let [a, b, c] = self.network;
        Ipv4Addr::new(a, b, c, last)
    }
}

/// The SIP and RTP ports of an agent, caller or callee.
pub(crate) fn actor_ports(topology: &Topology, name: &str) -> Option<(Port, Port)> {
    let mut numbered = (0..MOST_ACTORS).zip(parties(topology));
    let (number, _) = numbered.find(|(_, party)| *party == name)?;
    Some((
        Port(FIRST_ACTOR_SIP + number),
        Port(FIRST_ACTOR_RTP + 2 * number),
    ))
}

/// Everybody who has a telephone, in the order in which ports are given to them.
pub(crate) fn parties(topology: &Topology) -> impl Iterator<Item = &str> {
    let others = topology.callers.iter().chain(&topology.callees);
    topology.agent_names().chain(others.map(String::as_str))
}
