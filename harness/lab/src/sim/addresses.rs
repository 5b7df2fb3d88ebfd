//! The addresses and ports of the simulated hosts.
//!
//! The addresses are of 198.18.0.0/15, the network for tests between networks (RFC 2544): real
//! ones of anybody's never appear in a journal.

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
pub(super) const MOST_ACTORS: u16 = 1000;

/// The address of a host.
pub const fn address(host: Host) -> IpAddr {
    let last = match host {
        Host::Primary => 11,
        Host::PrimaryDatabase => 12,
        Host::Backup => 21,
        Host::BackupDatabase => 22,
        Host::Clients => 30,
    };
    IpAddr::V4(Ipv4Addr::new(198, 18, 0, last))
}

/// All hosts with their addresses.
pub fn addresses() -> BTreeMap<Host, IpAddr> {
    Host::ALL.map(|host| (host, address(host))).into()
}

/// The SIP address of an agent, caller or callee: for pools that reach somebody without a
/// registration. Nothing if the topology has nobody of this name.
pub fn actor(topology: &Topology, name: &str) -> Option<SocketAddr> {
    let (sip, _) = actor_ports(topology, name)?;
    Some(SocketAddr::new(address(Host::Clients), sip.0))
}

/// The SIP and RTP ports of an agent, caller or callee.
pub(super) fn actor_ports(topology: &Topology, name: &str) -> Option<(Port, Port)> {
    let mut numbered = (0..MOST_ACTORS).zip(parties(topology));
    let (number, _) = numbered.find(|(_, party)| *party == name)?;
    Some((
        Port(FIRST_ACTOR_SIP + number),
        Port(FIRST_ACTOR_RTP + 2 * number),
    ))
}

/// Everybody who has a telephone, in the order in which ports are given to them.
pub(super) fn parties(topology: &Topology) -> impl Iterator<Item = &str> {
    let others = topology.callers.iter().chain(&topology.callees);
    topology.agent_names().chain(others.map(String::as_str))
}

/// What actors know of the hosts.
pub(super) fn network() -> Network {
    Network {
        pools: Pool::BOTH.map(|pool| (pool, pool_address(pool))).into(),
        probes: Host::ALL.map(|host| (host, probe(host))).into(),
    }
}

/// The address of a host's probe.
pub(super) const fn probe(host: Host) -> SocketAddr {
    SocketAddr::new(address(host), PROBE)
}

const fn pool_address(pool: Pool) -> PoolAddress {
    let host = address(pool.host());
    PoolAddress {
        sip: SocketAddr::new(host, SIP),
        http: SocketAddr::new(host, POOL_HTTP),
    }
}
