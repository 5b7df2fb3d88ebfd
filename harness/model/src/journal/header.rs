//! The first line of a journal: which run this is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::claims::Claims;
use crate::figure::Objectives;
use crate::host::HostName;
use crate::shards::Shards;
use crate::walk::LabKind;
use crate::yardstick::Yardstick;

/// The first line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`Header::SCHEMA`].
    pub schema: String,
    /// The version of rgdrill that ran the drill.
    pub rgdrill: String,
    /// The name of the target that was drilled.
    pub target: String,
    /// The lab in which it was.
    pub lab: LabKind,
    /// What ran on each host of a pool or database: an image with its digest for each container, or the
    /// embedded reference servers. Absent in journals of before it was written down.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ran: BTreeMap<HostName, Vec<String>>,
    /// The seed of all randomness.
    pub seed: u64,
    /// The SHA-256 of the tables that the walks were planned by, in hexadecimal digits.
    pub tables_sha256: String,
    /// The clauses that were asked for: ids, or patterns with `*`. Empty: all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// What the target says of its own limits. Absent: it claims everything, and declares no
    /// deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claims>,
    /// How many times each walk was run; see [`repetition`](crate::repetition).
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub repetitions: u32,
    /// What was required of the figures.
    #[serde(default, skip_serializing_if = "Objectives::is_empty")]
    pub objectives: Objectives,
    /// What of the scenarios is not the release's. Absent in journals of before it was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yardstick: Option<Yardstick>,
    /// When the drill began, by the harness's clock (RFC 3339, UTC). Absent in simulation, where time is
    /// virtual and the same seed gives the same journal on any day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<String>,
    /// What of the drill this is. Absent: all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shards: Option<Shards>,
}

const fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_once(repetitions: &u32) -> bool {
    *repetitions == 1
}

impl Header {
    /// The version of the format that is written, and the only one that is read.
    pub const SCHEMA: &'static str = "rgdrill-journal/1";

    /// The header of a run by this version of rgdrill.
    pub fn new(target: &str, lab: LabKind, seed: u64, tables_sha256: &str) -> Header {
        Header {
            schema: Header::SCHEMA.to_owned(),
            rgdrill: env!("CARGO_PKG_VERSION").to_owned(),
            target: target.to_owned(),
            lab,
            ran: BTreeMap::new(),
            seed,
            tables_sha256: tables_sha256.to_owned(),
            asked: Vec::new(),
            claims: None,
            repetitions: 1,
            objectives: Objectives::new(),
            yardstick: None,
            began: None,
            shards: None,
        }
    }

    /// The same run, asked for these clauses only: ids, or patterns with `*`.
    #[must_use]
    pub fn asking(self, asked: Vec<String>) -> Header {
        Header { asked, ..self }
    }

    /// The same run, with this on each host of a pool or database.
    #[must_use]
    pub fn running(self, ran: BTreeMap<HostName, Vec<String>>) -> Header {
        Header { ran, ..self }
    }

    /// The same run, of a target that says this of its own limits.
    #[must_use]
    pub fn claiming(self, claims: Claims) -> Header {
        Header {
            claims: Some(claims),
            ..self
        }
    }

    /// The same run, with each walk run so many times.
    #[must_use]
    pub fn repeating(self, repetitions: u32) -> Header {
        Header {
            repetitions,
            ..self
        }
    }

    /// The same run, with this required of its figures.
    #[must_use]
    pub fn requiring(self, objectives: Objectives) -> Header {
        Header { objectives, ..self }
    }

    /// The same run, measured by this.
    #[must_use]
    pub fn measured_by(self, yardstick: Yardstick) -> Header {
        Header {
            yardstick: Some(yardstick),
            ..self
        }
    }

    /// The same run, begun at this time (RFC 3339, UTC).
    #[must_use]
    pub fn begun(self, began: Option<String>) -> Header {
        Header { began, ..self }
    }

    /// Of the same run, these shards; none: all of it.
    #[must_use]
    pub fn sharing(self, shards: Option<Shards>) -> Header {
        Header { shards, ..self }
    }
}
