//! What a load is told, and tells.

use crate::Measured;

/// What a load is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Begin nothing more, end what there is, and tell what was measured.
    End,
}

/// What a load tells.
#[derive(Clone, Debug)]
pub enum Event {
    /// What was measured so far: once a second.
    Progress(Box<Measured>),
    /// All is over, and this was measured. Nothing follows.
    Over(Box<Measured>),
}
