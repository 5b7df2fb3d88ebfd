//! What an actors' or a holder's process is told before it starts.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use actors::{AddressBook, BackgroundSpec};
use model::host::HostName;
use model::impairment::Impairment;
use model::topology::{Behaviour, Pool};
use model::walk::Timing;
use serde::{Deserialize, Serialize};

/// What an actors' process is told: who takes part, and where everything is.
///
/// An administrator, of the name [`ADMINISTRATOR`](crate::contract::ADMINISTRATOR), is always
/// among the actors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ActorsConfig {
    /// The host's own address, which all actors send from and listen at.
    pub address: IpAddr,
    /// Agents, callers and callees.
    pub actors: Vec<ActorConfig>,
    /// The load in the background.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub background: Vec<BackgroundSpec>,
    /// Where the pools (and the probes, which actors have no use for) are.
    #[serde(rename = "network")]
    pub address_book: AddressBook,
    /// How long things take.
    #[serde(default)]
    pub timing: Timing,
    /// How each actor's datagrams fare; as the network has it, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impairment: Option<Impairment>,
    /// The text of the target's file; the embedded reference pools' when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The target's secrets, by name; those that are not here come from the process's environment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
    /// Where all chances come from; when absent they are different each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The zero of all times, in microseconds on the machine's monotonic clock.
    #[serde(default)]
    pub epoch_us: u64,
}

/// Somebody with a telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ActorConfig {
    /// Its name.
    pub name: String,
    /// The user part of its address, where that is another: of an agent's further telephone, the agent's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What it is.
    pub role: ActorRole,
    /// Its SIP port (UDP).
    pub sip: u16,
    /// The first of its four ports for media (UDP): RTP and RTCP, and both once more.
    pub rtp: u16,
}

/// What an actor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum ActorRole {
    /// Calls, and is called from outside: callers and callees.
    Caller {
        /// The pool that its calls go to first.
        asks_first: Pool,
    },
    /// A user homed in a pool.
    Agent {
        /// The pool.
        home: Pool,
        /// What the agent does when alerted, until told otherwise.
        #[serde(default)]
        behaviour: Behaviour,
    },
}

/// What a holder's process is told: which host it holds, and which others there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HolderConfig {
    /// The host.
    pub host: HostName,
    /// Where the host's probe listens, and sends from.
    pub probe: SocketAddr,
    /// Where the pools and all probes are.
    #[serde(rename = "network")]
    pub address_book: AddressBook,
    /// Where what the probe's requests are known by comes from.
    #[serde(default)]
    pub seed: u64,
    /// The zero of all times, in microseconds on the machine's monotonic clock.
    #[serde(default)]
    pub epoch_us: u64,
}
