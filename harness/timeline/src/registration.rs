//! Registrations that agents tried.

use model::journal::event::NoSuccess;
use model::topology::Pool;

use crate::position::Position;

/// A registration that was tried.
#[derive(Clone, Debug)]
pub struct Registration {
    /// When its answer came, or was no longer waited for.
    pub position: Position,
    /// At which pool.
    pub pool: Pool,
    /// Whether it was accepted; if not, how it ended.
    pub outcome: Result<(), NoSuccess>,
}

impl Registration {
    /// Whether the pool accepted it.
    pub fn is_accepted(&self) -> bool {
        self.outcome.is_ok()
    }
}
