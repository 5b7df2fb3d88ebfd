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

impl Interval {
    /// Whether this was within: after the beginning, and before the end.
    pub fn contains(self, position: Position) -> bool {
        self.begin < position && self.end.is_none_or(|end| position < end)
    }
}
