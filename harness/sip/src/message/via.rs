//! The Via header, by which responses find their way back (RFC 3261 §18.2, RFC 3581).

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, SocketAddr, SocketAddrV4};

use crate::types::host::HostPort;

use super::field;

/// One element of the Via header. It is looked at several times in each message, so it borrows
/// from the message what it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    transport: &'a str,
    sent_by: Cow<'a, str>,
    parameters: Vec<Parameter<'a>>,
}

/// A parameter's name, in lower case, and its value.
type Parameter<'a> = (Cow<'a, str>, Option<Cow<'a, str>>);

impl<'a> Via<'a> {
    /// The Via of a request that leaves from `sent_by`; it asks for the response to come back the
    /// way that it went (RFC 3581 §3).
    pub fn new(sent_by: SocketAddr, branch: String) -> Self {
        Via {
            transport: "UDP",
            sent_by: sent_by.to_string().into(),
            parameters: vec![
                ("branch".into(), Some(branch.into())),
                ("rport".into(), None),
            ],
        }
    }

    /// Reads one element, with the white space that the grammar allows almost everywhere.
    pub fn parse(value: &'a str) -> Option<Self> {
        let (sent, parameters) = value.split_once(';').unwrap_or((value, ""));
        let mut parts = sent.splitn(3, '/').map(str::trim);
        let (name, version, rest) = (parts.next()?, parts.next()?, parts.next()?);
        if !name.eq_ignore_ascii_case("SIP") || version != "2.0" {
            return None;
        }
        let (transport, sent_by) = rest.split_once(char::is_whitespace)?;
        let sent_by = without_white_space(sent_by);
        read_host_port(&sent_by)?;
        Some(Via {
            transport,
            sent_by: in_lower_case(sent_by),
            parameters: field::split(parameters, ';').map(name_and_value).collect(),
        })
    }

    /// The transaction's id, as its client chose it.
    pub fn branch(&self) -> Option<&str> {
        self.value("branch")
    }

    /// Who sent the request, as it says itself: `host` or `host:port`, in lower case.
    pub fn sent_by(&self) -> &str {
        &self.sent_by
    }

    /// Where the response goes: `received` and `rport` where the request's receiver stamped them,
    /// else what the sender said (RFC 3261 §18.2.2, RFC 3581 §4). `maddr` is not regarded: nothing
    /// in the drill is multicast.
    pub fn response_address(&self) -> Option<SocketAddr> {
        let said = read_host_port(&self.sent_by)?;
        let ip = match self.value("received") {
            Some(received) => ip_of(received)?,
            None => said.ip()?,
        };
        let port = match self.value("rport") {
            Some(rport) => rport.parse().ok()?,
            None => said.port.unwrap_or(5060),
        };
        Some(SocketAddr::new(ip, port))
    }

    /// Notes where the request really came from. What the request already said about that is
    /// overwritten: only the receiver knows.
    pub(crate) fn stamp(&mut self, from: SocketAddr) {
        let said = read_host_port(&self.sent_by).and_then(|said| said.ip());
        let asked = self.parameters.iter().any(|(name, _)| name == "rport");
        self.parameters.retain(|(name, _)| name != "received");
        if asked || said != Some(from.ip()) {
            self.set("received", from.ip().to_string());
        }
        if asked {
            self.set("rport", from.port().to_string());
        }
    }

    fn value(&self, wanted: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().find(|(name, _)| name == wanted)?;
        value.as_deref()
    }

    fn set(&mut self, wanted: &'static str, value: String) {
        match self.parameters.iter_mut().find(|(name, _)| name == wanted) {
            Some((_, old)) => *old = Some(value.into()),
            None => self.parameters.push((wanted.into(), Some(value.into()))),
        }
    }
}

impl fmt::Display for Via<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.sent_by)?;
        for (name, value) in &self.parameters {
            match value {
                Some(value) => write!(f, ";{name}={value}")?,
                None => write!(f, ";{name}")?,
            }
        }
        Ok(())
    }
}

fn name_and_value(parameter: &str) -> Parameter<'_> {
    match parameter.split_once('=') {
        Some((name, value)) => (in_lower_case(name.trim().into()), Some(value.trim().into())),
        None => (in_lower_case(parameter.into()), None),
    }
}

fn without_white_space(text: &str) -> Cow<'_, str> {
    match text.contains(char::is_whitespace) {
        true => text.split_whitespace().collect(),
        false => text.into(),
    }
}

fn in_lower_case(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => text.to_ascii_lowercase().into(),
        false => text,
    }
}

/// `host` or `host:port`. Nearly all are numeric, with a port, and are read without the grammar
/// of everything else that a host can be.
fn read_host_port(text: &str) -> Option<HostPort> {
    match text.parse::<SocketAddrV4>() {
        Ok(address) => Some(SocketAddr::from(address).into()),
        Err(_) => text.parse().ok(),
    }
}

fn ip_of(text: &str) -> Option<IpAddr> {
    text.trim_matches(['[', ']']).parse().ok()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::as_said(
        "SIP/2.0/UDP 198.18.0.1:5070;branch=z9hG4bKa",
        "198.18.0.1:9",
        "198.18.0.1:5070"
    )]
    #[case::default_port(
        "SIP/2.0/UDP 198.18.0.1;branch=z9hG4bKa",
        "198.18.0.1:9",
        "198.18.0.1:5060"
    )]
    #[case::received(
        "SIP/2.0/UDP host.example:5070;branch=z9hG4bKa",
        "198.18.0.7:9",
        "198.18.0.7:5070"
    )]
    #[case::rport(
        "SIP/2.0/UDP 198.18.0.1:5070;rport;branch=z9hG4bKa",
        "198.18.0.7:9",
        "198.18.0.7:9"
    )]
    #[case::forged(
        "SIP/2.0/UDP 198.18.0.1;received=198.18.0.66;rport=66;branch=z9hG4bKa",
        "198.18.0.1:9",
        "198.18.0.1:9"
    )]
    #[case::ipv6(
        "SIP/2.0/UDP [2001:db8::1]:5070;rport;branch=z9hG4bKa",
        "[2001:db8::2]:9",
        "[2001:db8::2]:9"
    )]
    fn a_response_goes_where_the_request_came_from(
        #[case] via: &str,
        #[case] from: SocketAddr,
        #[case] to: SocketAddr,
    ) {
        let mut via = Via::parse(via).unwrap();
        via.stamp(from);
        assert_eq!(via.response_address(), Some(to));
        assert_eq!(Via::parse(&via.to_string()), Some(via));
    }

    #[test]
    fn white_space_is_allowed_almost_everywhere() {
        let via =
            Via::parse("SIP  / 2.0 /  UDP   198.18.0.1 : 5070  ; branch = z9hG4bKa ; x").unwrap();
        assert_eq!(
            via.to_string(),
            "SIP/2.0/UDP 198.18.0.1:5070;branch=z9hG4bKa;x"
        );
    }

    #[rstest]
    #[case("")]
    #[case("SIP/2.0/UDP")]
    #[case("SIP/3.0/UDP 198.18.0.1")]
    #[case("SIP/2.0/UDP 198.18.0.1:99999")]
    #[case("SIP/2.0/UDP ;branch=z9hG4bKa")]
    fn what_names_no_sender_is_no_via(#[case] value: &str) {
        assert_eq!(Via::parse(value), None);
    }
}
