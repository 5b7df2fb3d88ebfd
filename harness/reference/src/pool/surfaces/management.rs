//! What the two management surfaces have in common.
//!
//! What they show is read from the database of the pool that is asked about, this pool's or its
//! partner's, and not from memory: if the database cannot be read, the answer is an error. What
//! they change is changed by the pool that keeps it.

use crate::pool::http_client::Outcome;
use crate::pool::storage;
use crate::store::cache::Store;
use crate::store::object::{Kind, PoolName};
use crate::web::reply::Refusal;

/// A management surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Surface {
    /// The graphical one, and the configuration tool. It knows nothing of copies.
    ControlPanel,
    /// The cmdlets.
    Shell,
}

impl Surface {
    /// The surface of this name in a path.
    pub(super) fn of(word: &str) -> Result<Surface, Refusal> {
        match word {
            "control-panel" => Ok(Surface::ControlPanel),
            "shell" => Ok(Surface::Shell),
            _ => Err(Refusal::unknown(format!("there is no surface `{word}`"))),
        }
    }
}

/// The kind of object that a path names.
pub(super) fn kind_of(path: &str) -> Result<Kind, Refusal> {
    Kind::from_path(path).ok_or_else(|| Refusal::unknown(format!("there are no `{path}`")))
}

/// What the answer of `pool`'s database holds.
pub(super) fn read_database(pool: &PoolName, outcome: Outcome) -> Result<Store, Refusal> {
    storage::read(outcome).map_err(|_| {
        let error = format!("the database of {pool} cannot be read");
        Refusal::unavailable(error)
    })
}
