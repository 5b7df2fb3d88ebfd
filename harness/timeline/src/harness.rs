//! What the harness itself did and suffered: instructions to actors, and its own troubles.

use model::host::HostName;

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

/// A machine had no time for the probe on it, and perhaps for nobody else there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Starvation {
    /// When the probe could go on.
    pub position: Position,
    /// Whose machine.
    pub host: HostName,
    /// How long the probe had been due, in microseconds.
    pub late_us: u64,
}
