//! Calls that agents place on behalf of a group that the primary owns; after failback, when all is as it was, of
//! any group.
//!
//! *Disabled* and *fails* are one to the judge: no INVITE with the group's identity reaches the
//! callee, for at least the window of silence. Disabled is that the pool refuses before any call
//! exists, fails that an attempted call ends in an error; which it was, the reason says. The
//! control is a plain call of the same agent. Once one attempt was refused, another that nobody answered
//! says no more than that its callee was not called, which is as it should be. *Succeeds*: in each attempt the
//! callee is called with the group's identity, and with no agent's; and once the callee has accepted, the two
//! hear each other until one of them hangs up, of which the other is told, and either may put the other on hold
//! meanwhile. Where nobody comes to talk the other is told as well: the agent when the callee declines, the
//! callee when the agent gives up. What the answer to the verb says is the target's to decide, and when: that
//! the call was begun, that the callee rings, or that they talk. But a pool whose answers wait for the callee's, as
//! those of the walk show, does not answer that a call is done which was declined. That a call is refused says
//! nothing where the agent or the callee was in another call then, the agent was still to register, or had
//! withdrawn the registration, or did not take what the pool called the agent for.
//!
//! What becomes of such calls in later stages is for the row on connected calls to say ([`stay`]).

use model::Stage;
use model::clause::{CallKind, OnBehalfOutcome};
use model::topology::Pool;
use model::verb::Verb;

use crate::anonymity::Disclosures;
use crate::checked::{Checked, Objection, Support, answer, both, every, worst_of};
use crate::control;
use crate::hold;
use crate::quality;
use crate::scope::Scope;
use crate::talk::{Talk, Unheard};
use timeline::Timeline;
use timeline::call::Leg;
use timeline::media::MediaFrom;
use timeline::operation::{Answer, Operation};
use timeline::position::{Lasting, Position};

/// Judges what becomes of calls on behalf of a group.
pub(crate) fn check(
    scope: &Scope<'_>,
    disclosures: &Disclosures,
    outcome: OnBehalfOutcome,
) -> Checked {
    let waits = outcome == OnBehalfOutcome::Succeeds && waits_for_callees(scope.timeline);
    let judge = |operation: &Operation| match outcome {
        OnBehalfOutcome::Disabled | OnBehalfOutcome::Fails => fails(scope, operation),
        OnBehalfOutcome::Succeeds => {
            let not_in_vain = match waits {
                true => not_done_in_vain(scope, operation),
                false => Ok(()),
            };
            let succeeded = both(succeeds(scope, disclosures, operation), not_in_vain);
            Some(succeeded.map(|(succeeded, ())| succeeded))
        }
    };
    let operations = scope
        .operations(Verb::CallOnBehalf)
        .filter(|operation| is_spoken_of(scope, operation));
    let operations: Vec<&Operation> = operations.collect();
    let is_refused =
        |operation: &&Operation| matches!(operation.answer(), Ok((_, Answer::Refused(_))));
    let is_negative = outcome != OnBehalfOutcome::Succeeds;
    let one_was_refused = is_negative && operations.iter().any(is_refused);
    let says_nothing = |operation: &Operation| {
        let silence = operation.is_unanswered()
            && (one_was_refused || scope.timeline.partner_answered(operation));
        let cannot = is_in_a_call(scope, operation)
            || was_unregistered(scope, operation)
            || is_declined_by_agent(scope, operation);
        let refusal = !is_negative && is_refused(&operation) && cannot;
        (refusal || silence) && callee_leg(scope, operation).is_none()
    };
    let results = operations
        .iter()
        .filter(|operation| !says_nothing(operation))
        .filter_map(|operation| Some((operation.invoked, judge(operation)?)));
    worst_of(results, || {
        let stage = scope.stage;
        format!("no agent called on behalf of a group of the primary within {stage}")
    })
}

