//! Nobody is alerted while in a call, but by a group that asks everybody, whatever their presence.

use super::{known_before, objection};
use crate::checked::Objection;
use crate::scope::Scope;
use timeline::call::{Call, Leg};

/// That this leg alerts an agent who is in a call.
pub(super) fn broken(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
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
