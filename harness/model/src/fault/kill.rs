//! `kill`: the process dies, its host stays up. On a database's host this is what takes the
//! database down.

use super::action::Action;
use super::kind::FaultKind;

impl FaultKind {
    /// The process dies, its host is up.
    pub const KILL: FaultKind = FaultKind::new(
        "kill",
        "the process dies, of a pool or a database; its host stays up and says that the port is closed",
        |affected| affected.each(Action::Kill),
    );
}
