//! Nobody is alerted while in a call, but by a group that asks everybody, whatever their presence: neither in a
//! call to a group, nor in one on behalf of a group.

use super::{asks_everybody, known_before, objection};
use crate::checked::Objection;
use crate::fault;
use crate::scope::Scope;
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
    let own = timeline.strays.iter().find(|own| {
        own.party.actor == leg.party.actor
            && timeline.pool_at(own.from.ip()) == Some(pool)
            && own.accepted.is_some_and(|accepted| accepted < leg.alerted)
            && own.over().is_none_or(|over| over > leg.alerted)
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
        let begun = since.is_some_and(|(_, since_us)| since_us <= leg.alerted.t_us);
        let caller_left = other.caller.ended.map(|(position, _)| position);
        let left = earlier.over().into_iter().chain(caller_left).min();
        begun && left.is_none_or(|left| left > leg.alerted)
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
