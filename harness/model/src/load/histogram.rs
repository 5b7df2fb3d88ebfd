//! Which value occurred how often.

use std::collections::BTreeMap;

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<(u64, u64)>>,
}

impl Histogram {
    /// Of these values, in order, each with how often it occurred.
    pub fn of(values: Vec<(u64, u64)>) -> Histogram {
        let all = values.iter().map(|(_, often)| *often);
        let count = all.fold(0, u64::saturating_add);
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
            values: Some(values),
        }
    }

    /// The values of all of these.
    pub fn all<'h>(parts: impl IntoIterator<Item = &'h Histogram>) -> Histogram {
        let mut values: BTreeMap<u64, u64> = BTreeMap::new();
        for (value, often) in parts
            .into_iter()
            .flat_map(|part| part.values.iter().flatten())
        {
            let sum = values.entry(*value).or_default();
            *sum = sum.saturating_add(*often);
        }
        Histogram::of(values.into_iter().collect())
    }

    /// The same, without each value.
    #[must_use]
    pub fn in_short(&self) -> Histogram {
        Histogram {
            values: None,
            ..self.clone()
        }
    }
}

/// The least of these values that so many of a thousand do not exceed.
fn percentile(values: &[(u64, u64)], count: u64, permille: u64) -> u64 {
    let rank = (u128::from(count) * u128::from(permille)).div_ceil(1_000);
    let mut seen = 0;
    let found = values.iter().find(|(_, often)| {
        seen += u128::from(*often);
        seen >= rank.max(1)
    });
    found.map_or(0, |(value, _)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_all_is_nothing() {
        assert_eq!(Histogram::of(Vec::new()).in_short(), Histogram::default());
    }

    #[test]
    fn what_several_have_is_in_all_of_them_together() {
        let one = Histogram::of(vec![(1, 90), (5, 10)]);
        let all = Histogram::all([&one, &Histogram::of(vec![(3, 99), (5, 1)])]);
        assert_eq!(all.values, Some(vec![(1, 90), (3, 99), (5, 11)]));
        assert_eq!((all.count, all.min, all.max), (200, 1, 5));
        assert_eq!((one.p50, one.p90, one.p95), (1, 1, 5));
        assert_eq!((all.p50, all.p90, all.p95), (3, 3, 5));
        assert_eq!(all.in_short().values, None);
    }

    /// A file can say anything.
    #[test]
    fn more_than_can_be_counted_is_the_most_that_can() {
        let most = Histogram::of(vec![(1, u64::MAX), (2, u64::MAX)]);
        let all = Histogram::all([&most, &most]);
        assert_eq!((all.count, all.p50, all.max), (u64::MAX, 1, 2));
    }
}
