//! Nobody is alerted while in a call, but by a group that asks everybody, whatever their presence: neither in a
//! call to a group, nor in one on behalf of a group.

use super::{asks_everybody, known_before, objection};
use crate::checked::Objection;
use crate::fault;
use crate::scope::{CROSSING_US, Scope};
use timeline::call::{Call, Leg};

/// That this leg alerts an agent who is in a call.
pub(super) fn broken(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    in_group_call(scope, call, leg).or_else(|| on_behalf(scope, call, leg))
}

/// That the agent is in a call on behalf of a group, which the pool itself has made.
fn on_behalf(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    let timeline = scope.timeline;
    let pool = timeline.carrier(call)?;
    if asks_everybody(scope, call) {
        return None;
    }
    let alerts = timeline
        .alerts_at(&leg.party.actor, leg.alerted)
        .into_iter();
    let mut strays = alerts.filter_map(|(call, own)| call.is_none().then_some(own));
    let own = strays.find(|own| {
        timeline.carrier_on_behalf(own) == Some(pool)
            && own.accepted.is_some_and(|accepted| accepted < leg.alerted)
            // The pool may just have ended it.
            && own.over().is_none_or(|over| over > leg.alerted.later_by(CROSSING_US))
            && fault::was_well(timeline, pool, (own.alerted, leg.alerted))
    })?;
    let why = format!(
        "{} alerted {} at {}, who was in a call on behalf of a group",
        call.words(),
        leg.party.actor,
        leg.alerted
    );
    Some(objection(why, own, leg))
}

/// That the agent is in a call to a group.
fn in_group_call(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    let mut taken =
        known_before(scope, call, leg).filter(|(_, earlier)| earlier.accepted.is_some());
    let (other, earlier) = taken.find(|(other, earlier)| {
        let connected = other.connected();
        let since = connected.filter(|(talking, _)| talking.party.id == earlier.party.id);
        since.is_some_and(|(_, since_us)| since_us <= leg.alerted.t_us)
    })?;
    let why = format!(
        "{} alerted {} at {}, who was in {}",
        call.words(),
        leg.party.actor,
        leg.alerted,
        other.words()
    );
    Some(objection(why, earlier, leg))
}
