//! A holiday set: days on which a workflow does otherwise.

use serde::{Deserialize, Serialize};

/// A holiday set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// The holidays.
    pub holidays: Vec<Holiday>,
}

/// A holiday, from start to end, in seconds since 1970 (UTC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// What it is called.
    pub name: String,
    /// Its first second.
    pub start: u64,
    /// The first second after it.
    pub end: u64,
}

impl Holidays {
    /// Whether `unix` seconds since 1970 (UTC) fall on one of the holidays.
    pub fn contain(&self, unix: u64) -> bool {
        self.holidays
            .iter()
            .any(|holiday| (holiday.start..holiday.end).contains(&unix))
    }
}
