//! What a pool and its database are told before they start: addresses, users, secrets, figures.

mod limits;
mod timing;

use std::fmt;
use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use sip::{SipUri, is_in, uri, uri_in};

use crate::mutant::Mutant;
use crate::store::deployment::Deployment;
use crate::store::limits::ObjectError;
use crate::store::object::PoolName;
use crate::variant::Variant;

pub use limits::Limits;
pub use timing::Timing;

/// What a pool is told before it starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoolConfig {
    /// The pool's own name, which response groups have as their owner.
    pub name: PoolName,
    /// Where the pool speaks SIP, over UDP. Media is sent and received on the same address.
    pub sip: SocketAddr,
    /// The SIP domain whose users and groups the pools serve, such as `voice.example`: requests for
    /// anybody in another one are refused with 404 (RFC 3261 section 21.4.5). Without it everybody's address is the pool's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// The UDP ports for media.
    pub rtp: RtpPorts,
    /// Where the pool serves its agent console, its management surfaces and its partner.
    pub http: SocketAddr,
    /// Where the pool's own back-end database is.
    pub database: SocketAddr,
    /// The paired pool; a pool without one serves its own groups only.
    #[serde(default)]
    pub partner: Option<PartnerConfig>,
    /// The users of both pools.
    #[serde(default)]
    pub users: Vec<User>,
    /// Who can be called and is homed nowhere here: what a gateway reaches.
    #[serde(default)]
    pub outside: Vec<Outside>,
    /// The password of agents, of the administrator, and between pools and databases.
    pub password: Secret,
    /// What is written into the database if it is empty when the pool first starts.
    #[serde(default)]
    pub deployment: Deployment,
    /// How long things take.
    #[serde(default)]
    pub timing: Timing,
    /// How much it takes on.
    #[serde(default)]
    pub limits: Limits,
    /// The wall-clock time at the start of the node's clock, in seconds since 1970 (UTC). Without
    /// it business hours and holidays are not observed: every workflow is open.
    #[serde(default)]
    pub wall_clock: Option<u64>,
    /// The defect that the pool has, if it is to have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutant: Option<Mutant>,
    /// The other right way that the pool has, if it is to have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Variant>,
}

/// Where the paired pool is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartnerConfig {
    /// Its name.
    pub name: PoolName,
    /// Where it speaks SIP.
    pub sip: SocketAddr,
    /// Where it serves HTTP.
    pub http: SocketAddr,
    /// Where its back-end database is.
    pub database: SocketAddr,
}

/// A range of UDP ports, both ends included. Media takes the even ones (RFC 3550 section 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RtpPorts {
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
}

/// A user of the telephone system. Whoever is a member of an agent group is an agent as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The user part of the address of record.
    pub name: String,
    /// The pool that the user registers with.
    pub home: PoolName,
}

/// Somebody who can be called without being registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outside {
    /// The user part of the address.
    pub name: String,
    /// Where calls to it are sent.
    pub sip: SocketAddr,
}

/// A password. It does not show when printed for debugging.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why a pool cannot be as its configuration asks.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// There is no even port among the media ports.
    #[error("media ports {first} to {last} hold no even port")]
    NoMediaPort {
        /// The first port.
        first: u16,
        /// The last port.
        last: u16,
    },
    /// SIP and HTTP are at different addresses.
    #[error("`sip` and `http` have different addresses: a pool has one")]
    TwoAddresses,
    /// The heartbeat, or the number of heartbeats, is zero.
    #[error(
        "the partner can count as dead only after some time: heartbeat and dead_after are above zero"
    )]
    NoHeartbeat,
    /// Whoever cannot be reached would be asked again and again at one moment.
    #[error("who was busy or unreachable can be asked again only later: agent_retry is above zero")]
    NoAgentRetry,
    /// A limit is zero.
    #[error("a pool that takes on nothing is of no use: the `limits` are above zero")]
    NothingTakenOn,
    /// A user's home is neither this pool nor its partner.
    #[error("user {user} is homed in {home}, which is neither this pool nor its partner")]
    UnknownHome {
        /// The user.
        user: String,
        /// The home.
        home: PoolName,
    },
    /// An object of the deployment is not as it must be.
    #[error(transparent)]
    Object(#[from] ObjectError),
}

