//! What a fault says of itself.

use std::fmt;

use serde::{Serialize, Serializer};

use super::action::Action;
use super::affected::Affected;

/// A kind of fault: a way to take hosts away.
#[derive(Clone, Copy)]
pub struct FaultKind {
    name: &'static str,
    about: &'static str,
    actions: fn(&Affected<'_>) -> Vec<Action>,
}

impl FaultKind {
    /// A fault of this name, with what it does, in a clause, and the actions that bring it about,
    /// in order. Undone in the opposite order, it is healed.
    pub const fn new(
        name: &'static str,
        about: &'static str,
        actions: fn(&Affected<'_>) -> Vec<Action>,
    ) -> Self {
        FaultKind {
            name,
            about,
            actions,
        }
    }

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        self.name
    }

    /// What it does, in a clause.
    pub const fn about(self) -> &'static str {
        self.about
    }

    /// What a lab does to bring it about, in order.
    pub(super) fn actions(self, affected: &Affected<'_>) -> Vec<Action> {
        (self.actions)(affected)
    }
}

impl PartialEq for FaultKind {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for FaultKind {}

impl fmt::Debug for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultKind({})", self.name)
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

impl Serialize for FaultKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}
