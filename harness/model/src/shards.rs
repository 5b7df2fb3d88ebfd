//! Shards: a drill whose walks are shared out over several processes, each of which runs a part. What is
//! said of the parts alone is never taken for the whole: the journal of each names all walks.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::span::Span;

/// One part of so many: `2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 1.
    number: u32,
    /// How many there are.
    of: u32,
}

/// A text, or two numbers, that are no shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no shard: write K/N, the K-th of N, with K from 1 to N, as in `2/3`")]
pub struct NoShard(String);

impl Shard {
    /// The shard `number`, from 1, of so many.
    ///
    /// # Errors
    ///
    /// [`NoShard`], if there is none of this number.
    pub fn new(number: u32, of: u32) -> Result<Shard, NoShard> {
        match (1..=of).contains(&number) {
            true => Ok(Shard { number, of }),
            false => Err(NoShard(format!("{number}/{of}"))),
        }
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Shard, NoShard> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            let (number, of) = (number.parse().ok()?, of.parse().ok()?);
            Shard::new(number, of).ok()
        });
        numbers.ok_or_else(|| NoShard(text.to_owned()))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// What of a drill a journal has, in its header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shards {
    /// The numbers of the shards that it has, from 1.
    pub held: BTreeSet<u32>,
    /// How many shards there are.
    pub of: u32,
    /// The SHA-256 of the program that ran it, in hexadecimal digits.
    pub program: String,
    /// All walks of the drill, in the order of a whole journal, each with the number of its shard.
    pub walks: IndexMap<String, u32>,
}

/// There are more shards than walks, so some would have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{walks} walks cannot be shared out over {of} shards: some would have none")]
pub struct TooManyShards {
    walks: usize,
    of: u32,
}

impl Shards {
    /// Shares these walks out, so that each shard takes about as long as the others: the longest first,
    /// each to the shard that has the least to do.
    ///
    /// # Errors
    ///
    /// [`TooManyShards`].
    pub fn slice<'a>(
        shard: Shard,
        program: &str,
        walks: impl IntoIterator<Item = (&'a str, Span)>,
    ) -> Result<Shards, TooManyShards> {
        let walks: Vec<(&str, Span)> = walks.into_iter().collect();
        let Shard { number, of } = shard;
        let shards = usize::try_from(of).unwrap_or(usize::MAX);
        if shards > walks.len() {
            let walks = walks.len();
            return Err(TooManyShards { walks, of });
        }
        let mut longest_first = walks.clone();
        longest_first.sort_by_key(|(_, length)| Reverse(*length));
        // For each shard how long it takes, and how many walks it has.
        let mut loads = vec![(Span::ZERO, 0_usize); shards];
        let mut chosen: BTreeMap<&str, u32> = BTreeMap::new();
        for (walk, length) in longest_first {
            let least = (1..=of).zip(&mut loads).min_by_key(|(_, load)| **load);
            if let Some((number, (total, count))) = least {
                *total = [*total, length].into_iter().sum();
                *count += 1;
                chosen.insert(walk, number);
            }
        }
        let in_order = walks
            .iter()
            .filter_map(|(walk, _)| Some(((*walk).to_owned(), *chosen.get(walk)?)));
        Ok(Shards {
            held: BTreeSet::from([number]),
            of,
            program: program.to_owned(),
            walks: in_order.collect(),
        })
    }

    /// Whether it has this walk, whose name is without a repetition's number.
    pub fn holds(&self, walk: &str) -> bool {
        let shard = self.walks.get(walk);
        shard.is_some_and(|shard| self.held.contains(shard))
    }

    /// The walks that it has, in order.
    pub fn here(&self) -> impl Iterator<Item = &str> {
        self.walks
            .keys()
            .map(String::as_str)
            .filter(|walk| self.holds(walk))
    }

    /// The walks that others have, in order.
    pub fn elsewhere(&self) -> impl Iterator<Item = &str> {
        self.walks
            .keys()
            .map(String::as_str)
            .filter(|walk| !self.holds(walk))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn walks() -> Vec<(&'static str, Span)> {
        let lengths = [("a", "10s"), ("b", "60s"), ("c", "30s"), ("d", "25s")];
        lengths
            .map(|(name, length)| (name, length.parse().unwrap()))
            .to_vec()
    }

    fn slice(shard: &str) -> Shards {
        Shards::slice(shard.parse().unwrap(), "00", walks()).unwrap()
    }

    #[test]
    fn each_walk_is_in_one_shard_and_each_shard_is_about_as_long() {
        let (one, two) = (slice("1/2"), slice("2/2"));
        assert_eq!(one.here().collect::<Vec<_>>(), ["b"]);
        assert_eq!(two.here().collect::<Vec<_>>(), ["a", "c", "d"]);
        assert!(one.elsewhere().eq(two.here()));
        assert!(
            one.walks.keys().eq(["a", "b", "c", "d"]),
            "in the journal's order"
        );
    }

    #[test]
    fn a_shard_without_a_walk_is_refused() {
        let error = Shards::slice("1/5".parse().unwrap(), "00", walks()).unwrap_err();
        assert_eq!(error, TooManyShards { walks: 4, of: 5 });
        let instant = walks().into_iter().map(|(name, _)| (name, Span::ZERO));
        let each = Shards::slice("4/4".parse().unwrap(), "00", instant).unwrap();
        assert_eq!(each.here().collect::<Vec<_>>(), ["d"]);
    }

    #[rstest]
    #[case("0/3")]
    #[case("4/3")]
    #[case("1/0")]
    #[case("1")]
    #[case("1/3/1")]
    #[case("-1/3")]
    #[case("")]
    fn what_is_no_shard_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Shard>(), Err(NoShard(text.to_owned())));
    }
}