/// Whether the agent or the callee was in another call when the agent asked, or when that was answered.
fn is_in_a_call(scope: &Scope<'_>, operation: &Operation) -> bool {
    let callee = operation.about.callee.as_deref();
    let both = || [operation.by.as_str()].into_iter().chain(callee);
    let mut times = [operation.invoked].into_iter().chain(operation.ended_at());
    times.any(|at| both().any(|actor| scope.timeline.busy(actor, at)))
}

/// Whether the pool called the agent first, for the group, and the agent did not take that.
fn is_declined_by_agent(scope: &Scope<'_>, operation: &Operation) -> bool {
    let ended = operation.ended_at().unwrap_or(scope.end);
    let legs = agents_legs(scope.timeline, operation, (operation.invoked, ended));
    legs.iter().any(|leg| leg.accepted.is_none())
}

/// Whether the agent was not registered yet where pools look for it, and was so later in the stage; or not any more when
/// that was answered.
fn was_unregistered(scope: &Scope<'_>, operation: &Operation) -> bool {
    let agent = &operation.by;
    scope.registrar(agent).is_some_and(|pool| {
        let registered = |by| scope.timeline.registered_at(agent, pool, by);
        let registers = !registered(operation.invoked) && registered(scope.end);
        registers || has_withdrawn(scope, operation)
    })
}

/// Whether the agent asked to be registered no more while that was under way.
fn has_withdrawn(scope: &Scope<'_>, operation: &Operation) -> bool {
    let answered = operation.ended_at().unwrap_or(scope.end);
    let mut asked = scope.timeline.registrations_of(&operation.by).iter();
    asked.any(|registration| {
        registration.is_withdrawal()
            && registration.asked <= answered
            && registration.position >= operation.invoked
    })
}

/// Whether the statement speaks of the group: those of the backup it need not speak of before all is as it was.
fn is_spoken_of(scope: &Scope<'_>, operation: &Operation) -> bool {
    let group = operation.about.group.as_deref();
    match group.and_then(|group| scope.timeline.owner(group)) {
        Some(Pool::Primary) => true,
        Some(Pool::Backup) => scope.stage == Stage::FailedBack,
        None => false,
    }
}

/// The callee's leg of this attempt: the first alert after it, within the stage and before the next
/// attempt at the same callee, that shows the group's identity.
fn callee_leg<'s>(scope: &Scope<'s>, operation: &Operation) -> Option<&'s Leg> {
    let leg = called(scope.timeline, operation)?;
    (leg.alerted <= scope.end).then_some(leg)
}

/// The same, in whichever stage.
fn called<'t>(timeline: &'t Timeline, operation: &Operation) -> Option<&'t Leg> {
    let group = operation.about.group.as_deref()?;
    let callee = operation.about.callee.as_deref();
    let is_same = |other: &&Operation| {
        other.invoked != operation.invoked
            && other.verb == Verb::CallOnBehalf
            && other.about.callee.as_deref() == callee
            && other.about.group.as_deref() == Some(group)
    };
    let mut later = timeline.operations_after(operation.invoked).iter();
    let next = later.find(is_same).map(|next| next.invoked);
    // Another attempt may begin while this one is under way.
    let until = next.max(operation.ended_at().filter(|_| next.is_some()));
    let within = (operation.invoked, until.unwrap_or(timeline.last));
    let own = agents_legs(timeline, operation, within);
    // A pool that calls the agent first does not call the callee before the agent has accepted.
    let is_too_early = |leg: &&Leg| {
        own.iter().any(|own| own.alerted < leg.alerted) && !is_accepted_by(&own, leg.alerted)
    };
    let alerts = timeline.alerts_within(callee?, within);
    let mut alerts = alerts.filter(|leg| leg.names(group) && !is_too_early(leg));
    let leg = alerts.next()?;
    let is_refused = operation
        .answer()
        .is_ok_and(|(at, answer)| at < leg.alerted && matches!(answer, Answer::Refused(_)));
    // Of one that is still open, and fits better.
    let before = timeline.operations_before(leg.alerted).iter();
    let is_open = |other: &&Operation| other.ended_at().is_none_or(|ended| ended > leg.alerted);
    let is_anothers = before.filter(is_same).filter(is_open).any(|other| {
        let legs = agents_legs(timeline, other, (other.invoked, leg.alerted));
        let comes_to_more = operation.done().is_none() && other.done().is_some();
        is_refused
            || (own.is_empty() && is_accepted_by(&legs, leg.alerted))
            || (leg.accepted.is_some() && comes_to_more)
    });
    (!is_anothers).then_some(leg)
}

