//! *Sign-in works*: the groups' list shows it, and where the parent takes calls the agent is
//! alerted. Who is signed in already may be refused to do it again, and is looked at likewise.
//!
//! Whether the parent takes calls is seen, not assumed: it does if a call to the group, placed
//! within the stage, heard the parent pool. Only of the backup's own groups it is certain, in every stage
//! ([`crate::own_groups`]). Where it does, the first call to it after the sign-in that finds
//! the agent registered and free, and that nobody took whom the group asks before, must alert the agent, and
//! there must be one for one of the sign-ins at least. Nothing is asked of agents whom pools cannot reach: those homed in the primary, before
//! failover is complete and during failback.

use std::collections::BTreeMap;

use model::clause::GroupSet;
use model::topology::{Participation, Pool, Routing};
use model::verb::{Row, Verb};

use crate::acknowledged::marks::Marks;
use crate::checked::{Checked, Objection, Support, answer, both};
use crate::rows;
use crate::scope::Scope;
use timeline::Timeline;
use timeline::call::{Call, Leg};
use timeline::operation::{Answer, Operation};
use timeline::position::Position;

/// What was seen of a sign-in that must have an effect on calls.
enum Effect {
    /// A call alerted the agent.
    Seen(Support),
    /// There was no call by which it could be seen.
    Untried(Objection),
    /// None can be seen: the parent takes no calls, or the agent cannot be reached.
    None,
}

/// A sign-in that was granted, and that the console shows.
pub(crate) struct Granted {
    support: Support,
    effect: Effect,
}

/// That each of these sign-ins worked. One that no call was there to try says nothing, where the effect of
/// another was seen.
pub(crate) fn tried(
    granted: impl IntoIterator<Item = (Position, Checked<Granted>)>,
) -> Vec<(Position, Checked)> {
    let granted: Vec<_> = granted.into_iter().collect();
    let was_seen = |result: &Checked<Granted>| {
        let granted = result.as_ref();
        granted.is_ok_and(|granted| matches!(granted.effect, Effect::Seen(_)))
    };
    let one_was_seen = granted.iter().any(|(_, result)| was_seen(result));
    let results = granted.into_iter().filter_map(|(position, result)| {
        let Granted { support, effect } = match result {
            Ok(granted) => granted,
            Err(objection) => return Some((position, Err(objection))),
        };
        match effect {
            Effect::Seen(alerted) => {
                let reason = format!("{}; {}", support.reason, alerted.reason);
                Some((position, Ok(Support { reason, ..support }.and(alerted))))
            }
            Effect::Untried(_) if one_was_seen => None,
            Effect::Untried(objection) => Some((position, Err(objection))),
            Effect::None => Some((position, Ok(support))),
        }
    });
    results.collect()
}

/// Judges one sign-in that must work.
pub(crate) fn works(
    scope: &Scope<'_>,
    operation: &Operation,
    groups: GroupSet,
) -> Checked<Granted> {
    let (position, how) = match answer(operation)? {
        (position, Answer::Done(_)) => (position, "was granted".to_owned()),
        // As long as the console shows it, which is looked at as after any other.
        (position, Answer::Refused(why)) if is_repeated(scope, operation) => (
            position,
            format!("was refused, after one that was granted ({why})"),
        ),
        (position, Answer::Refused(why)) => {
            let why = format!("{} was refused: {why}", operation.words());
            return Err(Objection::fail(why).at(operation.invoked).at(position));
        }
    };
    let name = operation.about.group.as_deref().unwrap_or_default();
    let shown = listed_as_signed_in(scope, operation, groups, (name, position), &how);
    let (shown, effect) = both(shown, alerted(scope, operation, (name, position)))?;
    let support = Support::new(format!("{} worked", operation.words()))
        .at(operation.invoked)
        .at(position)
        .and(shown);
    Ok(Granted { support, effect })
}

