//! What must be true of agents at any time, whichever stage it is.
//!
//! The document does not say these in so many words, but a pool that breaks one of them does not
//! connect calls as it does when all is well. They are judged of all calls to the primary's groups,
//! whenever they were placed, with the new calls of the stage in which somebody meets them (of the healthy
//! stage, with those of the outage), and fail the clause of those calls; and of calls to the backup's own groups
//! with these ([`crate::own_groups`]).
//!
//! - [`unregistered`]: nobody is alerted at a telephone that is not registered any more.
//! - [`telephones`]: all telephones of whoever is alerted ring.
//! - [`introduced`]: whoever is alerted is shown who calls, and whom.
//! - [`busy`]: nobody is alerted while in a call.
//! - [`twice`]: nobody is alerted by two calls at once.
//! - [`declined`]: whoever has declined a call is not asked for it again at once.
//! - [`left_ringing`]: whom a call does not need any more is told so.
//! - [`withdrawn`]: whom a call still needs is told when the alert time is over, and not before.
//! - [`order`]: whom a call alerts first follows from the group's routing.
//! - [`first_come`]: of calls that wait, the one that has waited longest is served first.
//! - [`registered`]: agents are registered with the pool that stands in, and after failback where they are homed.
//!
//! What a pool cannot know is not held against it: the first two speak of two calls that the *same*
//! pool carries, all of the time between which no fault affected it. (Which agents are in calls of
//! the partner's, or in calls from before a restart, the document does not ask a pool to know.)

mod busy;
mod declined;
mod first_come;
mod introduced;
mod left_ringing;
mod order;
mod registered;
mod telephones;
mod twice;
mod unregistered;
mod withdrawn;

use model::topology::{Pool, Routing};

use crate::checked::{Checked, Objection, worst_objection};
use crate::fault;
use crate::scope::Scope;
use timeline::call::{Call, Leg};

/// That none of them is broken in the stage.
///
/// # Errors
///
/// Fail with the first that is.
pub(crate) fn kept(scope: &Scope<'_>) -> Checked<()> {
    kept_for(scope, Pool::Primary)?;
    registered::kept(scope)
}

/// That none is broken in the stage by calls to this pool's groups.
///
/// # Errors
///
/// Fail with the first that is.
pub(crate) fn kept_for(scope: &Scope<'_>, owner: Pool) -> Checked<()> {
    let calls = scope.timeline.calls_to_groups_of(owner);
    let broken = calls
        .filter(|call| scope.meets_condition(call.placed))
        .flat_map(|call| broken_by(scope, call));
    let strays = scope.timeline.strays.iter();
    let broken =
        broken.chain(strays.filter_map(|leg| left_ringing::with_no_call(scope, owner, leg)));
    worst_objection(broken).map_or(Ok(()), Err)
}

/// What is broken by a call.
fn broken_by(scope: &Scope<'_>, call: &Call) -> Vec<Objection> {
    let legs = call.legs.iter();
    let alerts = legs.filter(|leg| scope.answers_for(leg.alerted));
    let broken = alerts.filter_map(|leg| {
        unregistered::broken(scope, leg)
            .or_else(|| introduced::broken(scope.timeline, call, leg))
            .or_else(|| busy::broken(scope, call, leg))
            .or_else(|| twice::broken(scope, call, leg))
            .or_else(|| declined::broken(scope, call, leg))
            .or_else(|| withdrawn::broken(scope, call, leg))
            .or_else(|| first_come::broken(scope, call, leg))
            .or_else(|| telephones::broken(scope, call, leg))
    });
    broken
        .chain(order::broken(scope, call))
        .chain(left_ringing::broken(scope, call))
        .collect()
}

/// The other calls to groups that have alerted the same agent before, and that neither the agent nor their caller
/// has left by then, through the same pool, of which that pool must know.
fn known_before<'s>(
    scope: &Scope<'s>,
    call: &'s Call,
    leg: &'s Leg,
) -> impl Iterator<Item = (&'s Call, &'s Leg)> {
    let timeline = scope.timeline;
    let carrier = timeline.carrier(call);
    let known = carrier
        .filter(|_| !asks_everybody(scope, call))
        .map(|pool| {
            let alerts = timeline
                .alerts_at(&leg.party.actor, leg.alerted)
                .into_iter();
            let to_groups = alerts.filter_map(|(other, earlier)| Some((other?, earlier)));
            to_groups.filter(move |(other, earlier)| {
                other.caller.id != call.caller.id
                    && timeline.carrier(other) == Some(pool)
                    && fault::was_well(timeline, pool, (earlier.alerted, leg.alerted))
            })
        });
    known.into_iter().flatten()
}

/// Whether the group that is called asks its agents whatever their presence.
fn asks_everybody(scope: &Scope<'_>, call: &Call) -> bool {
    let group = scope.timeline.group(&call.to);
    group.is_some_and(|group| group.routing == Routing::Attendant)
}

/// An objection that rests on two alerts.
fn objection(why: String, earlier: &Leg, later: &Leg) -> Objection {
    Objection::fail(why).at(earlier.alerted).at(later.alerted)
}
