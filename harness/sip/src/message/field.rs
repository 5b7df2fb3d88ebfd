//! The grammar inside header values: lists, addresses and parameters (RFC 3261 §7.3.1, §20.10).
//!
//! Values are kept as they came and looked into only where needed, so that what is passed on
//! stays as its sender wrote it.

use std::net::SocketAddr;

use memchr::{memchr, memchr2, memchr3};

use crate::{Headers, Name, SipUri};

use super::uri::{address_of, parse_uri};

/// Whether `word` is a token (RFC 3261 §25.1).
pub(crate) fn is_token(word: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte);
    !word.is_empty() && word.bytes().all(belongs)
}

/// Splits `value` at each `separator` outside quotes and angle brackets; empty parts are left out.
pub(crate) fn split(value: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    let parts = std::iter::from_fn(move || {
        let whole = rest.take()?;
        let end = find(whole, separator);
        rest = end.map(|end| &whole[end + 1..]);
        Some(&whole[..end.unwrap_or(whole.len())])
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// The first position of `wanted` outside quotes and angle brackets.
fn find(value: &str, wanted: u8) -> Option<usize> {
    let bytes = value.as_bytes();
    let mut at = 0;
    loop {
        at += memchr3(wanted, b'"', b'<', &bytes[at..])?;
        at = match bytes[at] {
            byte if byte == wanted => return Some(at),
            b'"' => end_of_quotes(bytes, at + 1)?,
            _ => at + 1 + memchr(b'>', &bytes[at + 1..])?,
        } + 1;
    }
}

/// Where the quotes close that were opened before `at`.
fn end_of_quotes(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes[at] {
            b'"' => return Some(at),
            // Whatever is escaped, it closes nothing.
            _ => at += 2,
        }
    }
}

/// The parameters in `;a=1;b`: names, and values where they have one.
pub(crate) fn parameters(text: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    split(text, b';').map(|parameter| match parameter.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (parameter, None),
    })
}

/// Whether every quoted string in a value has an end (RFC 3261 §25.1).
pub(crate) fn ends_its_quotes(value: &str) -> bool {
    if memchr(b'"', value.as_bytes()).is_none() {
        return true;
    }
    let mut is_open = false;
    let mut bytes = value.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_open = !is_open,
            b'\\' if is_open => drop(bytes.next()),
            _ => {}
        }
    }
    !is_open
}

/// The value of the parameter `name` in `;a=1;b`; empty for one without a value.
pub(crate) fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut parameters = parameters(text);
    let (_, value) = parameters.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
    Some(value.unwrap_or_default())
}

/// A `name-addr` or `addr-spec` with header parameters, as in From, To, Contact and Route.
///
/// Unlike [`crate::NameAddr`], it is read whatever stands in the display name and the parameters: quotes that are
/// escaped (`"J \"R\""`) as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    uri: &'a str,
    parameters: &'a str,
}

impl<'a> Address<'a> {
    /// Takes a header value apart. Without angle brackets, parameters are the header's.
    pub fn of(value: &'a str) -> Self {
        let bracketed = find(value, b'<').and_then(|open| value[open + 1..].split_once('>'));
        let (uri, parameters) = match bracketed {
            Some(parts) => parts,
            None => value.split_at(memchr(b';', value.as_bytes()).unwrap_or(value.len())),
        };
        Address {
            uri: uri.trim(),
            parameters,
        }
    }

    /// The URI as it stands there, of whatever scheme.
    pub fn uri_text(&self) -> &'a str {
        self.uri
    }

    /// The URI, if it is a SIP URI.
    pub fn uri(&self) -> Option<SipUri> {
        parse_uri(self.uri)
    }

    /// Whether the URI names this numeric address.
    pub fn is_at(&self, address: SocketAddr) -> bool {
        self.uri().as_ref().and_then(address_of) == Some(address)
    }

    /// How much a contact is preferred, by its `q` in thousandths (RFC 3261 section 20.10): as much as can be if it has
    /// none that can be read.
    pub fn preference(&self) -> u32 {
        let q = self.parameter("q").and_then(|q| q.parse().ok());
        let thousandths = q.unwrap_or(1.0_f32).clamp(0.0, 1.0) * 1000.0;
        thousandths.round() as u32
    }

    /// The value of a parameter of the header, in whatever case its name stands there; empty for one without a value.
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        parameter(self.parameters, name)
    }
}

/// The first value of the header `name`.
pub(crate) fn first<'a>(headers: &'a Headers, name: &Name) -> Option<&'a str> {
    headers.get_raw(name).next().map(|value| value.as_str())
}

/// All values of the header `name`, as owned text.
pub(crate) fn all(headers: &Headers, name: &Name) -> Vec<String> {
    headers.get_raw(name).map(ToString::to_string).collect()
}

/// Makes `values` the only values of the header `name`.
pub(crate) fn replace<V: std::fmt::Display>(
    headers: &mut Headers,
    name: &Name,
    values: impl IntoIterator<Item = V>,
) {
    headers.remove(name);
    for value in values {
        headers.insert(name.clone(), value.to_string());
    }
}

/// Gives the address in the header `name` (From or To) a tag, if it has none.
pub(crate) fn add_tag(headers: &mut Headers, name: &Name, tag: &str) {
    let Some(value) = first(headers, name) else {
        return;
    };
    if Address::of(value).parameter("tag").is_none() {
        let tagged = format!("{value};tag={tag}");
        headers.set_first(name, tagged);
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::plain("a, b,c", &["a", "b", "c"])]
    #[case::quoted(r#""a, b" <sip:x@h>, c"#, &[r#""a, b" <sip:x@h>"#, "c"])]
    #[case::escaped_quote(r#""a\", b", c"#, &[r#""a\", b""#, "c"])]
    #[case::bracketed("<sip:a,b@h>, c", &["<sip:a,b@h>", "c"])]
    #[case::empty_parts(" , a,, ", &["a"])]
    #[case::quotes_that_stay_open(r#""a, b"#, &[r#""a, b"#])]
    #[case::escaped_end(r#""a, \"#, &[r#""a, \"#])]
    #[case::bracket_that_stays_open("a, <sip:b, c", &["a", "<sip:b, c"])]
    #[case::foreign_letters(r#""ü\ü, ☎" <sip:ü@h>, ü"#, &[r#""ü\ü, ☎" <sip:ü@h>"#, "ü"])]
    fn a_list_is_split_only_outside_quotes_and_brackets(
        #[case] value: &str,
        #[case] parts: &[&str],
    ) {
        assert_eq!(split(value, b',').collect::<Vec<_>>(), parts);
    }

    #[rstest]
    #[case("<sip:a@h>;tag=1", Some("1"))]
    #[case("sip:a@h;tag=2", Some("2"))]
    #[case(r#""J \"<x>;tag=no\"" <sip:a@h;tag=no> ; Tag = 3"#, Some("3"))]
    #[case("\"\" <sip:a@h>;tag=4", Some("4"))]
    #[case("<sip:a@h;tag=no>", None)]
    #[case("tel:+4930;tag=5", Some("5"))]
    #[case("<sip:a@h", None)]
    fn the_tag_of_an_address_is_the_headers_not_the_uris(
        #[case] value: &str,
        #[case] tag: Option<&str>,
    ) {
        assert_eq!(Address::of(value).parameter("tag"), tag);
    }
}
