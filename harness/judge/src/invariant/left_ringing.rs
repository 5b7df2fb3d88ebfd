//! Whom a call does not need any more is told so: once one of several agents is connected, or the
//! caller has gone, every other phone stops ringing within the window `told`, and whoever accepted
//! all the same is let go. So is whoever is alerted for a caller who has gone already, or for nobody at all.
//!
//! The clause answers for it in whose stage that time is over, whenever the call was placed. Nothing is said where a
//! fault affects a pool that messages of the call pass.

use model::topology::Pool;

use crate::checked::Objection;
use crate::fault;
use crate::scope::Scope;
use timeline::call::{Call, Leg};
use timeline::position::Position;

/// That this call has left an agent ringing, or in a call with nobody.
pub(super) fn broken(scope: &Scope<'_>, call: &Call) -> Option<Objection> {
    let pool = scope.timeline.carrier(call)?;
    let mut left = call.legs.iter().filter_map(|leg| {
        let decided = not_needed_since(call, leg)?;
        let is_left = is_left(scope, pool, leg, decided)
            && fault::path_was_well(scope.timeline, call, (decided, limit(scope, leg, decided)));
        is_left.then_some((leg, decided))
    });
    let (leg, decided) = left.next()?;
    let why = format!(
        "{} was left with {} from {} on, who was not told within {}",
        leg.party.actor,
        call.words(),
        decided,
        scope.told()
    );
    Some(Objection::fail(why).at(leg.alerted).at(decided))
}

/// That an agent of this pool's groups was left with a call that there is not. Whoever is shown a group as
/// the caller is called for that group by its pool.
pub(super) fn with_no_call(scope: &Scope<'_>, owner: Pool, leg: &Leg) -> Option<Objection> {
    let timeline = scope.timeline;
    let agent = &leg.party.actor;
    let groups = timeline.topology.groups.iter();
    let owners = groups
        .filter(|group| group.has_member(agent))
        .map(|group| group.owner);
    // Of who is in groups of both, the primary's are told.
    let is_alert = timeline.home(agent).is_some()
        && timeline.group(&leg.shows).is_none()
        && owners.min() == Some(owner);
    let pool = timeline.pool_at(leg.from.ip()).filter(|_| is_alert)?;
    let counts = scope.meets_condition(leg.alerted) && is_left(scope, pool, leg, leg.alerted);
    counts.then(|| {
        let why = format!(
            "{agent} was alerted at {} for {}, who called none of the agent's groups, and was not told \
             within {}",
            leg.alerted, leg.shows, scope.told()
        );
        Objection::fail(why).at(leg.alerted)
    })
}

/// Whether the pool has not told the agent in time, in this stage, that the call needs nobody since then.
fn is_left(scope: &Scope<'_>, pool: Pool, leg: &Leg, decided: Position) -> bool {
    let limit = limit(scope, leg, decided);
    scope.answers_for(limit)
        && limit <= scope.answers_until()
        && leg.over().is_none_or(|over| over > limit)
        && fault::was_well(scope.timeline, pool, (leg.alerted, limit))
}

/// By when an agent must have been told.
fn limit(scope: &Scope<'_>, leg: &Leg, decided: Position) -> Position {
    leg.alerted.max(decided).later_by(scope.told_us())
}

/// Since when the call does not need this agent any more: another is connected, or the caller has gone.
fn not_needed_since(call: &Call, leg: &Leg) -> Option<Position> {
    let connected = call.connected().map(|(leg, _)| leg);
    let another = connected.filter(|connected| connected.party.id != leg.party.id);
    let taken = another.and_then(|another| another.accepted);
    taken.into_iter().chain(call.over()).min()
}