/// The legs of an agent who calls on behalf of a group to the pool that calls for that.
fn agents_legs<'t>(
    timeline: &'t Timeline,
    operation: &Operation,
    within: (Position, Position),
) -> Vec<&'t Leg> {
    let alerts = timeline.alerts_within(&operation.by, within);
    let group = operation.about.group.as_ref();
    alerts.filter(|leg| Some(&leg.shows) == group).collect()
}

/// Whether an agent had accepted one of these by then.
fn is_accepted_by(legs: &[&Leg], by: Position) -> bool {
    let mut accepted = legs.iter().filter_map(|leg| leg.accepted);
    accepted.any(|accepted| accepted <= by)
}

/// Nothing is said of an attempt after which the stage ended before the window did.
fn fails(scope: &Scope<'_>, operation: &Operation) -> Option<Checked> {
    if let Some(leg) = callee_leg(scope, operation) {
        let why = format!(
            "{}: {} was called with the group's identity at {}",
            operation.words(),
            leg.party.actor,
            leg.alerted
        );
        return Some(Err(Objection::fail(why)
            .at(operation.invoked)
            .at(leg.alerted)));
    }
    let watched_us = scope.end.t_us.saturating_sub(operation.invoked.t_us);
    let placed_plain_call = control::agent_places_plain_call(scope, &operation.by);
    // An agent whom pools cannot reach may not be able to call at all.
    let says_something = placed_plain_call.is_ok() || scope.registrar(&operation.by).is_some();
    (says_something && watched_us >= scope.silence_us())
        .then(|| not_called(operation, placed_plain_call, watched_us))
}

fn not_called(operation: &Operation, placed_plain_call: Checked, watched_us: u64) -> Checked {
    let (position, answer) = answer(operation)?;
    let Answer::Refused(why) = answer else {
        let why = format!(
            "{} was done, yet the callee was not called",
            operation.words()
        );
        return Err(Objection::inconclusive(why)
            .at(operation.invoked)
            .at(position));
    };
    let control = placed_plain_call?;
    let reason = format!(
        "{} was refused ({why}), and the callee was not called for {}",
        operation.words(),
        Lasting(watched_us)
    );
    let refused_us = position.t_us.saturating_sub(operation.invoked.t_us);
    Ok(Support::new(reason)
        .at(operation.invoked)
        .at(position)
        .measured("refused_ms", refused_us)
        .and(control))
}

fn succeeds(scope: &Scope<'_>, disclosures: &Disclosures, operation: &Operation) -> Checked {
    if let Some(leg) = callee_leg(scope, operation) {
        let alerted_us = leg.alerted.t_us.saturating_sub(operation.invoked.t_us);
        let ((), ()) = both(disclosures.of_on_behalf(leg), talks(scope, operation, leg))?;
        let callee = &leg.party.actor;
        let (took, from) = (Lasting(alerted_us), leg.from);
        let reason = format!(
            "{}: {callee} was called through {from} with the group's identity after {took}",
            operation.words()
        );
        return Ok(Support::new(reason)
            .at(operation.invoked)
            .at(leg.alerted)
            .measured("alerted_ms", alerted_us));
    }
    let (position, answer) = answer(operation)?;
    let why = match answer {
        Answer::Refused(why) => format!("{} was refused: {why}", operation.words()),
        Answer::Done(_) => format!(
            "{} was done, yet the callee was not called with the group's identity",
            operation.words()
        ),
    };
    Err(Objection::fail(why).at(operation.invoked).at(position))
}

/// How soon after the callee has accepted the pool's answer to the verb comes, in microseconds, if it waits for that.
const SOON_US: u64 = 500_000;

