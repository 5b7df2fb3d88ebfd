//! Calls connected to an agent: accepted, and both ends have heard each other.
//!
//! *Stays connected*: each end receives the other's RTP from the stage's beginning to its end, no
//! gap longer than the window. *Disconnected*: at each end a BYE, or no RTP whatever for the
//! window of silence and until the stage ends. That an anonymous call is one, as long as there is any,
//! is judged in [`crate::anonymity`]. Calls on behalf of a group that were begun in an earlier stage are regular ones: nobody
//! ends them but the agent or the callee.

use model::clause::{CallKind, HeldOutcome};

use super::on_behalf;
use crate::anonymity::Disclosures;
use crate::checked::{Checked, all_of, both};
use crate::held::{self, State};
use crate::scope::Scope;

/// Judges what becomes of connected calls of this kind.
pub(crate) fn check(
    scope: &Scope<'_>,
    disclosures: &Disclosures,
    calls: CallKind,
    outcome: HeldOutcome,
) -> Checked {
    let held = held::check(scope, State::Connected(calls), outcome);
    match (calls, outcome) {
        (CallKind::Regular, HeldOutcome::StayConnected) => {
            both(held, on_behalf::stay(scope)).map(|(held, ())| held)
        }
        (CallKind::Regular, _) | (_, HeldOutcome::NoneInThisState) => held,
        (CallKind::Anonymous, _) => {
            all_of(scope.begin, [held, disclosures.of_earlier_calls(scope)])
        }
    }
}
