//! A phone rings until somebody has taken the call, the caller has gone, or the group's alert time is over:
//! nobody is told before that it is over, and everybody within the window `told` after. Where links lose what is
//! sent, a pool that has heard nothing of a phone may give it up.

use crate::checked::Objection;
use crate::fault;
use crate::queue_timeout::{self, ARRIVES_US};
use crate::scope::{CROSSING_US, Scope, us};
use model::journal::event::EndedBy;
use timeline::call::{Call, Leg};
use timeline::position::{Lasting, Position};

/// That this call has withdrawn the alert of an agent whom it still needed, or left an agent ringing for longer
/// than the alert time.
pub(super) fn broken(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    early(scope, call, leg).or_else(|| late(scope, call, leg))
}

fn late(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    let pool = scope.timeline.carrier(call)?;
    let alert_time = scope.timeline.group(&call.to)?.alert_time;
    let limit = leg
        .alerted
        .later_by(us(alert_time))
        .later_by(scope.told_us());
    let decided = [leg.accepted, leg.over(), call.accepted(), call.over()];
    let is_late = scope.contains(limit)
        && scope.timeline.links.are_sound()
        && !decided
            .into_iter()
            .flatten()
            .any(|position| position <= limit)
        && fault::was_well(scope.timeline, pool, (leg.alerted, limit));
    is_late.then(|| {
        let why = format!(
            "{} went on alerting {} beyond {limit}: the alert time is {alert_time}",
            call.words(),
            leg.party.actor
        );
        Objection::fail(why).at(leg.alerted)
    })
}

fn early(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    let pool = scope.timeline.carrier(call)?;
    let (withdrawn, by) = leg.party.cut_off()?;
    let rang_us = withdrawn.t_us.saturating_sub(leg.alerted.t_us);
    let alert_time = scope.timeline.group(&call.to)?.alert_time;
    let by_then = |position: Position| position.t_us <= withdrawn.t_us.saturating_add(CROSSING_US);
    let decided = call.accepted().into_iter().chain(call.over()).min();
    let is_early = by == EndedBy::Cancelled
        && scope.timeline.links.are_sound()
        && rang_us.saturating_add(scope.gap_us()) < us(alert_time)
        && scope.contains(withdrawn)
        && fault::was_well(scope.timeline, pool, (leg.alerted, withdrawn));
    // Who declines does so at all telephones.
    let mut of_agent = call.legs.iter();
    let declined = of_agent
        .any(|other| other.party.actor == leg.party.actor && other.declined.is_some_and(by_then));
    // Whoever has waited for as long as the queue has time leaves it, with a prompt perhaps, and then the call ends.
    let has_left = queue_timeout::is_over(scope.timeline, call, withdrawn.later_by(ARRIVES_US));
    if !is_early || declined || has_left || decided.is_some_and(by_then) {
        return None;
    }
    let why = format!(
        "{} alerted {} for {} only, until {withdrawn}: nobody had taken it, and the alert time is \
         {alert_time}",
        call.words(),
        leg.party.actor,
        Lasting(rang_us)
    );
    Some(Objection::fail(why).at(leg.alerted).at(withdrawn))
}
