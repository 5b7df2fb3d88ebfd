//! One line of a walk's part of the journal.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::{Clock, Event};

/// One line of a walk's part of the journal, without its hash.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The walk's name, which all its lines share.
    #[serde(serialize_with = "as_text")]
    pub walk: Arc<str>,
    /// The line's number within the walk, from 0, without gaps.
    pub n: u64,
    /// When, in microseconds since the walk's lab was started.
    pub t_us: u64,
    /// Which clock stamped it.
    pub clock: Clock,
    /// Who saw or did it: an actor's name, a host's, `conductor` or `lab`.
    pub host: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

fn as_text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

/// The member that says which event it is. All that stands behind it is the event's own.
const KIND: &str = "kind";

/// As a derived one, for lines as they are written: when, where and by whom stands before what. A
/// derived one bears any order, and so keeps the whole event aside until it has seen all of it.
impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

/// Reads the members of a line.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Record;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line of a walk")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
        let (mut walk, mut n, mut t_us, mut clock, mut host) = (None, None, None, None, None);
        loop {
            let Name(name) = map
                .next_key()?
                .ok_or_else(|| A::Error::missing_field(KIND))?;
            match name.as_ref() {
                "walk" => walk = Some(map.next_value::<Name<'_>>()?),
                "n" => n = Some(map.next_value()?),
                "t_us" => t_us = Some(map.next_value()?),
                "clock" => clock = Some(map.next_value()?),
                "host" => host = Some(map.next_value()?),
                KIND => break,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let missing = A::Error::missing_field;
        Ok(Record {
            walk: walk.ok_or_else(|| missing("walk"))?.0.into(),
            n: n.ok_or_else(|| missing("n"))?,
            t_us: t_us.ok_or_else(|| missing("t_us"))?,
            clock: clock.ok_or_else(|| missing("clock"))?,
            host: host.ok_or_else(|| missing("host"))?,
            event: Event::deserialize(MapAccessDeserializer::new(FromKind {
                kind: Some(KIND),
                map,
            }))?,
        })
    }
}

/// A member's name, or a walk's; a part of the line, unless it is written with escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members from the event's kind on, whose name was taken from `map` already.
struct FromKind<A> {
    kind: Option<&'static str>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for FromKind<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        match self.kind.take() {
            Some(kind) => seed
                .deserialize(BorrowedStrDeserializer::new(kind))
                .map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const LINE: &str = r#"{"walk":"w","n":1,"t_us":2,"clock":"virtual","host":"lab","kind":"told","actor":"a","what":"b","h":"0"}"#;

    #[test]
    fn a_line_is_read_as_it_is_written() {
        let record: Record = serde_json::from_str(LINE).unwrap();
        let written = serde_json::to_string(&record).unwrap();
        assert_eq!(written, LINE.replace(r#","h":"0""#, ""));
    }

    #[rstest]
    #[case::walk(r#""walk":"w","#, "missing field `walk`")]
    #[case::number(r#""n":1,"#, "missing field `n`")]
    #[case::kind(r#""kind":"told","#, "missing field `kind`")]
    #[case::of_the_event(r#""actor":"a","#, "missing field `actor`")]
    fn a_member_that_is_missing_is_named(#[case] member: &str, #[case] error: &str) {
        let line = LINE.replace(member, "");
        assert_ne!(line, LINE);
        let read = serde_json::from_str::<Record>(&line).unwrap_err();
        assert!(read.to_string().starts_with(error), "{read}");
    }

    #[rstest]
    #[case::unknown_member(r#""n":1,"#, r#""n":1,"m":[{}],"#, true)]
    #[case::escaped_name(r#""walk""#, r#""w\u0061lk""#, true)]
    #[case::unknown_kind("told", "foretold", false)]
    #[case::no_number(r#""n":1"#, r#""n":"1""#, false)]
    fn what_is_not_known_is_put_up_with_only_beside_what_is(
        #[case] old: &str,
        #[case] new: &str,
        #[case] is_read: bool,
    ) {
        let line = LINE.replace(old, new);
        let read = serde_json::from_str::<Record>(&line);
        assert_eq!(read.is_ok(), is_read, "{read:?}");
    }
}
