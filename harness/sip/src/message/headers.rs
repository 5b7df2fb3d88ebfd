//! The headers of a message.
//!
//! A message is little else than headers, and each is looked for many times on a message's way
//! through a node. The list of `ezk-sip-types` compares names by all their spellings, at every
//! step of a search, and prints each value anew to keep it; this one compares the one spelling
//! that a name is printed with, if at all ([`Fingerprint`]), and keeps a part of the datagram as it is.

use std::fmt;

use bytesstr::BytesStr;

use super::field::{self, Address};
use crate::Name;
use crate::types;
use crate::types::header::{DecodeValues, HeaderError};

/// Header values in the order of the message. The values of one name stand together, at the place
/// of the first of them.
#[derive(Clone, Debug, Default)]
pub struct Headers {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    fingerprint: Fingerprint,
    name: Name,
    value: BytesStr,
}

/// What tells most names apart without looking at all of their letters: the length, and the first
/// and last letter in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint(usize, u8, u8);

impl Fingerprint {
    fn of(name: &str) -> Self {
        let letter = |byte: Option<&u8>| byte.map_or(0, u8::to_ascii_lowercase);
        let bytes = name.as_bytes();
        Fingerprint(bytes.len(), letter(bytes.first()), letter(bytes.last()))
    }
}

/// Whether two names are the same header's. [`Name::from`] gives a known header one spelling,
/// also where it was written in its compact form (RFC 3261 §7.3.3); others differ in case alone.
fn is_same(one: &Name, other: &Name) -> bool {
    let (one, other) = (one.as_print_str(), other.as_print_str());
    one == other || one.eq_ignore_ascii_case(other)
}

/// Finds the entries of one name.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    fingerprint: Fingerprint,
    name: &'a Name,
}

impl<'a> Wanted<'a> {
    fn new(name: &'a Name) -> Self {
        let fingerprint = Fingerprint::of(name.as_print_str());
        Wanted { fingerprint, name }
    }

    fn is(self, entry: &Entry) -> bool {
        entry.fingerprint == self.fingerprint && is_same(&entry.name, self.name)
    }
}

impl Headers {
    /// No headers.
    pub const fn new() -> Self {
        Headers {
            entries: Vec::new(),
        }
    }

    /// No headers, and room for this many values.
    pub fn with_capacity(values: usize) -> Self {
        Headers {
            entries: Vec::with_capacity(values),
        }
    }

    /// How many values there are, of all names.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether there is a value of `name`.
    pub fn contains(&self, name: &Name) -> bool {
        self.get_raw(name).next().is_some()
    }

    /// All values of `name`, as they stand in the message.
    pub fn get_raw(&self, name: &Name) -> impl Iterator<Item = &BytesStr> {
        let wanted = Wanted::new(name);
        let entries = self.entries.iter();
        let rest = entries.skip_while(move |entry| !wanted.is(entry));
        rest.take_while(move |entry| wanted.is(entry))
            .map(|entry| &entry.value)
    }

    /// All values of `name` as a header type; `None` if there is none.
    ///
    /// # Errors
    ///
    /// The values do not follow the grammar of this header.
    pub fn decoded<H: DecodeValues>(&self, name: &Name) -> Option<Result<H, HeaderError>> {
        let mut headers = types::Headers::new();
        for value in self.get_raw(name) {
            headers.insert(name.clone(), value.as_str());
        }
        headers.try_get(name.clone())
    }

    /// What the values of `name` list, as it stands in the message (RFC 3261 section 7.3.1).
    pub fn elements(&self, name: &Name) -> impl Iterator<Item = &str> {
        let values = self.get_raw(name);
        values.flat_map(|value| field::split(value, b','))
    }

    /// The addresses that the values of `name` list, such as Contact.
    pub fn addresses(&self, name: &Name) -> impl Iterator<Item = Address<'_>> {
        self.elements(name).map(Address::of)
    }

    /// All names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &BytesStr)> {
        let entries = self.entries.iter();
        entries.map(|entry| (&entry.name, &entry.value))
    }

    /// Adds a value behind the others of its name; the first of a name comes last of all.
    pub fn insert(&mut self, name: impl Into<Name>, value: impl Into<BytesStr>) {
        let (name, value) = (name.into(), value.into());
        let wanted = Wanted::new(&name);
        let fingerprint = wanted.fingerprint;
        let last = self.entries.iter().rposition(|entry| wanted.is(entry));
        let place = last.map_or(self.entries.len(), |last| last + 1);
        self.entries.insert(
            place,
            Entry {
                fingerprint,
                name,
                value,
            },
        );
    }

    /// Adds a value before the others of its name; with them, it comes first of all.
    pub fn insert_front(&mut self, name: impl Into<Name>, value: impl Into<BytesStr>) {
        let (name, value) = (name.into(), value.into());
        let wanted = Wanted::new(&name);
        let fingerprint = wanted.fingerprint;
        if let Some(begin) = self.first(wanted) {
            let rest = &self.entries[begin..];
            let others = rest.iter().take_while(|entry| wanted.is(entry)).count();
            self.entries[..begin + others].rotate_left(begin);
        }
        self.entries.insert(
            0,
            Entry {
                fingerprint,
                name,
                value,
            },
        );
    }

    /// Makes `value` the first value of `name`, in place of the one that was; nothing if there was
    /// none.
    pub fn set_first(&mut self, name: &Name, value: impl Into<BytesStr>) {
        if let Some(at) = self.first(Wanted::new(name)) {
            self.entries[at].value = value.into();
        }
    }

    /// Takes the first value of `name` away; `None` if there is none.
    pub fn remove_first(&mut self, name: &Name) -> Option<BytesStr> {
        let at = self.first(Wanted::new(name))?;
        Some(self.entries.remove(at).value)
    }

    /// Takes all values of `name` away; `None` if there is none.
    pub fn remove(&mut self, name: &Name) -> Option<Vec<BytesStr>> {
        let begin = self.first(Wanted::new(name))?;
        let end = begin + self.get_raw(name).count();
        let removed = self.entries.drain(begin..end);
        Some(removed.map(|entry| entry.value).collect())
    }

    /// How long the headers are in a message, in bytes.
    pub(super) fn printed_len(&self) -> usize {
        let lines = self.iter();
        lines
            .map(|(name, value)| name.as_print_str().len() + value.len() + ": \r\n".len())
            .sum()
    }

    /// Where the first entry that is wanted stands.
    fn first(&self, wanted: Wanted<'_>) -> Option<usize> {
        self.entries.iter().position(|entry| wanted.is(entry))
    }
}

