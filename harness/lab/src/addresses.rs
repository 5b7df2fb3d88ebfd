//! The addresses and ports of a lab's hosts.
//!
//! The addresses are of 198.18.0.0/15, the network for tests between networks (RFC 2544): real
//! ones of anybody's never appear in a journal. A lab takes a /24 of it; the ports are the same
//! in each.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use actors::{ActorSpec, AddressBook, PoolAddress, Voice};
use model::Topology;
use model::host::HostName;
use model::load::Load;
use model::topology::Pool;
use node::Port;
use target::PortRange;

use crate::{Background, LabError};

/// A pool's port for SIP over UDP (RFC 3261 section 19.1.2).
pub const SIP: u16 = 5060;

/// The first port of a pool's media.
const FIRST_POOL_RTP: u16 = 20_000;

/// A pool's port for management, agent console and its partner.
pub const POOL_HTTP: u16 = 8080;

/// A database's port.
pub const DATABASE_HTTP: u16 = 8090;

/// The port of each host's probe.
pub const PROBE: u16 = 7007;

/// How many agents, callers and callees there can be: as many as have a voice of their own.
pub(crate) const MOST_ACTORS: u16 = Voice::COUNT;

/// The last octets of the paired pools' hosts; further ones have those that follow.
const PAIRED: [(HostName, u8); 5] = [
    (HostName::PRIMARY, 11),
    (HostName::PRIMARY_DATABASE, 12),
    (HostName::BACKUP, 21),
    (HostName::BACKUP_DATABASE, 22),
    (HostName::CLIENTS, 30),
];

/// The last octet of the first further host, of which there are at most [`Topology::MOST_HOSTS`].
const FIRST_FURTHER: u8 = 41;

/// The network of simulations, which share it without ever meeting.
const SIMULATED: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 0);

/// Where the hosts of one lab are, and which ports are used there. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    hosts: Arc<BTreeMap<HostName, IpAddr>>,
    /// The number of each agent, caller and callee, from 0: their ports follow from it.
    parties: Arc<BTreeMap<String, u16>>,
    /// Where pools listen: for SIP, and for HTTP.
    sip: u16,
    http: u16,
    /// How many ports a pool has for media.
    pool_media: u16,
    /// Whether the databases can be asked whether they are there.
    databases: Databases,
    /// Where agents, callers and probes listen.
    ports: OwnPorts,
}

/// The ports that are the harness's own, on the clients' host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct OwnPorts {
    /// The SIP port of the first agent or caller; the others' follow, one after the other.
    first_sip: u16,
    /// The first one's first port for media, an even one; the others' follow ([`ActorSpec::MEDIA_PORTS`]).
    first_rtp: u16,
    /// The probe's.
    probe: u16,
}

impl OwnPorts {
    /// Those of labs that have their hosts to themselves.
    const USUAL: OwnPorts = OwnPorts {
        first_sip: 6000,
        first_rtp: 16_000,
        probe: PROBE,
    };

    /// Those in a range: the probe's, one each for SIP, four each for media. None, if there are not
    /// enough in it for so many agents, callers and callees.
    fn within(range: PortRange, actors: u16) -> Option<OwnPorts> {
        let first_sip = range.first.checked_add(1)?;
        let first_rtp = first_sip.checked_add(actors)?.checked_next_multiple_of(2)?;
        let last =
            first_rtp.checked_add(actors.checked_mul(ActorSpec::MEDIA_PORTS)?.checked_sub(1)?)?;
        (last <= range.last).then_some(OwnPorts {
            first_sip,
            first_rtp,
            probe: range.first,
        })
    }
}

/// Whether probes can ask the databases whether they are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Databases {
    /// They can, by HTTP.
    Asked,
    /// There are none that can be asked: each is a part of its pool, or speaks a language of its own.
    NotAsked,
}

impl Addresses {
    /// The addresses of this topology's hosts in simulations.
    pub fn simulated(topology: &Topology) -> Addresses {
        Addresses::around(SIMULATED, topology)
    }

    /// The addresses of this topology's hosts in the /24 that `address` is in.
    pub fn around(address: Ipv4Addr, topology: &Topology) -> Addresses {
        let [a, b, c, _] = address.octets();
        let numbered = |last| IpAddr::V4(Ipv4Addr::new(a, b, c, last));
        let further = topology.hosts.iter().map(|host| host.name);
        let hosts = PAIRED
            .into_iter()
            .chain(further.zip(FIRST_FURTHER..u8::MAX))
            .map(|(host, last)| (host, numbered(last)));
        Addresses {
            hosts: Arc::new(hosts.collect()),
            parties: numbered_parties(topology),
            sip: SIP,
            http: POOL_HTTP,
            pool_media: Load::POOL_PORTS,
            databases: Databases::Asked,
            ports: OwnPorts::USUAL,
        }
    }

