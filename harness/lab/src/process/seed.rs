//! Where chances come from in a process that has several nodes.

use sha2::{Digest, Sha256};

/// Where the randomness of all actors and probes comes from.
#[derive(Clone, Copy, Debug)]
pub struct Seed([u8; 32]);

impl Seed {
    /// The seed of one actor, or of a host's probe: it depends on nobody else.
    pub(crate) fn of(&self, actor: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.0)
            .chain_update(actor)
            .finalize()
            .into()
    }
}

impl From<[u8; 32]> for Seed {
    fn from(bytes: [u8; 32]) -> Self {
        Seed(bytes)
    }
}

impl From<u64> for Seed {
    fn from(number: u64) -> Self {
        Seed(Sha256::digest(number.to_be_bytes()).into())
    }
}
