//! Whom a call does not need any more is told so: once one of several agents is connected, or the
//! caller has gone, every other phone stops ringing within the window `told`, and whoever accepted
//! all the same is let go. So is whoever is alerted for a caller who has gone already.
//!
//! The clause answers for it in whose stage that time is over, whenever the call was placed.

use super::was_well;
use crate::checked::Objection;
use crate::scope::Scope;
use timeline::call::{Call, Leg};
use timeline::position::Position;

/// That this call has left an agent ringing, or in a call with nobody.
pub(super) fn broken(scope: &Scope<'_>, call: &Call) -> Option<Objection> {
    let pool = scope.timeline.carrier(call)?;
    let mut left = call.legs.iter().filter_map(|leg| {
        let decided = not_needed_since(call, leg)?;
        let since = leg.alerted.max(decided);
        let limit = Position {
            t_us: since.t_us.saturating_add(scope.told_us()),
            ..since
        };
        let is_left = scope.answers_for(limit)
            && limit <= scope.answers_until()
            && leg.over().is_none_or(|over| over > limit)
            && was_well(scope, pool, (leg.alerted, limit));
        is_left.then_some((leg, decided))
    });
    let (leg, decided) = left.next()?;
    let why = format!(
        "{} was left with {} from {} on, who was not told within {}",
        leg.party.actor,
        call.words(),
        decided,
        scope.windows.told
    );
    Some(Objection::fail(why).at(leg.alerted).at(decided))
}

/// Since when the call does not need this agent any more: another is connected, or the caller has gone.
fn not_needed_since(call: &Call, leg: &Leg) -> Option<Position> {
    let connected = call.connected().map(|(leg, _)| leg);
    let another = connected.filter(|connected| connected.party.id != leg.party.id);
    let taken = another.and_then(|another| another.accepted);
    taken.into_iter().chain(call.over()).min()
}
