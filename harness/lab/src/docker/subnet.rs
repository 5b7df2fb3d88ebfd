//! A network of the lab's own, which collides with nobody's.

use std::net::Ipv4Addr;
use std::str::FromStr;

use bollard::models::{Ipam, IpamConfig, NetworkCreateRequest};

use super::engine::Engine;
use super::error::DockerError;
use super::labels::{LabId, random};

/// How many networks are tried before it is given up.
const ATTEMPTS: usize = 32;

/// What engines say when a network is taken.
const TAKEN: [&str; 2] = ["Pool overlaps", "already in use"];

/// A /24 for a lab, instead of a random one of 198.18.0.0/15.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subnet(Ipv4Addr);

/// Why a text is no [`Subnet`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network of 256 addresses: write it as 10.20.30.0/24")]
pub struct NoSubnet(String);

impl FromStr for Subnet {
    type Err = NoSubnet;

    fn from_str(text: &str) -> Result<Self, NoSubnet> {
        let wrong = || NoSubnet(text.to_owned());
        let address = text.strip_suffix("/24").ok_or_else(wrong)?;
        let address: Ipv4Addr = address.parse().map_err(|_| wrong())?;
        match address.octets() {
            [.., 0] => Ok(Subnet(address)),
            _ => Err(wrong()),
        }
    }
}

/// Makes an internal network for `lab`: `asked`, or a random one that is free. Gives its address.
pub(super) async fn create(
    engine: &Engine,
    lab: &LabId,
    asked: Option<Subnet>,
) -> Result<Ipv4Addr, DockerError> {
    let mut last = Ipv4Addr::UNSPECIFIED;
    for _ in 0..ATTEMPTS {
        let subnet = asked.unwrap_or_else(any);
        last = subnet.0;
        let made = engine.docker().create_network(request(lab, subnet));
        let what = format!("make the network {}/24", subnet.0);
        match engine.ask(what, made).await {
            Ok(_) => return Ok(subnet.0),
            Err(error) if asked.is_none() && is_taken(&error.to_string()) => {}
            Err(error) => return Err(error),
        }
    }
    Err(DockerError::NoFreeNetwork {
        tried: ATTEMPTS,
        last,
    })
}

fn request(lab: &LabId, Subnet(network): Subnet) -> NetworkCreateRequest {
    let subnet = IpamConfig {
        subnet: Some(format!("{network}/24")),
        ..IpamConfig::default()
    };
    NetworkCreateRequest {
        name: lab.to_string(),
        driver: Some("bridge".to_owned()),
        internal: Some(true),
        ipam: Some(Ipam {
            config: Some(vec![subnet]),
            ..Ipam::default()
        }),
        labels: Some(lab.labels()),
        ..NetworkCreateRequest::default()
    }
}

/// A random /24 of 198.18.0.0/15.
fn any() -> Subnet {
    let [.., high, low] = random().to_be_bytes();
    Subnet(Ipv4Addr::new(198, 18 + (high & 1), low, 0))
}

fn is_taken(error: &str) -> bool {
    TAKEN.iter().any(|taken| error.contains(taken))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_network_is_written_with_its_length() {
        let subnet = "10.20.30.0/24".parse();
        assert_eq!(subnet, Ok(Subnet(Ipv4Addr::new(10, 20, 30, 0))));
    }

    #[rstest]
    #[case("10.20.30.0")]
    #[case("10.20.0.0/16")]
    #[case("10.20.30.1/24")]
    #[case("anything")]
    fn what_is_no_network_of_256_addresses_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Subnet>(), Err(NoSubnet(text.to_owned())));
    }

    #[test]
    fn a_random_network_is_of_those_for_tests() {
        for _ in 0..1000 {
            let [a, b, _, d] = any().0.octets();
            assert!(a == 198 && (b == 18 || b == 19) && d == 0);
        }
    }
}
