//! A target's directory: the numbers or names under which its users and groups are to be found, where it
//! cannot take any name that is drawn.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::load::{Kind, Load};
use crate::topology::{Pool, Topology};
use crate::yaml_path::YamlPath;

/// What agents, groups, callers and callees are called. Which of its entries plays which role is drawn
/// from the seed; of whom nothing is said has a name that is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Directory {
    /// Agents, by the pool that they are homed in.
    pub agents: Option<ByPool>,
    /// Groups, by the pool that owns them.
    pub groups: Option<ByPool>,
    /// Callers: users of neither pool.
    pub callers: Option<Entries>,
    /// Those outside who are called on behalf of groups.
    pub callees: Option<Entries>,
}

/// What there is in each pool.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ByPool {
    /// In the primary.
    pub primary: Entries,
    /// In the backup.
    pub backup: Entries,
}

/// Whom a part of a directory is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// Agents homed in this pool.
    Agents(Pool),
    /// Groups that this pool owns.
    Groups(Pool),
    /// Callers.
    Callers,
    /// Callees.
    Callees,
}

/// Numbers, or names: each the user part of a SIP address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entries {
    /// All numbers from one to another.
    Range(Range),
    /// These.
    Names(Vec<String>),
}

/// Numbers that follow one another, such as `1000-1999` or `+493012300-+493012399`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// `+`, or nothing.
    prefix: &'static str,
    /// How many digits each has, zeros at the beginning among them.
    digits: usize,
    first: u64,
    last: u64,
}

impl Directory {
    /// Whether it says nothing: all names are drawn.
    pub fn is_empty(&self) -> bool {
        *self == Directory::default()
    }

    /// What these are called, if it says so.
    pub fn entries(&self, listed: Listed) -> Option<&Entries> {
        match listed {
            Listed::Agents(pool) => self.agents.as_ref().map(|all| all.of(pool)),
            Listed::Groups(pool) => self.groups.as_ref().map(|all| all.of(pool)),
            Listed::Callers => self.callers.as_ref(),
            Listed::Callees => self.callees.as_ref(),
        }
    }
}

impl ByPool {
    const fn of(&self, pool: Pool) -> &Entries {
        match pool {
            Pool::Primary => &self.primary,
            Pool::Backup => &self.backup,
        }
    }
}

impl Listed {
    /// All that a directory has parts about.
    pub const ALL: [Listed; 6] = [
        Listed::Agents(Pool::Primary),
        Listed::Agents(Pool::Backup),
        Listed::Groups(Pool::Primary),
        Listed::Groups(Pool::Backup),
        Listed::Callers,
        Listed::Callees,
    ];

    /// Where in a directory's part of the file they stand.
    pub fn place(self, directory: YamlPath) -> YamlPath {
        match self {
            Listed::Agents(pool) => directory.key("agents").key(pool.word()),
            Listed::Groups(pool) => directory.key("groups").key(pool.word()),
            Listed::Callers => directory.key("callers"),
            Listed::Callees => directory.key("callees"),
        }
    }

    /// How many of them take part.
    pub fn count(self, topology: &Topology) -> usize {
        let (agents, groups) = (topology.agents.iter(), topology.groups.iter());
        match self {
            Listed::Agents(pool) => agents.filter(|agent| agent.home == pool).count(),
            Listed::Groups(pool) => groups.filter(|group| group.owner == pool).count(),
            Listed::Callers => topology.callers.len(),
            Listed::Callees => topology.callees.len(),
        }
    }

    /// How many of them take part in a load besides. Each pool has as many of each kind, and half of a group's agents
    /// are homed in its partner.
    pub fn count_of_load(self, load: &Load) -> usize {
        let of_kind = |kind: &Kind| match self {
            Listed::Agents(_) => usize::from(kind.groups) * usize::from(kind.agents),
            Listed::Groups(_) => usize::from(kind.groups),
            Listed::Callers | Listed::Callees => 0,
        };
        load.kinds.iter().map(of_kind).sum()
    }
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listed::Agents(pool) => write!(f, "agents homed in the {pool}"),
            Listed::Groups(pool) => write!(f, "groups of the {pool}"),
            Listed::Callers => f.write_str("callers"),
            Listed::Callees => f.write_str("callees"),
        }
    }
}

