//! From when to when a stage lasted.

use crate::position::Position;

/// From when to when a stage lasted.
#[derive(Clone, Copy, Debug)]
pub struct Interval {
    /// Its precondition was observed.
    pub begin: Position,
    /// It was over; absent where the walk stopped in it.
    pub end: Option<Position>,
}
