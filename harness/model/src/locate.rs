//! Finds where in a YAML text a value stands, so that errors can show it.

use std::fmt;

use miette::SourceSpan;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_yaml::{Location, Options, Spanned};

use crate::yaml_path::{Segment, YamlPath};

/// The bytes of the value at this path or, where there is none, of what it would be part of.
pub(crate) fn locate(text: &str, path: &YamlPath) -> Option<SourceSpan> {
    let mut path = path.clone();
    loop {
        if let Some(span) = find(text, &path) {
            return Some(span);
        }
        path = path.parent()?;
    }
}

/// The bytes of the value at this path.
fn find(text: &str, path: &YamlPath) -> Option<SourceSpan> {
    let location = serde_yaml::with_deserializer_from_str_with_options(text, options(), |yaml| {
        Rest(path.segments()).deserialize(yaml)
    });
    span_of(text, location.ok()??)
}

/// How strictly YAML is read.
pub(crate) fn options() -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: 32,
            max_nodes: 50_000,
            max_events: 100_000,
            max_anchors: 100,
            max_aliases: 1_000,
            // Programmes say for many steps, with few anchors, in which walks they are done.
            enforce_alias_anchor_ratio: false,
        },
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
    }
}

/// The bytes that a location stands for: those that the parser counted or, where it counted none,
/// those at its line and column.
pub(crate) fn span_of(text: &str, location: Location) -> Option<SourceSpan> {
    let span = location.span();
    let (offset, length) = match (span.byte_offset(), span.byte_len()) {
        (Some(offset), Some(length)) => (usize::try_from(offset).ok()?, length),
        _ => (offset_of(text, location)?, 0),
    };
    let length = usize::try_from(length).ok()?;
    Some(SourceSpan::new(offset.into(), length))
}

/// The byte at a location's line and column, both counted from 1.
fn offset_of(text: &str, location: Location) -> Option<usize> {
    let line = usize::try_from(location.line()).ok()?.checked_sub(1)?;
    let column = usize::try_from(location.column()).ok()?.checked_sub(1)?;
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(before..)?;
    let within: usize = rest.chars().take(column).map(char::len_utf8).sum();
    Some(before + within)
}

/// The turns that are left on the way to a value. Followed, it gives the value's location, or
/// nothing if the way leads nowhere.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a [Segment]);

impl<'de> DeserializeSeed<'de> for Rest<'_> {
    type Value = Option<Location>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self.0.first() {
            None => {
                let here = Spanned::<IgnoredAny>::deserialize(deserializer)?;
                Ok(Some(here.referenced))
            }
            Some(Segment::Key(_)) => deserializer.deserialize_map(self),
            Some(Segment::Item(_)) => deserializer.deserialize_seq(self),
        }
    }
}

impl<'de> Visitor<'de> for Rest<'_> {
    type Value = Option<Location>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            match self.0 {
                [Segment::Key(wanted), rest @ ..] if *wanted == key => {
                    found = map.next_value_seed(Rest(rest))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let [Segment::Item(wanted), rest @ ..] = self.0 else {
            return Ok(None);
        };
        for _ in 0..*wanted {
            if list.next_element::<IgnoredAny>()?.is_none() {
                return Ok(None);
            }
        }
        let found = list.next_element_seed(Rest(rest))?.flatten();
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const TEXT: &str = "walk: x\noutage:\n  hosts: [é, second]\n";

    #[rstest]
    #[case(YamlPath::top().key("walk"), "x")]
    #[case(YamlPath::top().key("outage").key("hosts").item(0), "é")]
    #[case(YamlPath::top().key("outage").key("hosts").item(1), "second")]
    fn a_value_is_found_where_it_stands(#[case] path: YamlPath, #[case] value: &str) {
        let span = locate(TEXT, &path).unwrap();
        assert_eq!(&TEXT[span.offset()..][..span.len()], value);
    }

    #[rstest]
    #[case(YamlPath::top().key("outage").key("healed"), "hosts:")]
    #[case(YamlPath::top().key("outage").key("hosts").item(2), "[é")]
    #[case(YamlPath::top().key("walk").key("name"), "x")]
    #[case(YamlPath::top().key("timing").key("heartbeat"), "walk:")]
    fn a_value_that_is_not_there_is_found_where_it_would_stand(
        #[case] path: YamlPath,
        #[case] beginning: &str,
    ) {
        let span = locate(TEXT, &path).unwrap();
        assert!(TEXT[span.offset()..].starts_with(beginning));
    }
}