impl PoolConfig {
    /// Checks what no type can rule out.
    pub fn check(&self) -> Result<(), ConfigError> {
        if self.sip.ip() != self.http.ip() {
            return Err(ConfigError::TwoAddresses);
        }
        let RtpPorts { first, last } = self.rtp;
        if first
            .checked_next_multiple_of(2)
            .is_none_or(|even| even > last)
        {
            return Err(ConfigError::NoMediaPort { first, last });
        }
        if self.timing.heartbeat.is_zero() || self.timing.dead_after == 0 {
            return Err(ConfigError::NoHeartbeat);
        }
        if self.timing.agent_retry.is_zero() {
            return Err(ConfigError::NoAgentRetry);
        }
        let Limits {
            calls,
            calls_per_second,
            transactions,
            contacts,
        } = self.limits;
        if calls.min(transactions).min(contacts) == 0 || calls_per_second == 0 {
            return Err(ConfigError::NothingTakenOn);
        }
        for user in &self.users {
            if user.home != self.name && Some(&user.home) != self.partner_name() {
                return Err(ConfigError::UnknownHome {
                    user: user.name.clone(),
                    home: user.home.clone(),
                });
            }
        }
        Ok(self.deployment.check()?)
    }

    /// The address of record of a user or group.
    pub(crate) fn address_of_record(&self, name: &str) -> SipUri {
        self.address_at(name, self.sip)
    }

    /// The address of record of whoever one of the two pools serves, which is there.
    pub(crate) fn address_at(&self, name: &str, pool: SocketAddr) -> SipUri {
        match &self.domain {
            Some(domain) => uri_in(domain, name),
            None => uri(name, pool),
        }
    }

    /// Whether a URI is in the pools' domain; all are, if they have none.
    pub(crate) fn is_responsible_for(&self, uri: &SipUri) -> bool {
        let domain = self.domain.as_ref();
        domain.is_none_or(|domain| is_in(uri, domain))
    }

    /// Whether the pool has this defect.
    pub(crate) fn has(&self, mutant: Mutant) -> bool {
        self.mutant == Some(mutant)
    }

    /// Whether the pool has this other right way.
    pub(crate) fn varies(&self, variant: Variant) -> bool {
        self.variant == Some(variant)
    }

    /// The same pool with this other right way.
    #[must_use]
    pub fn with_variant(mut self, variant: Variant) -> PoolConfig {
        variant.adjust(&mut self.timing);
        self.variant = Some(variant);
        self
    }

    /// The partner's name.
    pub fn partner_name(&self) -> Option<&PoolName> {
        self.partner.as_ref().map(|partner| &partner.name)
    }

    /// The user called `name`.
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.iter().find(|user| user.name == name)
    }
}

/// What a back-end database is told before it starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// The pool whose database it is: the only one that may write.
    pub pool: PoolName,
    /// Where the database serves HTTP.
    pub http: SocketAddr,
    /// The password of the pools that use it.
    pub password: Secret,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SMALLEST: &str = r#"{
        "name": "primary",
        "sip": "198.18.0.1:5060",
        "rtp": { "first": 20000, "last": 20999 },
        "http": "198.18.0.1:8080",
        "database": "198.18.0.11:8090",
        "password": "secret"
    }"#;

    #[test]
    fn what_is_left_out_has_its_documented_default() {
        let config: PoolConfig = serde_json::from_str(SMALLEST).unwrap();
        assert_eq!(config.check(), Ok(()));
        assert_eq!(config.timing, Timing::default());
        let grace = config.deployment.settings.ring_back_grace;
        assert_eq!(grace, Duration::from_secs(60));
    }

    #[test]
    fn what_is_written_is_read_back_and_hides_the_password_only_from_debugging() {
        let config: PoolConfig = serde_json::from_str(SMALLEST).unwrap();
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<PoolConfig>(&text).unwrap(), config);
        assert!(!format!("{config:?}").contains("\"secret\""));
    }

    #[test]
    fn a_configuration_that_cannot_work_is_refused() {
        let mut config: PoolConfig = serde_json::from_str(SMALLEST).unwrap();
        config.rtp = RtpPorts {
            first: 20_001,
            last: 20_001,
        };
        assert!(matches!(
            config.check(),
            Err(ConfigError::NoMediaPort { .. })
        ));
        config.rtp.last = 20_002;
        config.http = "198.18.0.2:8080".parse().unwrap();
        assert_eq!(config.check(), Err(ConfigError::TwoAddresses));
        config.http.set_ip(config.sip.ip());
        config.timing.agent_retry = Duration::ZERO;
        assert_eq!(config.check(), Err(ConfigError::NoAgentRetry));
        config.timing = Timing::default();
        config.limits.contacts = 0;
        assert_eq!(config.check(), Err(ConfigError::NothingTakenOn));
        config.limits = Limits::default();
        config.users.push(User {
            name: "anna".to_owned(),
            home: PoolName("elsewhere".to_owned()),
        });
        assert!(matches!(
            config.check(),
            Err(ConfigError::UnknownHome { .. })
        ));
    }
}
