//! Registrations that agents tried.

use model::topology::Pool;

use crate::position::Position;

/// A registration that was tried.
#[derive(Clone, Copy, Debug)]
pub struct Registration<'t> {
    /// When its answer came, or was no longer waited for.
    pub position: Position,
    /// Whose.
    pub agent: &'t str,
    /// At which pool.
    pub pool: Pool,
    /// Whether it was accepted.
    pub accepted: bool,
}
