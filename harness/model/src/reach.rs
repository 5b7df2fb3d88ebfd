//! What became of a question to a host or a process.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a probe learned of a host or a process within one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// It answered.
    Reached,
    /// Nothing came back.
    Silent,
    /// Its port is closed.
    Closed,
    /// The network says that it cannot be reached.
    Unreachable,
}

impl Reach {
    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Reach::Reached => "reached",
            Reach::Silent => "silent",
            Reach::Closed => "closed",
            Reach::Unreachable => "unreachable",
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
