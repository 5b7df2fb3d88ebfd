//! Whom a call alerts first follows from the group's routing: *serial* asks its members one after the
//! other, in the order in which it lists them; *parallel* and *attendant* ask all at once, the latter also who is in a
//! call, unless that agent has lately not taken one; *round robin* goes on
//! after the one who was asked last, and *longest idle* asks who had a call the longest ago, or none. The last two
//! speak of calls that the same pool carried within a stage: who was asked in another one, it need not know.
//!
//! Whoever has let it ring is not asked again before another who is free.
//!
//! A member counts who could have been alerted for as long as the window `gap` before: what happened in the last
//! moment a pool need not know yet. Where links lose or delay what is sent, nothing is said.

use model::Stage;
use model::topology::{Group, Routing};

use crate::checked::Objection;
use crate::conversation::{could_be_asked, could_take};
use crate::fault;
use crate::scope::{CROSSING_US, Scope};
use timeline::call::{Call, Leg};
use timeline::position::Position;

/// That this call has alerted others than it should, or in another order.
pub(super) fn broken(scope: &Scope<'_>, call: &Call) -> Option<Objection> {
    let timeline = scope.timeline;
    let (group, first) = (timeline.group(&call.to)?, call.legs.first()?);
    if !timeline.links.are_sound() || !scope.contains(first.alerted) {
        return None;
    }
    let (answered, _) = call.answered?;
    let asked = (group, first, answered);
    let out_of_order = match group.routing {
        Routing::Parallel | Routing::Attendant => return left_out(scope, call, asked),
        Routing::Serial => passed_over(scope, call, asked),
        Routing::RoundRobin => out_of_turn(scope, call, asked),
        Routing::LongestIdle => idle_for_less(scope, call, asked),
    };
    out_of_order
        .or_else(|| at_the_same_time(call))
        .or_else(|| asked_again(scope, call, group))
}

/// Whom the calls to the same group had alerted last, in the stage, when this one first alerted somebody; nothing where
/// somebody else has accepted later: pools may count either.
fn asked_last<'s>(scope: &Scope<'s>, call: &'s Call, first: &Leg) -> Option<(&'s Call, &'s Leg)> {
    let until = first.alerted.just_before().min(scope.end);
    let calls = scope
        .timeline
        .calls_to(&call.to, (Position::default(), until));
    let calls = calls.filter(|other| other.caller.id != call.caller.id);
    let legs = calls.flat_map(|other| other.legs.iter().map(move |leg| (other, leg)));
    let legs: Vec<(&Call, &Leg)> = legs.filter(|(_, leg)| leg.alerted <= until).collect();
    let (other, last) = *legs.iter().max_by_key(|(_, leg)| leg.alerted)?;
    let accepted = |(_, leg): &&(&Call, &Leg)| leg.accepted.filter(|accepted| *accepted <= until);
    let (_, took) = legs.iter().max_by_key(accepted)?;
    let is_certain = took.accepted.is_none() || took.party.actor == last.party.actor;
    (is_certain && scope.contains(last.alerted) && is_carried_as(scope, other, call))
        .then_some((other, last))
}

/// Whether all members of a group were registered where pools look for them, between two instants. In the outage
/// nobody looks for those who are homed in the primary.
pub(super) fn all_registered(
    scope: &Scope<'_>,
    group: &Group,
    (from, until): (Position, Position),
) -> bool {
    let timeline = scope.timeline;
    group.members.iter().all(|member| {
        let Some(pool) = scope.registrar(member) else {
            return scope.stage == Stage::Outage;
        };
        timeline.registered_since(member, pool, (from, until)) == Some(from)
    })
}

/// Whether the pool that carries the later of two calls carried the earlier one as well, and knows of it.
fn is_carried_as(scope: &Scope<'_>, other: &Call, call: &Call) -> bool {
    let timeline = scope.timeline;
    timeline.carrier(call).is_some_and(|pool| {
        let between = (other.placed, call.placed);
        timeline.carrier(other) == Some(pool) && fault::was_well(timeline, pool, between)
    })
}

