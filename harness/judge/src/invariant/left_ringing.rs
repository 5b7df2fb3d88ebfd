//! Whom a call does not need any more is told so: once one of several agents is connected, or the
//! caller has gone, every other phone stops ringing within the window `told`, and whoever accepted
//! all the same is let go.

use super::was_well;
use crate::checked::Objection;
use crate::conversation::over;
use crate::scope::Scope;
use timeline::call::Call;

/// That this call has left an agent ringing, or in a call with nobody.
pub(super) fn broken(scope: &Scope<'_>, call: &Call) -> Option<Objection> {
    let pool = scope.timeline.carrier(call)?;
    let connected = call.connected().map(|(leg, _)| leg);
    let taken = connected.and_then(|leg| leg.accepted);
    let gone = call.caller.ended.map(|(position, _)| position);
    let decided = taken.into_iter().chain(gone).min()?;
    let others = call
        .legs
        .iter()
        .filter(|leg| connected.is_none_or(|connected| connected.party.id != leg.party.id));
    let mut left = others.filter(|leg| {
        let since_us = leg.alerted.max(decided).t_us;
        let limit_us = since_us.saturating_add(scope.told_us());
        limit_us <= scope.end.t_us
            && over(leg).is_none_or(|over| over.t_us > limit_us)
            && was_well(scope, pool, (leg.alerted, scope.end))
    });
    let leg = left.next()?;
    let why = format!(
        "{} was left with {} from {} on, who was not told within {}",
        leg.party.actor,
        call.words(),
        decided,
        scope.windows.told
    );
    Some(Objection::fail(why).at(leg.alerted).at(decided))
}