    /// Hosts at addresses that are given, the clients' among them, where agents and callers use the
    /// ports of this range, and nobody asks databases whether they are there.
    ///
    /// # Errors
    ///
    /// [`LabError::TooFewPorts`].
    pub fn given(
        hosts: BTreeMap<HostName, IpAddr>,
        (sip, http): (u16, u16),
        range: PortRange,
        topology: &Topology,
    ) -> Result<Addresses, LabError> {
        let actors = topology.party_names().count();
        let ports = u16::try_from(actors).ok();
        let ports = ports.and_then(|actors| OwnPorts::within(range, actors));
        Ok(Addresses {
            hosts: Arc::new(hosts),
            parties: numbered_parties(topology),
            sip,
            http,
            pool_media: Load::POOL_PORTS,
            databases: Databases::NotAsked,
            ports: ports.ok_or(LabError::TooFewPorts {
                first: range.first,
                last: range.last,
                actors,
            })?,
        })
    }

    /// The same hosts, with pools that listen to these ports: for SIP, and for HTTP.
    #[must_use]
    pub fn with_pool_ports(self, sip: u16, http: u16) -> Addresses {
        Addresses { sip, http, ..self }
    }

    /// The same hosts, with pools that have as many ports for media as this load needs; as ever without any.
    #[must_use]
    pub fn with_load(self, background: Option<&Background>) -> Addresses {
        let pool_media = background.map_or(Load::POOL_PORTS, |background| background.pool_ports);
        Addresses { pool_media, ..self }
    }

    /// The same hosts, with databases that can be asked whether they are there, or cannot.
    #[must_use]
    pub fn with_databases(self, databases: Databases) -> Addresses {
        Addresses { databases, ..self }
    }

    /// The address of a host.
    ///
    /// # Panics
    ///
    /// If the topology has no such host: names come from nowhere else.
    pub fn of(&self, host: HostName) -> IpAddr {
        self.hosts[&host]
    }

    /// All hosts with their addresses.
    pub fn all(&self) -> &BTreeMap<HostName, IpAddr> {
        &self.hosts
    }

    /// Where a pool is reached.
    pub fn pool(&self, pool: Pool) -> PoolAddress {
        let host = self.of(pool.host());
        PoolAddress {
            sip: SocketAddr::new(host, self.sip),
            http: SocketAddr::new(host, self.http),
        }
    }

    /// The first and the last port of a reference pool's media.
    pub fn pool_rtp(&self) -> (u16, u16) {
        let last = FIRST_POOL_RTP.saturating_add(self.pool_media - 1);
        (FIRST_POOL_RTP, last)
    }

    /// Where a pool's database is reached: on its own host, or on the pool's where it has none.
    pub fn database(&self, pool: Pool) -> SocketAddr {
        let own = self.hosts.get(&pool.database()).copied();
        let host = own.unwrap_or_else(|| self.of(pool.host()));
        SocketAddr::new(host, DATABASE_HTTP)
    }

    /// The address of a host's probe.
    pub fn probe(&self, host: HostName) -> SocketAddr {
        SocketAddr::new(self.of(host), self.ports.probe)
    }

    /// The SIP address of an agent, caller or callee: for pools that reach somebody without a
    /// registration. Nothing if there is nobody of this name.
    pub fn actor(&self, name: &str) -> Option<SocketAddr> {
        let (sip, _) = self.actor_ports(name)?;
        Some(SocketAddr::new(self.of(HostName::CLIENTS), sip.0))
    }

    /// What actors know of the hosts, and of each other.
    pub fn address_book(&self, topology: &Topology) -> AddressBook {
        AddressBook {
            pools: Pool::BOTH.map(|pool| (pool, self.pool(pool))).into(),
            probes: self
                .hosts
                .keys()
                .map(|host| (*host, self.probe(*host)))
                .collect(),
            databases: match self.databases {
                Databases::Asked => Pool::BOTH.map(|pool| (pool, self.database(pool))).into(),
                Databases::NotAsked => BTreeMap::new(),
            },
            voices: topology
                .party_names()
                .map(str::to_owned)
                .zip(Voice::all())
                .collect(),
        }
    }

    /// The SIP and RTP ports of an agent, caller or callee.
    pub(crate) fn actor_ports(&self, name: &str) -> Option<(Port, Port)> {
        let number = self.parties.get(name)?;
        Some((
            Port(self.ports.first_sip + number),
            Port(self.ports.first_rtp + ActorSpec::MEDIA_PORTS * number),
        ))
    }
}

/// Everybody who has ports of their own, in the topology's order.
fn numbered_parties(topology: &Topology) -> Arc<BTreeMap<String, u16>> {
    let parties = topology.party_names().map(str::to_owned);
    Arc::new(parties.zip(0..MOST_ACTORS).collect())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// The probe's, three for SIP, and three times four for media from an even one on.
    #[rstest]
    #[case(16_000, 16_015, Some((16_001, 16_004)))]
    #[case(16_001, 16_017, Some((16_002, 16_006)))]
    #[case(16_001, 16_016, None)]
    #[case(65_530, 65_535, None)]
    fn the_ports_of_a_range_are_enough_or_not(
        #[case] first: u16,
        #[case] last: u16,
        #[case] expected: Option<(u16, u16)>,
    ) {
        let ports = OwnPorts::within(PortRange { first, last }, 3);
        assert_eq!(
            ports.map(|ports| (ports.first_sip, ports.first_rtp)),
            expected
        );
        assert!(ports.is_none_or(|ports| ports.probe == first));
    }
}
