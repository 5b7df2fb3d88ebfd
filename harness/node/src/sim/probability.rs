//! How often a link's impairment occurs.

use std::fmt;

use rand_chacha::rand_core::Rng;

use super::SimError;

/// A probability, from never to always, in steps of 2⁻³².
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Probability {
    /// How many of the 2³² equally likely draws are hits.
    hits: u64,
}

/// How many different draws there are.
const DRAWS: u64 = 1 << 32;

impl Probability {
    /// No draw is a hit.
    pub const NEVER: Probability = Probability { hits: 0 };

    /// Every draw is a hit.
    pub const ALWAYS: Probability = Probability { hits: DRAWS };

    /// The probability `p`, from 0 to 1.
    ///
    /// # Errors
    ///
    /// [`SimError::NotAProbability`] if `p` lies outside of 0 to 1 or is no number.
    pub fn new(p: f64) -> Result<Self, SimError> {
        if !(0.0..=1.0).contains(&p) {
            return Err(SimError::NotAProbability(p));
        }
        let hits = (p * DRAWS as f64).round() as u64;
        Ok(Probability { hits })
    }

    /// The probability of `percent` in a hundred; always, from 100 upwards.
    pub const fn percent(percent: u32) -> Self {
        Probability::in_million(percent.saturating_mul(10_000))
    }

    /// The probability of `n` in a million; always, from a million upwards.
    pub const fn in_million(n: u32) -> Self {
        let n = if n > 1_000_000 { 1_000_000 } else { n };
        let hits = n as u64 * DRAWS / 1_000_000;
        Probability { hits }
    }

    /// Draws once. What never occurs takes nothing from `rng`.
    pub(super) fn occurs(self, rng: &mut impl Rng) -> bool {
        self != Probability::NEVER && u64::from(rng.next_u32()) < self.hits
    }
}

impl fmt::Debug for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Probability({})", self.hits as f64 / DRAWS as f64)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::sim::seed::{RngStream, Seed};

    #[rstest]
    #[case(-0.001)]
    #[case(1.001)]
    #[case(f64::NAN)]
    fn what_is_outside_of_zero_to_one_is_no_probability(#[case] p: f64) {
        assert!(matches!(
            Probability::new(p),
            Err(SimError::NotAProbability(_))
        ));
    }

    #[rstest]
    #[case(0.0, Probability::NEVER)]
    #[case(0.25, Probability::percent(25))]
    #[case(1.0, Probability::ALWAYS)]
    fn both_ways_of_writing_a_probability_agree(#[case] p: f64, #[case] same: Probability) {
        assert_eq!(Probability::new(p).unwrap(), same);
    }

    #[rstest]
    #[case(0, 0..=0)]
    #[case(10, 900..=1100)]
    #[case(100, 10_000..=10_000)]
    fn what_has_a_probability_occurs_as_often_as_it_says(
        #[case] percent: u32,
        #[case] expected: std::ops::RangeInclusive<usize>,
    ) {
        let mut rng = Seed::new(1).rng(RngStream::Wire { from: 0, to: 1 });
        let probability = Probability::percent(percent);
        let hits = (0..10_000).filter(|_| probability.occurs(&mut rng)).count();
        assert!(expected.contains(&hits), "{hits} of 10000");
    }
}
