//! What partners tell each other in every heartbeat, in either direction.

use serde::{Deserialize, Serialize};

use crate::store::directory::Directory;
use crate::store::object::PoolName;
use crate::store::record::ServingRecord;

/// A heartbeat, and the answer to one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heartbeat {
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
