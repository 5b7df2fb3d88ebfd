//! Calls in progress: answered by the response group application, and not yet by an agent.
//!
//! Only the caller's end can be observed, and whatever is received there counts: greeting, music,
//! and an agent's voice once the call is handed over.

use model::clause::HeldOutcome;

use crate::checked::Checked;
use crate::held::{self, State};
use crate::scope::Scope;

/// Judges what becomes of calls in progress.
pub(crate) fn check(scope: &Scope<'_>, outcome: HeldOutcome) -> Checked {
    held::check(scope, State::InProgress, outcome)
}