/// How much longer a callee must have been called than another, in microseconds, for it to be seen that pools wait.
const LONGER_US: u64 = 500_000;

/// That the verb was not done although the callee declined, where the pools' answers wait for the callees'.
fn not_done_in_vain(scope: &Scope<'_>, operation: &Operation) -> Checked<()> {
    let declined = callee_leg(scope, operation).and_then(|callee| Some((callee, callee.declined?)));
    let (Some((callee, declined)), Ok((done, Answer::Done(_)))) = (declined, operation.answer())
    else {
        return Ok(());
    };
    if done < declined {
        return Ok(());
    }
    let (words, who) = (operation.words(), &callee.party.actor);
    let why = format!("{words} was done at {done}, and {who} had declined at {declined}");
    Err(Objection::fail(why).at(operation.invoked).at(done))
}

/// Whether pools answer the verb when the callee has answered: never before it, soon after one had accepted, and callees
/// took their time.
fn waits_for_callees(timeline: &Timeline) -> bool {
    let attempts = timeline.operations.iter();
    let attempts = attempts.filter(|operation| operation.verb == Verb::CallOnBehalf);
    let mut took_us = Vec::new();
    for attempt in attempts {
        let (Some(leg), Ok((done, Answer::Done(_)))) =
            (called(timeline, attempt), attempt.answer())
        else {
            continue;
        };
        let Some(answered) = leg.accepted.or(leg.declined) else {
            continue;
        };
        let is_late = leg.accepted.is_some() && done.t_us.saturating_sub(answered.t_us) > SOON_US;
        if done < answered || is_late {
            return false;
        }
        took_us.push(answered.t_us.saturating_sub(leg.alerted.t_us));
    }
    let shortest_and_longest = took_us.iter().min().zip(took_us.iter().max());
    shortest_and_longest.is_some_and(|(shortest, longest)| longest - shortest >= LONGER_US)
}

/// That the agent and a callee who has accepted hear each other until one of them hangs up, and that the
/// other is told, also before that. Nothing is said of what the stage ended before.
fn talks(scope: &Scope<'_>, operation: &Operation, callee: &Leg) -> Checked<()> {
    let Some(agent) = agents_leg(scope, operation, callee) else {
        return Ok(());
    };
    let answered = callee.accepted.or(callee.declined);
    let gave_up = agent.party.hung_up();
    if let Some(gave_up) = gave_up.filter(|at| answered.is_none_or(|answered| *at < answered)) {
        return told(scope, operation, callee, (gave_up, "given up"));
    }
    if let Some(declined) = callee.declined {
        return told(scope, operation, agent, (declined, "declined"));
    }
    let Some(accepted) = callee.accepted else {
        return Ok(());
    };
    let talk = Talk::on_behalf(operation, agent, callee);
    let hung_up = talk.hung_up();
    let until = hung_up.unwrap_or(scope.end).min(scope.end);
    talk.not_cut_off(until)?;
    let heard = talk.heard_each_other(scope, (accepted, until));
    let since_us = heard.map_err(|Unheard { who, whom }| {
        let why = format!(
            "{}: {whom} accepted, yet {who} did not hear {whom}",
            operation.words()
        );
        Objection::fail(why).at(operation.invoked).at(accepted)
    })?;
    let (_, begun) = talk.words();
    hold::kept(scope, talk.words(), talk.ends(), (begun, until))?;
    if let Some(since_us) = since_us {
        let until_us = until.t_us.min(scope.timeline.written_us()).max(since_us);
        hears_without_gap(scope, operation, &talk, (since_us, until_us))?;
    }
    if let Some(hung_up) = hung_up {
        talk.told(scope, hung_up)?;
    }
    Ok(())
}

