//! First come, first served: of calls that wait for the same agents, the one that has waited longest is given the
//! next who can be alerted.
//!
//! Spoken of are calls to one group that one pool carries, and that were answered clearly one after the other. One
//! that alerts somebody has what it waits for, and whom a call has alerted before it need not alert again; nor need one
//! whose caller holds it alert anybody. Where links lose or delay what is sent, nothing is said.

use model::topology::Routing;

use super::order::all_registered;
use crate::checked::Objection;
use crate::fault;
use crate::hold;
use crate::scope::{CROSSING_US, Scope};
use timeline::call::{Call, Leg};
use timeline::position::Position;

/// That this leg alerts an agent for whom another call has waited longer.
pub(super) fn broken(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    let timeline = scope.timeline;
    let (pool, (answered, _)) = (timeline.carrier(call)?, call.answered?);
    if !timeline.links.are_sound() {
        return None;
    }
    let came_before_us = answered.t_us.checked_sub(scope.gap_us())?;
    let beyond_us = leg.alerted.t_us.saturating_add(CROSSING_US);
    // Who took the call back some time ago is in turn again.
    let lately_us = leg.alerted.t_us.saturating_sub(scope.alert_us());
    let lately_us = lately_us.max(came_before_us);
    let waiting = timeline.waiting(&call.to, (came_before_us, beyond_us));
    let group = timeline.group(&call.to)?;
    // Where one is asked after the other, who cannot be reached may be asked in vain meanwhile.
    let asks_all = matches!(group.routing, Routing::Parallel | Routing::Attendant);
    let mut others = waiting.into_iter().filter(|other| {
        alerts_nobody(other, leg)
            && (asks_all || all_registered(scope, group, (other.placed, leg.alerted)))
            && !hold::holds_between(&other.caller, (lately_us, beyond_us))
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

/// Whether a call alerts nobody when this leg is alerted, and has not alerted this agent before.
fn alerts_nobody(call: &Call, leg: &Leg) -> bool {
    let at = leg.alerted;
    let moment = |us: u64| us <= at.t_us.saturating_add(CROSSING_US);
    let rings = |known: &Leg| {
        let ends = [known.accepted, known.over()];
        let over: Option<Position> = ends.into_iter().flatten().min();
        let is_over = over.is_some_and(|over| over.t_us.saturating_add(CROSSING_US) < at.t_us);
        moment(known.alerted.t_us) && (!is_over || known.party.actor == leg.party.actor)
    };
    !call.legs.iter().any(rings)
}