/// Whether the agent had signed in to this copy of the group before, and not out of it since: pools may refuse to
/// do that once more.
fn is_repeated(scope: &Scope<'_>, operation: &Operation) -> bool {
    let about = &operation.about;
    let of_same = (operation.by.as_str(), about.group.as_deref(), about.parent);
    let before = scope.timeline.operations_before(operation.invoked);
    let mut done = before.iter().filter(|other| other.done().is_some());
    let last = done.rfind(|other| signs_in_or_out(other, of_same));
    last.is_some_and(|last| last.verb == Verb::SignIn)
}

/// Whether the agent had asked to be signed out of the same copy of the group before, and that was not answered before
/// the agent asked to be signed in: what was under way when a pool could not be reached may be done once it can.
pub(crate) fn may_be_undone(timeline: &Timeline, operation: &Operation) -> bool {
    let about = &operation.about;
    let of_same = (operation.by.as_str(), about.group.as_deref(), about.parent);
    let mut before = timeline.operations_before(operation.invoked).iter();
    before.any(|other| {
        let ended = other.ended_at().filter(|_| !other.is_unanswered());
        other.verb == Verb::SignOut
            && signs_in_or_out(other, of_same)
            && ended.is_none_or(|ended| ended > operation.invoked)
    })
}

/// When the agent next asked to be signed out of the same copy of the group.
fn signed_out_after(timeline: &Timeline, operation: &Operation) -> Option<Position> {
    let about = &operation.about;
    let of_same = (operation.by.as_str(), about.group.as_deref(), about.parent);
    let mut later = timeline.operations_after(operation.invoked).iter();
    let sign_out =
        later.find(|later| later.verb == Verb::SignOut && signs_in_or_out(later, of_same));
    sign_out.map(|sign_out| sign_out.invoked)
}

/// Whether an agent asks to be signed in to a copy of a group, or out of it.
fn signs_in_or_out(
    operation: &Operation,
    (agent, group, parent): (&str, Option<&str>, Option<Pool>),
) -> bool {
    let about = &operation.about;
    matches!(operation.verb, Verb::SignIn | Verb::SignOut)
        && operation.by == agent
        && about.group.as_deref() == group
        && about.parent == parent
}

/// Since when an agent is signed in to a copy of a group until then, by what was acknowledged in this stage; nothing
/// where the agent has asked to be signed out since.
pub(crate) fn signed_in_since(
    scope: &Scope<'_>,
    agent: &str,
    (group, parent): (&str, Pool),
    until: Position,
) -> Option<Position> {
    let of_copy = (agent, Some(group), Some(parent));
    let asked = scope.timeline.operations_after(scope.begin).iter();
    let asked = asked.take_while(|operation| operation.invoked <= until);
    // One that is refused changes nothing.
    let is_refused = |operation: &Operation| {
        operation.verb == Verb::SignIn && matches!(operation.answer(), Ok((_, Answer::Refused(_))))
    };
    let last = asked
        .filter(|operation| signs_in_or_out(operation, of_copy) && !is_refused(operation))
        .last()?;
    let granted = last.done().filter(|_| last.verb == Verb::SignIn)?;
    if may_be_undone(scope.timeline, last) {
        return None;
    }
    (granted <= until).then_some(granted)
}