impl fmt::Display for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.iter() {
            for part in [name.as_print_str(), ": ", value, "\r\n"] {
                f.write_str(part)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::header::typed::Expires;

    fn headers() -> Headers {
        let mut headers = Headers::new();
        headers.insert(Name::TO, "1");
        headers.insert("X-Own", "2");
        headers.insert("t", "3");
        headers.insert("x-OWN", "4");
        headers
    }

    #[test]
    fn the_values_of_a_name_stand_where_its_first_does() {
        assert_eq!(
            headers().to_string(),
            "To: 1\r\nTo: 3\r\nX-Own: 2\r\nx-OWN: 4\r\n"
        );
        assert_eq!(headers().printed_len(), headers().to_string().len());
    }

    #[test]
    fn a_name_is_known_in_whatever_case_and_form() {
        let headers = headers();
        let values = |name: Name| {
            headers
                .get_raw(&name)
                .map(BytesStr::as_str)
                .collect::<Vec<_>>()
        };
        assert_eq!(values(Name::from("TO")), ["1", "3"]);
        assert_eq!(values(Name::from("x-own")), ["2", "4"]);
        assert!(values(Name::VIA).is_empty());
        assert!(headers.contains(&Name::TO) && !headers.contains(&Name::VIA));
    }

    #[test]
    fn addresses_are_read_whatever_stands_in_their_names_and_parameters() {
        let mut headers = Headers::new();
        let first = r#""2nd floor; \"desk\"" <sip:a@198.18.0.1;expires=1>;x="a\",b";Expires=10, sip:b@h;q=0.5"#;
        headers.insert(Name::CONTACT, first);
        headers.insert(Name::CONTACT, "tel:+4930");
        let contacts: Vec<Address<'_>> = headers.addresses(&Name::CONTACT).collect();
        let uris = contacts.iter().map(Address::uri_text);
        assert!(uris.eq(["sip:a@198.18.0.1;expires=1", "sip:b@h", "tel:+4930"]));
        let expires = contacts.iter().map(|contact| contact.parameter("expires"));
        assert!(expires.eq([Some("10"), None, None]));
        let is_sip = contacts.iter().map(|contact| contact.uri().is_some());
        assert!(is_sip.eq([true, true, false]));
    }

    #[test]
    fn what_is_put_in_front_brings_the_others_of_its_name_along() {
        let mut headers = headers();
        headers.insert_front(Name::VIA, "0");
        headers.insert_front("X-Own", "5");
        assert_eq!(
            headers.to_string(),
            "X-Own: 5\r\nX-Own: 2\r\nx-OWN: 4\r\nVia: 0\r\nTo: 1\r\nTo: 3\r\n"
        );
    }

    #[test]
    fn the_first_value_of_a_name_can_be_changed_and_taken_away_where_it_stands() {
        let mut headers = headers();
        headers.set_first(&Name::VIA, "0");
        headers.set_first(&Name::TO, "6");
        assert_eq!(headers.remove_first(&Name::VIA), None);
        assert_eq!(
            headers.remove_first(&Name::from("x-own")).as_deref(),
            Some("2")
        );
        assert_eq!(headers.to_string(), "To: 6\r\nTo: 3\r\nx-OWN: 4\r\n");
    }

    #[test]
    fn a_name_is_taken_away_with_all_its_values() {
        let mut headers = headers();
        assert_eq!(headers.remove(&Name::VIA), None);
        let removed = headers.remove(&Name::TO).unwrap();
        assert_eq!(removed, ["1", "3"]);
        assert_eq!(headers.to_string(), "X-Own: 2\r\nx-OWN: 4\r\n");
    }

    #[test]
    fn a_value_is_decoded_if_it_is_there_and_can_be_understood() {
        let mut headers = Headers::new();
        assert!(headers.decoded::<Expires>(&Name::EXPIRES).is_none());
        headers.insert(Name::EXPIRES, "60");
        let seconds = headers
            .decoded::<Expires>(&Name::EXPIRES)
            .map(|it| it.unwrap().0);
        assert_eq!(seconds, Some(60));
        headers.remove(&Name::EXPIRES);
        headers.insert(Name::EXPIRES, "soon");
        assert!(matches!(
            headers.decoded::<Expires>(&Name::EXPIRES),
            Some(Err(_))
        ));
    }
}