impl Entries {
    /// How many there are.
    pub fn count(&self) -> usize {
        match self {
            Entries::Names(names) => names.len(),
            Entries::Range(range) => {
                let count = range.last.saturating_sub(range.first).saturating_add(1);
                usize::try_from(count).unwrap_or(usize::MAX)
            }
        }
    }

    /// The entry at an index, from 0.
    pub fn at(&self, index: usize) -> Option<String> {
        match self {
            Entries::Names(names) => names.get(index).cloned(),
            Entries::Range(range) => range.at(index),
        }
    }

    /// Whether this is one of them.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Entries::Names(names) => names.iter().any(|known| known == name),
            Entries::Range(range) => range.has(name),
        }
    }

    /// One that is in both, if there is any.
    pub fn shared_with(&self, other: &Entries) -> Option<String> {
        match (self, other) {
            (Entries::Names(names), other) | (other, Entries::Names(names)) => {
                names.iter().find(|name| other.has(name)).cloned()
            }
            (Entries::Range(one), Entries::Range(another)) => {
                let later = if one.first > another.first {
                    one
                } else {
                    another
                };
                let name = later.at(0)?;
                (one.has(&name) && another.has(&name)).then_some(name)
            }
        }
    }

    /// One that is there twice, with its index the second time.
    pub fn repeated(&self) -> Option<(usize, &str)> {
        let Entries::Names(names) = self else {
            return None;
        };
        let mut seen = BTreeSet::new();
        let mut names = names.iter().enumerate();
        names.find_map(|(index, name)| (!seen.insert(name)).then_some((index, name.as_str())))
    }
}

impl Range {
    /// The numbers that a text gives.
    fn parse(text: &str) -> Option<Range> {
        let (first, last) = text.split_once('-')?;
        let (prefix, first, last) = match (first.strip_prefix('+'), last.strip_prefix('+')) {
            (Some(first), Some(last)) => ("+", first, last),
            (None, None) => ("", first, last),
            _ => return None,
        };
        let number = |digits: &str| {
            let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
            all_digits.then(|| digits.parse::<u64>().ok())?
        };
        let range = Range {
            prefix,
            digits: first.len(),
            first: number(first)?,
            last: number(last)?,
        };
        (first.len() == last.len() && range.first <= range.last).then_some(range)
    }

    fn at(&self, index: usize) -> Option<String> {
        let number = self.first.checked_add(u64::try_from(index).ok()?)?;
        let Range { prefix, digits, .. } = self;
        (number <= self.last).then(|| format!("{prefix}{number:0digits$}"))
    }

    fn has(&self, name: &str) -> bool {
        let digits = name.strip_prefix('+').unwrap_or(name);
        name.starts_with('+') == (self.prefix == "+")
            && digits.len() == self.digits
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && digits
                .parse()
                .is_ok_and(|number| (self.first..=self.last).contains(&number))
    }
}

/// What can stand before the `@` of a SIP address as it is (RFC 3261 section 25.1), and in a file's or a call's
/// name.
fn is_user_part(name: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphanumeric() || c == '+';
    let is_allowed = |c: char| is_first(c) || matches!(c, '.' | '_' | '-');
    name.len() <= 64 && name.starts_with(is_first) && name.chars().all(is_allowed)
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadsEntries)
    }
}

struct ReadsEntries;

impl<'de> Visitor<'de> for ReadsEntries {
    type Value = Entries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers such as `1000-1999`, or a list of names")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Entries, E> {
        let range = Range::parse(text).map(Entries::Range);
        range.ok_or_else(|| {
            E::custom(format_args!(
                "`{text}` are no numbers: write the first and the last, with as many digits each, such as \
                 `1000-1999` or `+493012300-+493012399`, or a list of names"
            ))
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Entries, A::Error> {
        let mut names = Vec::new();
        while let Some(Name(name)) = items.next_element()? {
            names.push(name);
        }
        Ok(Entries::Names(names))
    }
}

/// A name in a list.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadsName)
    }
}

