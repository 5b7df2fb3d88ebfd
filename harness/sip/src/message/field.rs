//! The grammar inside header values: lists, addresses and parameters (RFC 3261 §7.3.1, §20.10).
//!
//! Values are kept as they came and looked into only where needed, so that what is passed on
//! stays as its sender wrote it.

use crate::{Headers, Name, SipUri};

/// Whether `word` is a token (RFC 3261 §25.1).
pub(crate) fn is_token(word: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte);
    !word.is_empty() && word.bytes().all(belongs)
}

/// Splits `value` at each `separator` outside quotes and angle brackets; empty parts are left out.
pub(crate) fn split(value: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut scan = Scan::default();
    value
        .split(move |c| scan.is_outside(c) && c == separator)
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// The first position of `wanted` outside quotes and angle brackets.
fn find(value: &str, wanted: char) -> Option<usize> {
    let mut scan = Scan::default();
    value
        .char_indices()
        .find_map(|(at, c)| (scan.is_outside(c) && c == wanted).then_some(at))
}

/// Where a walk through a header value stands.
#[derive(Default)]
enum Scan {
    #[default]
    Outside,
    Quoted,
    Escaped,
    Bracketed,
}

impl Scan {
    /// Takes the next character; whether it stands outside quotes and angle brackets.
    fn is_outside(&mut self, c: char) -> bool {
        let (next, outside) = match (&self, c) {
            (Scan::Outside, '"') => (Scan::Quoted, true),
            (Scan::Outside, '<') => (Scan::Bracketed, true),
            (Scan::Outside, _) => (Scan::Outside, true),
            (Scan::Quoted, '"') => (Scan::Outside, false),
            (Scan::Quoted, '\\') => (Scan::Escaped, false),
            (Scan::Quoted | Scan::Escaped, _) => (Scan::Quoted, false),
            (Scan::Bracketed, '>') => (Scan::Outside, false),
            (Scan::Bracketed, _) => (Scan::Bracketed, false),
        };
        *self = next;
        outside
    }
}

/// The value of the parameter `name` in `;a=1;b`; empty for one without a value.
pub(crate) fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    split(parameters, ';').find_map(|parameter| {
        let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A `name-addr` or `addr-spec` with header parameters, as in From, To, Contact and Route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    uri: &'a str,
    parameters: &'a str,
}

impl<'a> Address<'a> {
    /// Takes a header value apart. Without angle brackets, parameters are the header's.
    pub(crate) fn of(value: &'a str) -> Self {
        let bracketed = find(value, '<').and_then(|open| value[open + 1..].split_once('>'));
        let (uri, parameters) = match bracketed {
            Some(parts) => parts,
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        Address {
            uri: uri.trim(),
            parameters,
        }
    }

    /// The URI, if it is a SIP URI.
    pub(crate) fn uri(&self) -> Option<SipUri> {
        self.uri.parse().ok()
    }

    /// The value of a parameter of the header.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'a str> {
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

/// Puts `value` before all other values of the header `name`, at the head of the message.
pub(crate) fn prepend(headers: &mut Headers, name: &Name, value: &str) {
    let others = headers.remove(name).unwrap_or_default();
    headers.insert_front(name.clone(), value);
    for other in others {
        headers.insert(name.clone(), other);
    }
}

/// Takes the first value of the header `name` away; the others stay at the head of the message.
pub(crate) fn remove_first(headers: &mut Headers, name: &Name) -> Option<String> {
    let mut values = headers.remove(name)?.into_iter();
    let first = values.next()?;
    if let Some(second) = values.next() {
        headers.insert_front(name.clone(), second);
    }
    for value in values {
        headers.insert(name.clone(), value);
    }
    Some(first.to_string())
}

/// Gives the address in the header `name` (From or To) a tag, if it has none.
pub(crate) fn add_tag(headers: &mut Headers, name: &Name, tag: &str) {
    let Some(value) = first(headers, name) else {
        return;
    };
    if Address::of(value).parameter("tag").is_none() {
        let tagged = format!("{value};tag={tag}");
        replace(headers, name, [tagged]);
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
    fn a_list_is_split_only_outside_quotes_and_brackets(
        #[case] value: &str,
        #[case] parts: &[&str],
    ) {
        assert_eq!(split(value, ',').collect::<Vec<_>>(), parts);
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

    #[test]
    fn a_header_prepended_comes_before_the_others_and_can_be_taken_away_again() {
        let mut headers = Headers::new();
        headers.insert(Name::VIA, "one");
        headers.insert(Name::VIA, "two");
        prepend(&mut headers, &Name::VIA, "zero");
        assert_eq!(all(&headers, &Name::VIA), ["zero", "one", "two"]);
        assert_eq!(
            remove_first(&mut headers, &Name::VIA).as_deref(),
            Some("zero")
        );
        assert_eq!(all(&headers, &Name::VIA), ["one", "two"]);
    }
}