/// A member between the one whom the call before was given to and the one who was alerted first.
fn out_of_turn(
    scope: &Scope<'_>,
    call: &Call,
    (group, first, answered): (&Group, &Leg, Position),
) -> Option<Objection> {
    let agent = &first.party.actor;
    // Where who was asked last did not take it, pools may count differently.
    let (before, last) = asked_last(scope, call, first)?;
    // At whichever telephone.
    let of_last = before
        .legs
        .iter()
        .filter(|leg| leg.party.actor == last.party.actor);
    let accepted = of_last.filter_map(|leg| leg.accepted).min();
    accepted.filter(|accepted| *accepted < call.placed)?;
    // Who could not be reached meanwhile may have been asked in vain.
    let meanwhile = (last.alerted, first.alerted);
    if !all_registered(scope, group, meanwhile) {
        return None;
    }
    let members = || group.members.iter();
    let after_last = members().position(|member| *member == last.party.actor)? + 1;
    let mut in_turn = members().cycle().skip(after_last).take(group.members.len());
    let next = in_turn.find(|member| {
        *member == agent || was_free(scope, (call, group), member, (answered, first))
    })?;
    (next != agent).then(|| {
        let why = format!(
            "{} alerted {agent} first, at {}, although it was the turn of {next}, who was free: {} had alerted {}",
            call.words(),
            first.alerted,
            before.words(),
            last.party.actor
        );
        Objection::fail(why).at(last.alerted).at(first.alerted)
    })
}

/// A member who had a call longer ago than the one who was alerted first, or none at all.
fn idle_for_less(
    scope: &Scope<'_>,
    call: &Call,
    (group, first, answered): (&Group, &Leg, Position),
) -> Option<Objection> {
    let agent = &first.party.actor;
    let before = first.alerted.just_before();
    let is_earlier = |other: &Call| {
        other.to == call.to
            && scope.begin <= other.placed
            && other.placed < call.placed
            && is_carried_as(scope, other, call)
    };
    let timeline = scope.timeline;
    let until = timeline.last_taken(agent, (scope.begin, before), is_earlier)?;
    // Whatever a member was alerted for, and whoever knows of it.
    let was_idle = |member: &str| {
        let over = timeline.alerts_over(member, before);
        over.is_none_or(|over| over.t_us.saturating_add(scope.gap_us()) < until.t_us)
    };
    let mut others = group.members.iter().filter(|member| *member != agent);
    let idle_for_longer = others.find(|member| {
        was_idle(member) && was_free(scope, (call, group), member, (answered, first))
    })?;
    let why = format!(
        "{} alerted {agent} first, at {}, who had a call until {until}, although {idle_for_longer}, who was free, \
         had been idle for longer",
        call.words(),
        first.alerted
    );
    Some(Objection::fail(why).at(until).at(first.alerted))
}

/// A member whom the group lists before the one who was alerted first.
fn passed_over(
    scope: &Scope<'_>,
    call: &Call,
    (group, first, answered): (&Group, &Leg, Position),
) -> Option<Objection> {
    let agent = &first.party.actor;
    let mut before = group.members.iter().take_while(|member| *member != agent);
    let passed_over =
        before.find(|member| was_free(scope, (call, group), member, (answered, first)))?;
    let why = format!(
        "{} alerted {agent} first, at {}, although `{}` asks {passed_over} before, who was free",
        call.words(),
        first.alerted,
        group.name
    );
    Some(Objection::fail(why).at(call.placed).at(first.alerted))
}

/// Two who are to be asked one after the other, and are at the same time.
fn at_the_same_time(call: &Call) -> Option<Objection> {
    let over_us = |leg: &Leg| {
        let ends = [leg.accepted, leg.over()];
        ends.into_iter().flatten().map(|end| end.t_us).min()
    };
    let pairs = call.legs.iter().zip(call.legs.iter().skip(1));
    let mut together = pairs.filter(|(one, next)| {
        // Several telephones of an agent ring together.
        one.party.actor != next.party.actor
            && over_us(one).is_none_or(|us| us >= next.alerted.t_us.saturating_add(CROSSING_US))
    });
    let (one, next) = together.next()?;
    let why = format!(
        "{} alerted {} at {} while it was alerting {}, though its group asks one after the other",
        call.words(),
        next.party.actor,
        next.alerted,
        one.party.actor
    );
    Some(Objection::fail(why).at(one.alerted).at(next.alerted))
}

/// Somebody who let it ring until the alert time was over, and is alerted again, although another member was free whom the
/// call had not asked.
fn asked_again(scope: &Scope<'_>, call: &Call, group: &Group) -> Option<Objection> {
    let was_asked = |member: &str| call.legs.iter().any(|leg| leg.party.actor == member);
    let pairs = call.legs.iter().zip(call.legs.iter().skip(1));
    pairs
        .filter(|(one, next)| {
            let let_it_ring = one.accepted.is_none() && one.declined.is_none();
            one.party.actor == next.party.actor && let_it_ring && scope.contains(next.alerted)
        })
        .find_map(|(one, next)| {
            let since = one.over().filter(|over| *over < next.alerted)?;
            let mut others = group.members.iter().filter(|member| !was_asked(member));
            let other =
                others.find(|member| was_free(scope, (call, group), member, (since, next)))?;
            let why = format!(
                "{} alerted {} again at {}, who had let it ring, although {other} was free and had not been asked",
                call.words(),
                next.party.actor,
                next.alerted
            );
            Some(Objection::fail(why).at(one.alerted).at(next.alerted))
        })
}

