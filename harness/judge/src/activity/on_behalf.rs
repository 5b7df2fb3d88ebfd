//! Calls that agents place on behalf of a group that the primary owns.
//!
//! *Disabled* and *fails* are one to the judge: no INVITE with the group's identity reaches the
//! callee, for at least the window of silence. Disabled is that the pool refuses before any call
//! exists, fails that an attempted call ends in an error; which it was, the reason says. The
//! control is a plain call of the same agent. *Succeeds*: the callee is called with the group's
//! identity.

use model::clause::OnBehalfOutcome;
use model::topology::Pool;
use model::verb::Verb;

use crate::control;
use crate::ruling::{Basis, Checked, Objection, answer, weigh};
use crate::stage::Scene;
use timeline::call::Leg;
use timeline::operation::{Answer, Operation, answered_first};
use timeline::position::Lasting;

/// Judges what becomes of calls on behalf of a group.
pub(crate) fn check(scene: &Scene<'_>, outcome: OnBehalfOutcome) -> Checked {
    let judge = match outcome {
        OnBehalfOutcome::Disabled | OnBehalfOutcome::Fails => comes_to_nothing,
        OnBehalfOutcome::Succeeds => succeeds,
    };
    let operations = scene
        .operations(Verb::CallOnBehalf)
        .filter(|operation| owner(scene, operation) == Some(Pool::Primary));
    let rulings = answered_first(operations.collect())
        .into_iter()
        .filter_map(|operation| Some((operation.invoked, judge(scene, operation)?)));
    weigh(rulings, || {
        let stage = scene.stage;
        format!("no agent called on behalf of a group of the primary within {stage}")
    })
}

fn owner(scene: &Scene<'_>, operation: &Operation) -> Option<Pool> {
    let group = operation.about.group.as_deref()?;
    scene.timeline.group(group).map(|group| group.owner)
}

/// The callee's leg of this attempt: the first alert after it, within the stage and before the next
/// attempt at the same callee, that shows the group's identity.
fn callee_leg<'s>(scene: &Scene<'s>, operation: &Operation) -> Option<&'s Leg> {
    let group = operation.about.group.as_deref()?;
    let timeline = scene.timeline;
    let callee = operation.about.callee.as_deref();
    let next = timeline.operations.iter().find(|next| {
        next.verb == Verb::CallOnBehalf
            && next.about.callee.as_deref() == callee
            && next.invoked > operation.invoked
    });
    let until = next.map_or(scene.end, |next| next.invoked.min(scene.end));
    timeline
        .legs()
        .filter(|leg| Some(leg.party.actor.as_str()) == callee)
        .filter(|leg| operation.invoked < leg.alerted && leg.alerted <= until)
        .filter(|leg| leg.identity.as_deref() == Some(group) || leg.shows == group)
        .min_by_key(|leg| leg.alerted)
}

/// Nothing is said of an attempt after which the stage ended before the window did.
fn comes_to_nothing(scene: &Scene<'_>, operation: &Operation) -> Option<Checked> {
    if let Some(leg) = callee_leg(scene, operation) {
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
    let watched_us = scene.end.t_us.saturating_sub(operation.invoked.t_us);
    (watched_us >= scene.silence_us()).then(|| not_called(scene, operation, watched_us))
}

fn not_called(scene: &Scene<'_>, operation: &Operation, watched_us: u64) -> Checked {
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
    let control = control::agent_places_plain_call(scene, &operation.by)?;
    let reason = format!(
        "{} was refused ({why}), and the callee was not called for {}",
        operation.words(),
        Lasting(watched_us)
    );
    let refused_us = position.t_us.saturating_sub(operation.invoked.t_us);
    Ok(Basis::new(reason)
        .at(operation.invoked)
        .at(position)
        .measured("refused_ms", refused_us)
        .and(control))
}

fn succeeds(scene: &Scene<'_>, operation: &Operation) -> Option<Checked> {
    Some(called(scene, operation))
}

fn called(scene: &Scene<'_>, operation: &Operation) -> Checked {
    if let Some(leg) = callee_leg(scene, operation) {
        let alerted_us = leg.alerted.t_us.saturating_sub(operation.invoked.t_us);
        let callee = &leg.party.actor;
        let (took, from) = (Lasting(alerted_us), leg.from);
        let reason = format!(
            "{}: {callee} was called through {from} with the group's identity after {took}",
            operation.words()
        );
        return Ok(Basis::new(reason)
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
