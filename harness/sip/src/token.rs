//! The random strings of SIP: branches, tags, Call-IDs, all from one seed.

use std::time::Duration;

use rand::{Rng as _, RngExt as _};
use rand_chacha::ChaCha8Rng;

/// What every branch of RFC 3261 begins with (§8.1.1.7).
pub(crate) const MAGIC_COOKIE: &str = "z9hG4bK";

/// Draws random strings, the same ones for the same seed.
#[derive(Debug)]
pub(crate) struct Tokens(ChaCha8Rng);

impl Tokens {
    pub(crate) fn new(seed: ChaCha8Rng) -> Self {
        Tokens(seed)
    }

    /// A branch that no other transaction has (§8.1.1.7).
    pub(crate) fn branch(&mut self) -> String {
        format!("{MAGIC_COOKIE}{:016x}", self.0.next_u64())
    }

    /// A tag with more than 32 bits of randomness (§19.3).
    pub(crate) fn tag(&mut self) -> String {
        format!("{:016x}", self.0.next_u64())
    }

    /// A Call-ID (§8.1.1.4).
    pub(crate) fn call_id(&mut self) -> String {
        format!("{:016x}{:016x}", self.0.next_u64(), self.0.next_u64())
    }

    /// A number for the origin of a session description.
    pub(crate) fn number(&mut self) -> u64 {
        // Some implementations read it as a signed number.
        self.0.next_u64() >> 1
    }

    /// A span from `least` to `most` milliseconds, in units of 10 ms (§14.1).
    pub(crate) fn wait(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(10 * self.0.random_range(least / 10..=most / 10))
    }
}
