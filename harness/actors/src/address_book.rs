//! What actors know of the drill: where its hosts are, and whose voice is whose.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use model::host::HostName;
use model::topology::Pool;
use serde::{Deserialize, Serialize};

use crate::voice::Voice;

/// Where the pools, the probes and the databases are, and by which voice actors know each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AddressBook {
    /// Each pool's addresses.
    pub pools: BTreeMap<Pool, PoolAddress>,
    /// Each host's probe.
    #[serde(default)]
    pub probes: BTreeMap<HostName, SocketAddr>,
    /// The pools' databases, as far as probes may ask them whether they are there (HTTP).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub databases: BTreeMap<Pool, SocketAddr>,
    /// Each actor's voice. Who has none says nothing, and nobody knows it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub voices: BTreeMap<String, Voice>,
}

/// Where a pool is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PoolAddress {
    /// Its SIP port (UDP).
    pub sip: SocketAddr,
    /// Its port for the agent console and for administration (HTTP).
    pub http: SocketAddr,
}

impl AddressBook {
    /// Whose voice this is.
    pub(crate) fn speaker(&self, voice: Voice) -> Option<&str> {
        let mut voices = self.voices.iter();
        voices
            .find(|(_, known)| **known == voice)
            .map(|(actor, _)| actor.as_str())
    }

    /// The address of a host.
    pub(crate) fn host(&self, name: HostName) -> Option<IpAddr> {
        let mut pools = self.pools.iter();
        match pools.find(|(pool, _)| pool.host() == name) {
            Some((_, pool)) => Some(pool.http.ip()),
            None => Some(self.probes.get(&name)?.ip()),
        }
    }

    /// The pool whose SIP port is `address`.
    pub(crate) fn pool_at(&self, address: SocketAddr) -> Option<Pool> {
        let mut pools = self.pools.iter();
        pools
            .find(|(_, pool)| pool.sip == address)
            .map(|(pool, _)| *pool)
    }

    /// The host whose probe is at `address`.
    pub(crate) fn probe_at(&self, address: SocketAddr) -> Option<HostName> {
        let mut probes = self.probes.iter();
        probes
            .find(|(_, probe)| **probe == address)
            .map(|(host, _)| *host)
    }
}
