//! What a load is told, and tells.

use crate::Measured;

/// What a load is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Tell what was measured since the beginning, or since this was last asked.
    Measure,
    /// Begin nothing more, end what there is, and tell what was measured.
    End,
}

/// What a load tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// What was measured so far: once a second.
    Progress(Box<Measured>),
    /// What was measured since the beginning, or since this was last asked.
    Measured(Box<Measured>),
    /// All is over, and this was measured: where it was asked in between, since then. Nothing follows that was
    /// not asked for.
    Over(Box<Measured>),
}
