//! What the harness itself did and suffered: instructions to actors, and its own troubles.

use crate::position::Position;

/// The conductor told an actor what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// When.
    pub position: Position,
    /// Whom.
    pub actor: String,
    /// What, in words.
    pub what: String,
}

/// An actor's own trouble: what it saw or did cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When.
    pub position: Position,
    /// Whose.
    pub actor: String,
    /// What, in words.
    pub what: String,
}