struct ReadsName;

impl Visitor<'_> for ReadsName {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name in quotes")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Name, E> {
        match is_user_part(name) {
            true => Ok(Name(name.to_owned())),
            false => Err(E::custom(format_args!(
                "`{name}` cannot be called: write what stands before the `@` of its SIP address, of letters, \
                 digits, `+`, `.`, `_` and `-`, without spaces"
            ))),
        }
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Name, E> {
        Err(E::custom(
            "a number stands in quotes, such as `\"1001\"`, so that no zero and no `+` before it is lost",
        ))
    }
}

impl JsonSchema for Entries {
    fn schema_name() -> Cow<'static, str> {
        "Entries".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Numbers, from the first to the last, or a list of names: each the user part of a \
                            SIP address.",
            "oneOf": [
                { "type": "string", "pattern": "^\\+?[0-9]+-\\+?[0-9]+$" },
                { "type": "array", "items": { "type": "string", "pattern": "^[A-Za-z0-9+][A-Za-z0-9+._-]{0,63}$" } },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn entries(text: &str) -> Entries {
        serde_yaml::from_str(text).unwrap()
    }

    #[rstest]
    #[case::numbers("1000-1002", &["1000", "1001", "1002"])]
    #[case::zeros("\"0098-0101\"", &["0098", "0099", "0100", "0101"])]
    #[case::international("+493012398-+493012399", &["+493012398", "+493012399"])]
    #[case::names("[\"1001\", anna.meyer, \"+49301\"]", &["1001", "anna.meyer", "+49301"])]
    fn entries_are_numbers_or_names(#[case] text: &str, #[case] expected: &[&str]) {
        let entries = entries(text);
        let all: Vec<String> = (0..entries.count()).filter_map(|n| entries.at(n)).collect();
        assert_eq!(all, expected);
        assert!(all.iter().all(|name| entries.has(name)) && entries.at(all.len()).is_none());
    }

    #[rstest]
    #[case::backwards("1999-1000")]
    #[case::digits("100-1000")]
    #[case::prefix("+100-200")]
    #[case::no_numbers("anna-lena")]
    #[case::one("\"1000\"")]
    #[case::space("[\"+49 30 1\"]")]
    #[case::address("[anna@example.org]")]
    #[case::unquoted("[1001]")]
    #[case::unquoted_with_a_plus("[+1001]")]
    #[case::too_many_digits("00000000000000000000001-99999999999999999999999")]
    fn nothing_else_is(#[case] text: &str) {
        assert!(serde_yaml::from_str::<Entries>(text).is_err());
    }

    #[rstest]
    #[case::ranges("1000-1999", "1500-2500", Some("1500"))]
    #[case::within("1000-1999", "1200-1300", Some("1200"))]
    #[case::apart("1000-1999", "2000-2999", None)]
    #[case::of_other_lengths("1000-1999", "01000-01999", None)]
    #[case::list("1000-1999", "[anna, \"1998\"]", Some("1998"))]
    #[case::lists("[anna, bert]", "[bert]", Some("bert"))]
    fn what_two_share_is_found(
        #[case] one: &str,
        #[case] another: &str,
        #[case] shared: Option<&str>,
    ) {
        let (one, another) = (entries(one), entries(another));
        assert_eq!(one.shared_with(&another).as_deref(), shared);
        assert_eq!(another.shared_with(&one).as_deref(), shared);
    }

    #[test]
    fn what_a_list_has_twice_is_found() {
        let twice = entries("[anna, bert, anna]");
        assert_eq!(twice.repeated(), Some((2, "anna")));
        assert_eq!(entries("[anna, bert]").repeated(), None);
    }
}
