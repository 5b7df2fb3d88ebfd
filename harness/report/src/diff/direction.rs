//! For better or for worse.

use serde::Serialize;

/// For better or for worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// For worse.
    Regressed,
    /// For better.
    Improved,
    /// Neither can be said.
    Moved,
}

impl Direction {
    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Direction::Regressed => "regressed",
            Direction::Improved => "improved",
            Direction::Moved => "moved",
        }
    }
}
