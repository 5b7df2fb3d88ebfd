//! What the harness itself suffered.

use model::host::HostName;

use crate::position::Position;

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
