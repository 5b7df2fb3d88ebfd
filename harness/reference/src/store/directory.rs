//! What partners know of each other's groups, so that either console can show them, and either
//! pool knows whose number is called, while the other pool is dead.

use serde::{Deserialize, Serialize};

use super::agent_group::Participation;
use super::object::PoolName;
use super::record::StandInState;

/// What a pool tells its partner about the groups that it keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Directory {
    /// What the pool does for the copies among them.
    pub(crate) stand_in: StandInState,
    /// The names of the workflows that belong to the pool.
    pub(crate) workflows: Vec<String>,
    /// The agent groups, own ones and copies.
    pub(crate) groups: Vec<Listed>,
}

/// An agent group in a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) owner: PoolName,
    pub(crate) participation: Participation,
    pub(crate) agents: Vec<String>,
    pub(crate) signed_in: Vec<String>,
}

impl Directory {
    /// A version that changes with the contents: FNV-1a, 64 bits. Never zero, which stands for
    /// no directory.
    pub(crate) fn version(&self) -> u64 {
        const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
        const PRIME: u64 = 0x0100_0000_01b3;
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let hash = bytes.iter().fold(OFFSET, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(PRIME)
        });
        hash.max(1)
    }
}
