//! What partners tell each other in every heartbeat, in either direction.

use serde::{Deserialize, Serialize};

use crate::pool::http_client::Outcome;
use crate::pool::turn::Turn;
use crate::store::directory::Directory;
use crate::store::object::PoolName;
use crate::store::record::ServingRecord;
use crate::web::reply;

/// The path of heartbeats.
pub(super) const PATH: &str = "/partner/heartbeat";

/// A heartbeat, and the answer to one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pool) struct Heartbeat {
    /// Who sends it.
    pub(super) pool: PoolName,
    /// The sender's serving record; none if its database has not told it yet.
    pub(super) record: Option<ServingRecord>,
    /// The version of the receiver's directory that the sender has; zero for none.
    pub(super) holds: u64,
    /// The sender's directory, if the receiver is not known to have it.
    #[serde(default)]
    pub(super) directory: Option<Directory>,
}

impl Heartbeat {
    /// Whether its sender knows its own record.
    pub(in crate::pool) fn has_record(&self) -> bool {
        self.record.is_some()
    }
}

/// The answer to a heartbeat, if there is one.
pub(super) fn read(turn: &mut Turn<'_>, outcome: Outcome) -> Option<Heartbeat> {
    let response = outcome.ok()?;
    reply::read(response.body())
        .inspect_err(|error| turn.log(format!("the partner's answer to a heartbeat: {error}")))
        .ok()
}
