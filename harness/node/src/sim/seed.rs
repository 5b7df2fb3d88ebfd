//! Where all randomness of a simulation comes from.
//!
//! Each use draws from a ChaCha8 stream of its own, under one key: a stream for each direction
//! between two hosts, each boot of a node, and each node's disk. So traffic on one link shifts
//! no draw of another.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The seed of a simulation.
#[derive(Clone, Copy)]
pub(super) struct Seed(u64);

/// What random numbers are for: each has a stream of its own.
#[derive(Clone, Copy)]
pub(super) enum RngStream {
    /// Jitter and impairments in one direction between two hosts.
    Wire { from: usize, to: usize },
    /// The seed that a node's process gets at its `count`-th start.
    Boot { node: usize, count: u32 },
    /// How long a node's disk takes to sync.
    Sync { node: usize },
}

impl Seed {
    pub(super) const fn new(seed: u64) -> Self {
        Seed(seed)
    }

    /// The random numbers for one use: the same seed and use give the same ones.
    pub(super) fn rng(self, stream: RngStream) -> ChaCha8Rng {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&self.0.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream.number());
        rng
    }

    /// What a node's process is seeded with at its `count`-th start.
    pub(super) fn boot(self, node: usize, count: u32) -> [u8; 32] {
        let mut seed = [0; 32];
        self.rng(RngStream::Boot { node, count })
            .fill_bytes(&mut seed);
        seed
    }
}

impl RngStream {
    /// The number of the ChaCha stream: two bits of kind, then two indices of at most 31 bits.
    const fn number(self) -> u64 {
        let (kind, first, second) = match self {
            RngStream::Wire { from, to } => (0, from as u64, to as u64),
            RngStream::Boot { node, count } => (1, node as u64, count as u64),
            RngStream::Sync { node } => (2, node as u64, 0),
        };
        kind << 62 | first << 31 | second
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_boot_of_each_node_under_each_seed_has_a_seed_of_its_own() {
        let mut seeds = BTreeSet::new();
        for seed in 0..4 {
            for node in 0..4 {
                for count in 0..4 {
                    seeds.insert(Seed::new(seed).boot(node, count));
                }
            }
        }
        assert_eq!(seeds.len(), 64);
        assert_eq!(Seed::new(3).boot(2, 1), Seed::new(3).boot(2, 1));
    }
}
