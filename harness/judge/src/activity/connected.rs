//! Calls connected to an agent: accepted, and both ends have heard each other.
//!
//! *Stays connected*: each end receives the other's RTP from the stage's beginning to its end, no
//! gap longer than the window. *Disconnected*: at each end a BYE, or no RTP whatever for the
//! window of silence and until the stage ends.

use model::clause::{CallKind, HeldOutcome};

use crate::checked::Checked;
use crate::held::{self, State};
use crate::scope::Scope;

/// Judges what becomes of connected calls of this kind.
pub(crate) fn check(scope: &Scope<'_>, calls: CallKind, outcome: HeldOutcome) -> Checked {
    held::check(scope, State::Connected(calls), outcome)
}