/// The agent's next list of groups shows the agent as signed in.
fn listed_as_signed_in(
    scope: &Scope<'_>,
    operation: &Operation,
    groups: GroupSet,
    (name, since): (&str, Position),
    how: &str,
) -> Checked<Support> {
    let shows_after_us = scope.timeline.shows_after_us;
    let signed_out = signed_out_after(scope.timeline, operation);
    let listing = scope
        .unconditionally()
        .operations(Verb::GetGroups)
        .filter(|list| list.by == operation.by && list.invoked > since)
        .filter(|list| signed_out.is_none_or(|out| list.ended_at() < Some(out)))
        .filter(|list| list.invoked.t_us >= since.t_us.saturating_add(shows_after_us))
        .find_map(|list| {
            let (position, answer) = list.answer().ok()?;
            match answer {
                Answer::Done(rows) => Some((position, rows)),
                Answer::Refused(_) => None,
            }
        });
    let Some((position, rows)) = listing else {
        let why = format!("{} was not followed by a list of groups", operation.words());
        return Err(Objection::inconclusive(why).at(since));
    };
    match rows::find(rows, groups, name).and_then(|row: &Row| row.signed_in) {
        Some(true) => Ok(Support::default().at(position)),
        Some(false) | None => {
            let why = format!(
                "{} {how}, yet the list at {position} does not show it",
                operation.words()
            );
            let objection = Objection::unshown(scope.timeline, why);
            Err(objection.at(since).at(position))
        }
    }
}

/// The agent is alerted by the calls that the parent takes, if it takes any.
fn alerted(
    scope: &Scope<'_>,
    operation: &Operation,
    (name, since): (&str, Position),
) -> Checked<Effect> {
    let agent = operation.by.as_str();
    let Some(registrar) = scope.registrar(agent) else {
        return Ok(Effect::None);
    };
    let timeline = scope.timeline;
    let taken = |call: &&Call| timeline.carrier(call) == operation.about.parent;
    let signed_out = signed_out_after(timeline, operation);
    let calls = || timeline.calls_to(name, (scope.begin, scope.end));
    // A pool that has not reached the agent before need not try again at once.
    let lately = |at: Position| at.earlier_by(scope.gap_us());
    let could_alert = |call: &&Call| {
        let at = call.placed;
        let is_out = |at: Position| signed_out.is_some_and(|out| out <= at);
        at > since
            && !is_out(call.legs.first().map_or(scope.end, |leg| leg.alerted))
            && timeline.registered_since(agent, registrar, (lately(at), chosen(scope, call)))
                == Some(lately(at))
            && is_free_for(scope, call, agent)
            && !is_taken_before(scope, call, agent)
            && !may_be_lost(scope, call, agent)
            && alerts_within(scope, call, agent)
    };
    let is_own = timeline.owner(name) == Some(Pool::Backup);
    if !is_own && !calls().any(|call| taken(&call)) {
        return Ok(Effect::None);
    }
    let Some(call) = calls().filter(taken).find(could_alert) else {
        let why = format!(
            "{} was granted, but no later call to `{name}` in {} could have alerted {agent}",
            operation.words(),
            scope.stage
        );
        return Ok(Effect::Untried(Objection::inconclusive(why).at(since)));
    };
    let leg = call.legs.iter().find(|leg| leg.party.actor == agent);
    let Some(leg) = leg else {
        let (words, at) = (call.words(), call.placed);
        let why = format!(
            "{} was granted, yet {words} did not alert {agent}",
            operation.words()
        );
        return Err(not_alerted(scope, name, why).at(since).at(at));
    };
    let alerted_us = leg.alerted.t_us.saturating_sub(call.placed.t_us);
    let support = Support::new(format!("{agent} was alerted at {}", leg.alerted)).at(leg.alerted);
    Ok(Effect::Seen(support.measured("alerted_ms", alerted_us)))
}

/// Whether it can be seen within the stage whom a call alerts: it alerts this agent or anybody, or has had the time for it.
fn alerts_within(scope: &Scope<'_>, call: &Call, agent: &str) -> bool {
    let mut legs = call.legs.iter();
    match legs.find(|leg| leg.party.actor == agent) {
        Some(leg) => scope.contains(leg.alerted),
        None => {
            let over = call.over().unwrap_or(scope.end).min(scope.end);
            let had_time = |(answered, _)| in_time(scope, answered) <= over;
            call.answered.is_some_and(had_time)
                || call.legs.iter().any(|leg| scope.contains(leg.alerted))
        }
    }
}

