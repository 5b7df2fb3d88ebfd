//! URIs at numeric addresses, where requests are sent, and in a domain, where users are at home.

use std::net::{SocketAddr, SocketAddrV4};

use bytesstr::BytesStr;

use crate::types::host::{Host, HostPort};
use crate::types::print::{AppendCtx, PrintCtx};
use crate::types::uri::SipUriUserPart;
use crate::{NameAddr, SipUri};

/// The port of whoever is reached by `transport` and names none (RFC 3261 §19.1.2).
pub(super) fn default_port(transport: &str) -> u16 {
    match transport.eq_ignore_ascii_case("tls") {
        true => 5061,
        false => 5060,
    }
}

/// The URI of `user` at a numeric address; without a user part if `user` is empty.
pub fn uri(user: &str, at: SocketAddr) -> SipUri {
    let uri = SipUri::new(at.into());
    if user.is_empty() {
        uri
    } else {
        uri.user(user.into())
    }
}

/// The address of record of `user` in `domain`, a name (RFC 3261 §6); without a user part if `user` is
/// empty.
pub fn uri_in(domain: &str, user: &str) -> SipUri {
    let host = Host::Name(domain.into());
    let uri = SipUri::new(HostPort { host, port: None });
    if user.is_empty() {
        uri
    } else {
        uri.user(user.into())
    }
}

/// Whether a URI is in `domain`, in whichever case either is written (RFC 3261 §19.1.4).
pub fn is_in(uri: &SipUri, domain: &str) -> bool {
    matches!(&uri.host_port.host, Host::Name(name) if name.eq_ignore_ascii_case(domain))
}

/// Where a URI's host part points, if that is a numeric address; the port defaults to 5060, with
/// `;transport=tls` to 5061.
pub fn address_of(uri: &SipUri) -> Option<SocketAddr> {
    let transport = || uri.uri_params.get_val("transport");
    let default = || default_port(transport().map_or("", |transport| transport.as_ref()));
    let port = uri.host_port.port.unwrap_or_else(default);
    Some(SocketAddr::new(uri.host_port.ip()?, port))
}

/// The user part of a URI, without password; empty if there is none.
pub fn user_of(uri: &SipUri) -> &str {
    match &uri.user_part {
        SipUriUserPart::Empty => "",
        SipUriUserPart::User(user) => user,
        SipUriUserPart::UserPw(both) => &both.user,
    }
}

/// The URI as it stands on the wire, with all its parameters.
pub fn uri_text(uri: &SipUri) -> String {
    uri.print_ctx(PrintCtx::default()).to_string()
}

/// Reads a SIP URI. Nearly all are a plain user at an IPv4 address with a port, and are read without
/// the grammar of everything else that a URI can be.
pub(super) fn parse_uri(text: &str) -> Option<SipUri> {
    plain_uri(text).or_else(|| text.parse().ok())
}

/// `sip:user@192.0.2.1:5060`, or without the user.
fn plain_uri(text: &str) -> Option<SipUri> {
    let rest = text.strip_prefix("sip:")?;
    let (user, host) = rest.split_once('@').unwrap_or(("", rest));
    let address: SocketAddrV4 = host.parse().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if !user.bytes().all(is_plain) || (user.is_empty() && host.len() < rest.len()) {
        return None;
    }
    let uri = SipUri::new(SocketAddr::from(address).into());
    Some(match user {
        "" => uri,
        _ => uri.user(BytesStr::from(user)),
    })
}

/// An address as it stands in From and To, its display name quoted.
pub(crate) fn name_addr_text(address: &NameAddr) -> String {
    let uri = uri_text(&address.uri);
    match &address.name {
        Some(name) => {
            let name = name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{name}\" <{uri}>")
        }
        None => format!("<{uri}>"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("sip:a@198.18.0.1:5070", Some("198.18.0.1:5070"))]
    #[case("sip:198.18.0.1", Some("198.18.0.1:5060"))]
    #[case("sip:a@[2001:db8::1]", Some("[2001:db8::1]:5060"))]
    #[case("sip:198.18.0.1;transport=TLS", Some("198.18.0.1:5061"))]
    #[case("sip:a@example.org", None)]
    fn a_numeric_uri_has_an_address(#[case] text: &str, #[case] address: Option<&str>) {
        let uri: SipUri = text.parse().unwrap();
        assert_eq!(address_of(&uri), address.map(|a| a.parse().unwrap()));
    }

    #[rstest]
    #[case::plain("sip:alice@198.18.0.1:5070")]
    #[case::without_user("sip:198.18.0.1:5060")]
    #[case::without_port("sip:alice@198.18.0.1")]
    #[case::escaped("sip:al%40ice@198.18.0.1:5060")]
    #[case::password("sip:alice:secret@198.18.0.1:5060")]
    #[case::parameters("sip:alice@198.18.0.1:5060;lr")]
    #[case::empty_user("sip:@198.18.0.1:5060")]
    #[case::leading_zero("sip:a@198.018.0.1:5060")]
    #[case::port_too_high("sip:a@198.18.0.1:65536")]
    #[case::secure("sips:alice@198.18.0.1:5061")]
    #[case::upper_case("SIP:alice@198.18.0.1:5061")]
    #[case::ipv6("sip:alice@[2001:db8::1]:5060")]
    #[case::telephone("tel:+4930")]
    fn a_plain_uri_is_read_as_the_grammar_has_it(#[case] text: &str) {
        let print = |uri: Option<SipUri>| uri.map(|uri| format!("{uri:?}"));
        assert_eq!(print(parse_uri(text)), print(text.parse().ok()));
    }

    #[test]
    fn a_uri_made_from_user_and_address_prints_as_such() {
        let at = "198.18.0.1:5060".parse().unwrap();
        assert_eq!(uri_text(&uri("alice", at)), "sip:alice@198.18.0.1:5060");
        assert_eq!(uri_text(&uri("", at)), "sip:198.18.0.1:5060");
    }

    #[test]
    fn a_uri_in_a_domain_names_no_address() {
        let group = uri_in("voice.example", "sales");
        assert_eq!(uri_text(&group), "sip:sales@voice.example");
        assert_eq!(uri_text(&uri_in("voice.example", "")), "sip:voice.example");
        assert_eq!(address_of(&group), None);
    }

    #[rstest]
    #[case("sip:sales@VOICE.example:5060;transport=tcp", true)]
    #[case("sip:sales@other.voice.example", false)]
    #[case("sip:voice.example@198.18.0.1", false)]
    fn a_domain_is_told_by_the_host_part(#[case] text: &str, #[case] is_there: bool) {
        let uri: SipUri = text.parse().unwrap();
        assert_eq!(is_in(&uri, "voice.example"), is_there);
    }

    #[test]
    fn a_display_name_is_quoted_and_escaped() {
        let at = "198.18.0.1:5060".parse().unwrap();
        let address = NameAddr::new(r#"J "R" \"#, uri("a", at));
        assert_eq!(
            name_addr_text(&address),
            r#""J \"R\" \\" <sip:a@198.18.0.1:5060>"#
        );
    }
}
