//! Which value occurred how often.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How often which value occurred, told apart by three digits (HDR histogram).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Histogram {
    /// How many values there are.
    pub count: u64,
    /// The least; 0 without any, as all that follows.
    pub min: u64,
    /// The value that half of them do not exceed.
    pub p50: u64,
    /// That 75 of a hundred do not exceed.
    pub p75: u64,
    /// That 90 of a hundred do not exceed.
    pub p90: u64,
    /// That 95 of a hundred do not exceed.
    pub p95: u64,
    /// That 99 of a hundred do not exceed.
    pub p99: u64,
    /// That 999 of a thousand do not exceed.
    #[serde(rename = "p99.9")]
    pub p99_9: u64,
    /// The greatest.
    pub max: u64,
    /// Each value that occurred, and how often. Left out where they are told elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(u64, u64)>,
}

impl Histogram {
    /// Of these values, in order, each with how often it occurred.
    pub fn of(values: Vec<(u64, u64)>) -> Histogram {
        let count = values.iter().map(|(_, often)| often).sum();
        let [min, max] = [values.first(), values.last()];
        let [min, max] = [min, max].map(|value| value.map_or(0, |(value, _)| *value));
        let not_exceeded_by = |permille: u64| percentile(&values, count, permille);
        Histogram {
            count,
            min,
            p50: not_exceeded_by(500),
            p75: not_exceeded_by(750),
            p90: not_exceeded_by(900),
            p95: not_exceeded_by(950),
            p99: not_exceeded_by(990),
            p99_9: not_exceeded_by(999),
            max,
            values,
        }
    }

    /// The values of both.
    #[must_use]
    pub fn and(&self, other: &Histogram) -> Histogram {
        let mut values = self.values.clone();
        for (value, often) in &other.values {
            match values.binary_search_by_key(value, |(value, _)| *value) {
                Ok(place) => values[place].1 += often,
                Err(place) => values.insert(place, (*value, *often)),
            }
        }
        Histogram::of(values)
    }

    /// The same, without each value.
    #[must_use]
    pub fn in_short(&self) -> Histogram {
        Histogram {
            values: Vec::new(),
            ..self.clone()
        }
    }
}

/// The least of these values that so many of a thousand do not exceed.
fn percentile(values: &[(u64, u64)], count: u64, permille: u64) -> u64 {
    let rank = (count * permille).div_ceil(1_000).max(1);
    let mut seen = 0;
    let found = values.iter().find(|(_, often)| {
        seen += often;
        seen >= rank
    });
    found.map_or(0, |(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_all_is_nothing() {
        assert_eq!(Histogram::of(Vec::new()), Histogram::default());
    }

    #[test]
    fn what_both_have_is_in_both_together() {
        let one = Histogram::of(vec![(1, 90), (5, 10)]);
        let both = one.and(&Histogram::of(vec![(3, 99), (5, 1)]));
        assert_eq!(both.values, [(1, 90), (3, 99), (5, 11)]);
        assert_eq!((both.count, both.min, both.max), (200, 1, 5));
        assert_eq!((one.p50, one.p90, one.p95), (1, 1, 5));
        assert_eq!((both.p50, both.p90, both.p95), (3, 3, 5));
        assert_eq!(both.in_short().values, []);
    }
}
