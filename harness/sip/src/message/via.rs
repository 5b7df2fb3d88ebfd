//! The Via header, by which responses find their way back (RFC 3261 §18.2, RFC 3581).

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr, SocketAddrV4};

use crate::types::host::HostPort;

use super::field;
use super::headers::Headers;
use super::uri::default_port;
use crate::{Name, Transport};

/// One element of the Via header. It is looked at several times in each message, so it borrows
/// from the message what it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    transport: &'a str,
    sent_by: Cow<'a, str>,
    /// As they stand behind the first semicolon.
    parameters: Cow<'a, str>,
}

/// What every Via begins with, as nearly everybody writes it.
const PROTOCOL: &str = "SIP/2.0/";

impl<'a> Via<'a> {
    /// The Via of a request that leaves from `sent_by`; it asks for the response to come back the
    /// way that it went (RFC 3581 §3).
    pub fn new(sent_by: SocketAddr, branch: &str) -> Self {
        Via {
            transport: "UDP",
            sent_by: sent_by.to_string().into(),
            parameters: format!("branch={branch};rport").into(),
        }
    }

    /// The same, of a request that goes by `transport`.
    #[must_use]
    pub const fn over(mut self, transport: Transport) -> Self {
        self.transport = transport.in_via();
        self
    }

    /// Reads one element, with the white space that the grammar allows almost everywhere.
    pub fn parse(value: &'a str) -> Option<Self> {
        let (sent, parameters) = value.split_once(';').unwrap_or((value, ""));
        let (transport, sent_by) = match sent.strip_prefix(PROTOCOL) {
            Some(rest) => rest.trim_start(),
            None => without_protocol(sent)?,
        }
        .split_once(char::is_whitespace)?;
        let sent_by = without_white_space(sent_by);
        read_host_port(&sent_by)?;
        Some(Via {
            transport,
            sent_by: in_lower_case(sent_by),
            parameters: parameters.into(),
        })
    }

    /// How the request came, as far as that is said to be over a connection; else as a datagram.
    pub fn transport(&self) -> Transport {
        let is = |name: &str| self.transport.eq_ignore_ascii_case(name);
        match () {
            () if is("TCP") => Transport::Tcp,
            () if is("TLS") => Transport::Tls,
            () => Transport::Udp,
        }
    }

    /// The transaction's id, as its client chose it.
    pub fn branch(&self) -> Option<&str> {
        self.value("branch")
    }

    /// Who sent the request, as it says itself: `host` or `host:port`, in lower case.
    pub fn sent_by(&self) -> &str {
        &self.sent_by
    }

    /// Where the response goes: `received` and `rport` where the request's receiver added them,
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
            None => said.port.unwrap_or(self.default_port()),
        };
        Some(SocketAddr::new(ip, port))
    }

    /// Where the sender takes connections, if it says so by a numeric address (RFC 3261 §18.2.2).
    pub fn listening_address(&self) -> Option<SocketAddr> {
        let said = read_host_port(&self.sent_by)?;
        Some(SocketAddr::new(
            said.ip()?,
            said.port.unwrap_or(self.default_port()),
        ))
    }

    /// Where whoever names no port takes responses (RFC 3261 §18.2.2).
    fn default_port(&self) -> u16 {
        default_port(self.transport)
    }

    /// Notes where the request really came from. What the request already said about that is
    /// overwritten: only the receiver knows.
    pub(crate) fn add_source(&mut self, from: SocketAddr) {
        let said = read_host_port(&self.sent_by).and_then(|said| said.ip());
        let mut asked = false;
        let mut marked = String::with_capacity(self.parameters.len() + SOURCE);
        for (name, value) in field::parameters(&self.parameters) {
            if name.eq_ignore_ascii_case("received") {
                continue;
            }
            if !marked.is_empty() {
                marked.push(';');
            }
            // Writing to a string cannot fail.
            let _ = match value {
                _ if name.eq_ignore_ascii_case("rport") => {
                    asked = true;
                    write!(marked, "rport={}", from.port())
                }
                Some(value) => write!(marked, "{name}={value}"),
                None => write!(marked, "{name}"),
            };
        }
        if asked || said != Some(from.ip()) {
            let separator = if marked.is_empty() { "" } else { ";" };
            let _ = write!(marked, "{separator}received={}", from.ip());
        }
        self.parameters = marked.into();
    }

    /// The value of a parameter that has one.
    fn value(&self, wanted: &str) -> Option<&str> {
        let mut parameters = field::parameters(&self.parameters);
        let (_, value) = parameters.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        value
    }
}

/// Notes in the first Via of a request where the request really came from.
pub(crate) fn add_source(headers: &mut Headers, from: SocketAddr) {
    let Some(mut via) = field::first(headers, &Name::VIA).and_then(Via::parse) else {
        return;
    };
    via.add_source(from);
    let with_source = via.to_string();
    headers.set_first(&Name::VIA, with_source);
}

/// Where the response to a request with these headers goes: to where the first Via says, else back
/// to `from`, which the request came from. A request that came over a connection is answered on that
/// (§18.2.2), whoever its sender says it is.
pub(crate) fn response_destination(headers: &Headers, from: SocketAddr) -> SocketAddr {
    field::first(headers, &Name::VIA)
        .and_then(Via::parse)
        .filter(|via| !via.transport().is_reliable())
        .and_then(|via| via.response_address())
        .unwrap_or(from)
}

/// A little more than what the source adds to a Via.
const SOURCE: usize = ";received=198.18.100.100=65535".len();

impl fmt::Display for Via<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [PROTOCOL, self.transport, " ", &self.sent_by] {
            f.write_str(part)?;
        }
        for (name, value) in field::parameters(&self.parameters) {
            f.write_str(";")?;
            f.write_str(name)?;
            if let Some(value) = value {
                f.write_str("=")?;
                f.write_str(value)?;
            }
        }
        Ok(())
    }
}

/// What stands behind protocol and version, where white space was left around the slashes.
fn without_protocol(sent: &str) -> Option<&str> {
    let mut parts = sent.splitn(3, '/').map(str::trim);
    let (name, version, rest) = (parts.next()?, parts.next()?, parts.next()?);
    (name.eq_ignore_ascii_case("SIP") && version == "2.0").then_some(rest)
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
        via.add_source(from);
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
