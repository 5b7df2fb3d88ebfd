//! First come, first served: of calls that wait for the same agents, the one that has waited longest is given the
//! next who can be alerted.
//!
//! Spoken of are calls to one group that one pool carries, and that were answered clearly one after the other. One
//! that alerts somebody has what it waits for, and whom a call has alerted before it need not alert again. Where
//! links lose or delay what is sent, nothing is said.

use super::order::CROSSING_US;
use crate::checked::Objection;
use crate::fault;
use crate::scope::Scope;
use timeline::call::{Call, Leg};
use timeline::position::Position;

/// That this leg alerts an agent for whom another call has waited longer.
pub(super) fn broken(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    let timeline = scope.timeline;
    let (pool, (answered, _)) = (timeline.carrier(call)?, call.answered?);
    if !timeline.links.are_sound() {
        return None;
    }
    let came_before = |other: &Call| {
        let since = other
            .answered
            .map(|(since, _)| since.t_us.saturating_add(scope.gap_us()));
        other.to == call.to && since.is_some_and(|since_us| since_us <= answered.t_us)
    };
    let mut others = timeline.calls.iter().filter(|other| {
        came_before(other)
            && waits(other, leg)
            && timeline.carrier(other) == Some(pool)
            && fault::was_well(timeline, pool, (other.placed, leg.alerted))
    });
    let other = others.next()?;
    let why = format!(
        "{} alerted {} at {}, although {} had waited longer",
        call.words(),
        leg.party.actor,
        leg.alerted,
        other.words()
    );
    Some(Objection::fail(why).at(other.placed).at(leg.alerted))
}

/// Whether a call waits when this leg is alerted, alerts nobody then, and has not alerted this agent before.
fn waits(call: &Call, leg: &Leg) -> bool {
    let at = leg.alerted;
    let moment = |us: u64| us <= at.t_us.saturating_add(CROSSING_US);
    let left = call.accepted().into_iter().chain(call.over()).min();
    let is_left = left.is_some_and(|left| moment(left.t_us));
    let rings = |known: &Leg| {
        let ends = [known.accepted, known.over()];
        let over: Option<Position> = ends.into_iter().flatten().min();
        let is_over = over.is_some_and(|over| over.t_us.saturating_add(CROSSING_US) < at.t_us);
        moment(known.alerted.t_us) && (!is_over || known.party.actor == leg.party.actor)
    };
    !is_left && !call.legs.iter().any(rings)
}
