//! Nobody is alerted by two calls at once.
//!
//! An agent whose phone still rings for a call that needs nobody any more is left ringing, which is
//! another thing: here both calls still want the agent. An INVITE that links lost and that comes late,
//! of a call that somebody has taken meanwhile, wants nobody.

use super::{known_before, objection};
use crate::checked::Objection;
use crate::scope::Scope;
use timeline::call::{Call, Leg};
use timeline::position::Position;

/// That this leg alerts an agent whom another call is alerting.
pub(super) fn broken(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    if call
        .accepted()
        .is_some_and(|accepted| accepted < leg.alerted)
    {
        return None;
    }
    let (other, earlier) = known_before(scope, call, leg).find(|(other, earlier)| {
        let later = |position: Option<Position>| position.is_none_or(|p| p > leg.alerted);
        rings(scope, other, earlier, leg.alerted)
            && later(earlier.accepted)
            && later(other.accepted())
    })?;
    let why = format!(
        "{} alerted {} at {}, whom {} was alerting",
        call.words(),
        leg.party.actor,
        leg.alerted,
        other.words()
    );
    Some(objection(why, earlier, leg))
}

/// Whether the group's alert time was not over then: after it the pool may ask elsewhere.
fn rings(scope: &Scope<'_>, call: &Call, leg: &Leg, at: Position) -> bool {
    let group = scope.timeline.group(&call.to);
    group.is_some_and(|group| {
        let rings = u64::try_from(group.alert_time.get().as_micros()).unwrap_or(u64::MAX);
        at.t_us
            < leg
                .alerted
                .t_us
                .saturating_add(rings)
                .saturating_sub(scope.gap_us())
    })
}