/// That calls on behalf of the primary's groups with regular calls stay which were begun after failover, in an earlier
/// stage than this, and in which two talk.
///
/// # Errors
///
/// The worst of what is wrong with them.
pub(crate) fn stay(scope: &Scope<'_>) -> Checked<()> {
    let timeline = scope.timeline;
    let Some(stood_in) = timeline.stages.get(&Stage::FailedOver) else {
        return Ok(());
    };
    let earlier = timeline.operations_after(stood_in.begin).iter();
    let earlier = earlier.take_while(|operation| operation.invoked < scope.begin);
    let of_regular = earlier.filter(|operation| {
        let group = operation.about.group.as_deref();
        let group = group.and_then(|group| timeline.group(group));
        operation.verb == Verb::CallOnBehalf
            && group.is_some_and(|group| {
                group.calls == CallKind::Regular && group.owner == Pool::Primary
            })
    });
    every(of_regular.filter_map(|operation| stays(scope, operation))).map(|_| ())
}

fn stays(scope: &Scope<'_>, operation: &Operation) -> Option<Checked<()>> {
    let callee = called(scope.timeline, operation)?;
    let agent = agents_leg(scope, operation, callee)?;
    let accepted = callee.accepted.filter(|at| *at < scope.begin)?;
    let talk = Talk::on_behalf(operation, agent, callee);
    let mut ended = talk.ends().into_iter().filter_map(|end| end.ended);
    if ended.any(|(position, _)| position < scope.begin) {
        return None;
    }
    let hung_up = talk.hung_up().filter(|at| *at <= scope.end);
    let until = hung_up.unwrap_or(scope.end);
    // Whether they came to hear each other was for the stage to say in which they began.
    let since_us = talk.heard_each_other(scope, (accepted, until)).ok()??;
    let since_us = since_us.max(scope.begin.t_us);
    let until_us = until.t_us.min(scope.timeline.written_us()).max(since_us);
    let stays = talk.not_cut_off(until);
    let stays =
        stays.and_then(|()| hears_without_gap(scope, operation, &talk, (since_us, until_us)));
    let told = |()| match hung_up {
        Some(hung_up) => talk.told(scope, hung_up).map(|_| ()),
        None => Ok(()),
    };
    Some(stays.and_then(told))
}

/// That both hear each other all the time, but when one of them holds the call.
fn hears_without_gap(
    scope: &Scope<'_>,
    operation: &Operation,
    talk: &Talk<'_>,
    window: (u64, u64),
) -> Checked<()> {
    let talking = hold::talking(scope, talk.ends(), window);
    for (party, other) in talk.both_ways() {
        let voice = MediaFrom::Actor(&other.actor);
        for window in &talking {
            let told = (operation.words(), operation.invoked);
            quality::without_gap(scope, told, (party, voice), *window)?;
        }
    }
    Ok(())
}

/// That an end whose call has come to nothing, as it was declined or given up then, is told within the window.
/// Nothing is said where the stage ended first.
fn told(
    scope: &Scope<'_>,
    operation: &Operation,
    left: &Leg,
    (since, what): (Position, &str),
) -> Checked<()> {
    let limit_us = since.t_us.saturating_add(scope.told_us());
    if limit_us > scope.end.t_us || left.over().is_some_and(|over| over.t_us <= limit_us) {
        return Ok(());
    }
    let (words, who, within) = (operation.words(), &left.party.actor, scope.told());
    let why = format!("{words} was {what} at {since}, and {who} was not told within {within}");
    Err(Objection::fail(why).at(operation.invoked).at(since))
}

/// The leg of the agent who asked: the pool calls the agent first, then the callee. Of several, of attempts that
/// overlap, the one that the agent had accepted by then.
fn agents_leg<'s>(scope: &Scope<'s>, operation: &Operation, callee: &Leg) -> Option<&'s Leg> {
    let group = operation.about.group.as_deref()?;
    let within = (operation.invoked, callee.alerted);
    let alerts = scope.timeline.alerts_within(&operation.by, within);
    let accepted = alerts.filter(|leg| leg.names(group) && leg.accepted.is_some());
    let accepted: Vec<&Leg> = accepted.collect();
    let by_then = |leg: &&&Leg| is_accepted_by(&[leg], callee.alerted);
    accepted.iter().rfind(by_then).or(accepted.last()).copied()
}