/// Whether an agent is free from when a call is placed until it alerts somebody.
fn is_free_for(scope: &Scope<'_>, call: &Call, agent: &str) -> bool {
    let until = chosen(scope, call);
    !scope.timeline.busy(agent, call.placed)
        && scope.timeline.free_since(agent, (call.placed, until)) == Some(call.placed)
}

/// Until when it is open whom a call alerts: just before it alerts somebody, has had the time for that, or is over.
fn chosen(scope: &Scope<'_>, call: &Call) -> Position {
    let alerted = call.legs.first().map(|leg| leg.alerted);
    let had_time = call.answered.map(|(answered, _)| in_time(scope, answered));
    let over = [had_time, call.over()].into_iter().flatten().min();
    alerted.or(over).unwrap_or(scope.end).just_before()
}

/// By when a call that is answered then has alerted somebody, if there is anybody.
fn in_time(scope: &Scope<'_>, answered: Position) -> Position {
    let alerts_us = scope.timeline.alerts_after_us;
    answered.later_by(alerts_us.saturating_add(scope.gap_us()))
}

/// Whether somebody took the call whom its group asks before this agent.
fn is_taken_before(scope: &Scope<'_>, call: &Call, agent: &str) -> bool {
    let group = scope.timeline.group(&call.to);
    group.is_some_and(|group| {
        let mut before = group.members.iter().take_while(|member| *member != agent);
        let took = |leg: &Leg, member: &str| leg.accepted.is_some() && leg.party.actor == member;
        group.routing == Routing::Serial
            && before.any(|member| call.legs.iter().any(|leg| took(leg, member)))
    })
}

/// Whether links may have lost what was to alert this agent, and somebody else took the call before it was sent
/// again.
fn may_be_lost(scope: &Scope<'_>, call: &Call, agent: &str) -> bool {
    let is_alerted = call.legs.iter().any(|leg| leg.party.actor == agent);
    !scope.timeline.links.are_sound() && !is_alerted && call.accepted().is_some()
}

/// That an agent was not alerted is wrong where all free agents are alerted at once; where they
/// are asked one after the other, another may have been asked first.
fn not_alerted(scope: &Scope<'_>, group: &str, why: String) -> Objection {
    let routing = scope.timeline.group(group).map(|group| group.routing);
    match routing {
        Some(Routing::Parallel | Routing::Attendant) => Objection::fail(why),
        _ => Objection::inconclusive(why),
    }
}

/// Somebody was alerted for a formal group without being signed in to it: never, or not any more
/// ([`crate::acknowledged`]).
pub(crate) fn alerted_signed_out(scope: &Scope<'_>, groups: GroupSet) -> Option<Objection> {
    let timeline = scope.timeline;
    let (owner, parent) = rows::owner_and_parent(groups);
    let calls = timeline.calls_to_groups_of(owner).filter(|call| {
        let group = timeline.group(&call.to);
        group.is_some_and(|group| group.participation == Participation::Formal)
            && scope.answers_for(call.placed)
            && timeline.carrier(call) == Some(parent)
    });
    let legs = calls.flat_map(|call| call.legs.iter().map(move |leg| (call, leg)));
    let marks = Marks::of(timeline);
    let mut members = BTreeMap::new();
    let mut signed_out = legs.filter(|(call, leg)| {
        let (agent, group) = (leg.party.actor.as_str(), call.to.as_str());
        let signed_in = members.entry((agent, group));
        let signed_in = signed_in.or_insert_with(|| marks.signed_in(agent, (group, parent)));
        !signed_in.may_be(leg.alerted)
    });
    let (call, leg) = signed_out.next()?;
    let why = format!(
        "{} alerted {} at {}, who was not signed in to `{}`",
        call.words(),
        leg.party.actor,
        leg.alerted,
        call.to
    );
    Some(Objection::fail(why).at(call.placed).at(leg.alerted))
}
