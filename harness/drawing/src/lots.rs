//! Lots: random numbers that depend on a seed and on what they are for, and on nothing else.
//!
//! Who verifies a run draws again, maybe years later: so only what ChaCha itself gives is used, none
//! of the ways of shuffling that a library may change.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest as _, Sha256};

/// What draws.
pub(crate) struct Lots(ChaCha8Rng);

impl Lots {
    /// The lots of one walk in a run with this seed.
    pub(crate) fn of(seed: u64, walk: &str) -> Lots {
        let digest = Sha256::new()
            .chain_update("drawn\n")
            .chain_update(seed.to_be_bytes())
            .chain_update(walk)
            .finalize();
        Lots(ChaCha8Rng::from_seed(digest.into()))
    }

    /// A number below `count`, which is not 0. That the first numbers come a little more often
    /// matters to nobody: counts are small.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0.next_u64() % count).unwrap_or_default()
    }

    /// A whole number from `-most` to `most`.
    pub(crate) fn within(&mut self, most: i64) -> i64 {
        let count = usize::try_from(2 * most + 1).unwrap_or(1);
        i64::try_from(self.below(count)).unwrap_or_default() - most
    }

    /// One of these; none of nothing.
    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// These, in an order that is drawn.
    pub(crate) fn shuffle<T>(&mut self, all: &mut [T]) {
        for last in (1..all.len()).rev() {
            let other = self.below(last + 1);
            all.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_for_the_same_walk_only() {
        let drawn = |seed, walk| {
            let mut lots = Lots::of(seed, walk);
            [(); 8].map(|()| lots.below(1_000))
        };
        assert_eq!(drawn(1, "kill"), drawn(1, "kill"));
        assert_ne!(drawn(1, "kill"), drawn(2, "kill"));
        assert_ne!(drawn(1, "kill"), drawn(1, "freeze"));
    }

    /// Journals of earlier runs are drawn again: this must never change.
    #[test]
    fn lots_are_the_same_in_every_release() {
        let mut lots = Lots::of(1, "imported-kill");
        let mut letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
        lots.shuffle(&mut letters);
        let numbers = [(); 4].map(|()| lots.within(40));
        assert_eq!(
            (letters.iter().collect::<String>(), numbers),
            ("fgdabhec".to_owned(), [25, 21, 23, 5])
        );
    }
}
