//! What a load is to do.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sip::digest::Credentials;

/// Whom calls go to, and by which way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The user part of the URI: a group's number or name. Empty where the URI has none.
    pub user: String,
    /// What stands in the URI behind it, where that is not the address of the next hop: a domain.
    pub host: Option<String>,
    /// The next hops, in the order in which they are tried (RFC 3263 section 4.3). One at least.
    pub hops: Vec<SocketAddr>,
}

impl Destination {
    /// The URI in a request that goes by way of each next hop.
    pub(crate) fn uris(&self) -> Vec<String> {
        let at = if self.user.is_empty() { "" } else { "@" };
        let uri = |hop: &SocketAddr| match &self.host {
            Some(host) => format!("sip:{}{at}{host}", self.user),
            None => format!("sip:{}{at}{hop}", self.user),
        };
        self.hops.iter().map(uri).collect()
    }
}

/// The ports for media, the even ones of which calls use (RFC 3550 section 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaPorts {
    /// The first port.
    pub first: u16,
    /// The last port.
    pub last: u16,
}

impl MediaPorts {
    /// The ports that calls use.
    pub fn used(self) -> impl Iterator<Item = u16> + Clone {
        (self.first..=self.last).filter(|port| port % 2 == 0)
    }
}

/// What callers are to do.
#[derive(Clone, Debug, PartialEq)]
pub struct CallsPlan {
    /// Where they are: their SIP port, and the address for their media.
    pub local: SocketAddr,
    /// Whom they call, in turn. One at least.
    pub to: Vec<Destination>,
    /// How many calls begin in a second, evenly spaced.
    pub rate: f64,
    /// For how long calls are placed.
    pub window: Duration,
    /// How long an answered call lasts.
    pub hold: Duration,
    /// How long a caller waits for an answer before it gives up.
    pub patience: Duration,
    /// How long a next hop may say nothing before the next one is tried, if there is one.
    pub next_hop: Duration,
    /// How many calls there are at once, at most. One that would be too many is not placed.
    pub most: usize,
    /// The ports for media. Without any, calls are signalling alone: their audio is offered inactive.
    pub media: Option<MediaPorts>,
}

/// What agents are to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentsPlan {
    /// Where they are: the SIP port that all share, and the address for their media.
    pub local: SocketAddr,
    /// Their user names.
    pub users: Vec<String>,
    /// The domain of their addresses, where that is not the registrar's own address.
    pub domain: Option<String>,
    /// The registrars, in the order in which they are tried. Without any, nobody registers, and
    /// whoever is called answers.
    pub registrars: Vec<SocketAddr>,
    /// How long a registration is to last.
    pub expires: Duration,
    /// How long a registrar may say nothing before the next one is tried.
    pub next_hop: Duration,
    /// What those of them answer challenges with who can.
    pub credentials: BTreeMap<String, Credentials>,
    /// How long a telephone rings before its agent answers.
    pub ring: Duration,
    /// The ports for media. Without any, audio is described as inactive.
    pub media: Option<MediaPorts>,
}

impl AgentsPlan {
    /// What these answer challenges with if all have the same password, or none has one.
    pub fn one_password(
        users: &[String],
        password: Option<String>,
    ) -> BTreeMap<String, Credentials> {
        let Some(password) = password else {
            return BTreeMap::new();
        };
        let of = |user: &String| Credentials {
            user: user.clone(),
            password: password.clone(),
        };
        users.iter().map(|user| (user.clone(), of(user))).collect()
    }

    /// The address of their media.
    pub(crate) const fn address(&self) -> IpAddr {
        self.local.ip()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::from_an_odd_one(20_001, 20_005, &[20_002, 20_004])]
    #[case::the_last_of_all(65_535, 65_535, &[])]
    #[case::up_to_the_last_of_all(65_533, 65_535, &[65_534])]
    fn calls_use_the_even_ports(#[case] first: u16, #[case] last: u16, #[case] used: &[u16]) {
        let ports: Vec<u16> = MediaPorts { first, last }.used().collect();
        assert_eq!(ports, used);
    }
}