/// A member who is not alerted with the others, or so much later that the others are asked before.
fn left_out(
    scope: &Scope<'_>,
    call: &Call,
    (group, first, answered): (&Group, &Leg, Position),
) -> Option<Objection> {
    let decided = call.accepted().into_iter().chain(call.over());
    let decided = decided.chain([scope.end]).min()?;
    if decided.t_us < first.alerted.t_us.saturating_add(CROSSING_US) {
        return None;
    }
    let in_time_us = first.alerted.t_us.saturating_add(scope.gap_us());
    let alerted = |member: &str| {
        let mut legs = call.legs.iter();
        legs.find(|leg| leg.party.actor == member)
            .map(|leg| leg.alerted)
    };
    let mut members = group.members.iter();
    let left_out = members.find(|member| {
        alerted(member).is_none_or(|alerted| alerted.t_us > in_time_us)
            && (was_free(scope, (call, group), member, (answered, first))
                || is_asked_in_a_call(scope, (call, group), member, (answered, first)))
    })?;
    let late = alerted(left_out);
    let left_out = match late {
        Some(alerted) => format!("{left_out} only at {alerted}"),
        None => format!("not {left_out}"),
    };
    let why = format!(
        "{} alerted {} at {}, and {left_out}, though `{}` asks all at once",
        call.words(),
        first.party.actor,
        first.alerted,
        group.name
    );
    let objection = Objection::fail(why).at(call.placed).at(first.alerted);
    Some(late.into_iter().fold(objection, Objection::at))
}

/// For how long, in microseconds, a pool may leave alone who has not taken a call: as busy, or otherwise.
const LATELY_US: u64 = 10_000_000;

/// At most so many of the last alerts of a member are looked at for that.
const LAST_ALERTS: usize = 64;

/// Whether a member was in a call when the first one was alerted, and for a while before, and is to be asked all the same.
fn is_asked_in_a_call(
    scope: &Scope<'_>,
    (call, group): (&Call, &Group),
    member: &str,
    (answered, first): (Position, &Leg),
) -> bool {
    let timeline = scope.timeline;
    let (since, until) = before(scope, answered, first);
    let declared = &timeline.left_alone;
    let lately_us = LATELY_US
        .max(declared.after_decline_us)
        .max(declared.after_no_answer_us);
    let alerts = timeline.alerts_within(member, (Position::default(), until));
    let last = alerts.rev().take(LAST_ALERTS);
    let mut not_taken = last.filter(|leg| leg.accepted.is_none());
    let is_lately = |over: Position| over.later_by(lately_us) >= until;
    group.routing == Routing::Attendant
        && [since, until].iter().all(|at| timeline.busy(member, *at))
        && could_be_asked(scope, (call, group), member, (since, until)) == Some(since)
        && !not_taken.any(|leg| leg.over().is_none_or(is_lately))
}

/// What is looked at of a member before somebody is alerted: until then, and since a while before the call could have.
fn before(scope: &Scope<'_>, answered: Position, first: &Leg) -> (Position, Position) {
    let since = answered.earlier_by(scope.gap_us());
    (since, first.alerted.just_before())
}

/// Whether another call had alerted a member by the time that messages take to cross.
fn is_taken_by_another(scope: &Scope<'_>, call: &Call, member: &str, first: &Leg) -> bool {
    let crossed = first.alerted.later_by(CROSSING_US);
    let mut alerts = scope
        .timeline
        .alerts_within(member, (first.alerted, crossed));
    alerts.any(|leg| !call.legs.iter().any(|own| own.party.id == leg.party.id))
}

/// Whether a member could have been alerted when the first one was, and for a while before: also by the time that
/// messages take to cross no other call had alerted that member.
fn was_free(
    scope: &Scope<'_>,
    (call, group): (&Call, &Group),
    member: &str,
    (answered, first): (Position, &Leg),
) -> bool {
    let (since, until) = before(scope, answered, first);
    could_take(scope, (call, group), member, (since, until)) == Some(since)
        && !is_taken_by_another(scope, call, member, first)
}
