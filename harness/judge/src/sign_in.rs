//! *Sign-in works*: the groups' list shows it, and where the parent takes calls the agent is
//! alerted.
//!
//! Whether the parent takes calls is seen, not assumed: it does if a call to the group, placed
//! within the stage, heard the parent pool. Then the first call to it after the sign-in that finds
//! the agent registered and free must alert the agent, and there must be one. Nothing is asked of
//! agents whom pools cannot reach: those homed in the primary, before failover is complete and
//! during failback.

use model::Stage;
use model::clause::GroupSet;
use model::topology::{Pool, Routing};
use model::verb::{Row, Verb};

use crate::call::Call;
use crate::mark::Mark;
use crate::rows;
use crate::ruling::{Checked, Objection, Proof};
use crate::stage::Scene;
use crate::verb::{Answer, Deed};

/// Judges one sign-in that must work.
pub(crate) fn works(scene: &Scene<'_>, deed: &Deed<'_>, groups: GroupSet) -> Checked {
    let mark = match deed.answer()? {
        (mark, Answer::Done(_)) => mark,
        (mark, Answer::Refused(why)) => {
            let why = format!("{} was refused: {why}", deed.words());
            return Err(Objection::fail(why).at(deed.invoked).at(mark));
        }
    };
    let name = deed.about.group.as_deref().unwrap_or_default();
    let shown = listed_as_signed_in(scene, deed, groups, (name, mark))?;
    let alerted = alerted(scene, deed, (name, mark))?;
    let mut proof = Proof::new(format!("{} worked", deed.words()))
        .at(deed.invoked)
        .at(mark)
        .and(shown);
    if let Some(alerted) = alerted {
        proof.reason = format!("{}; {}", proof.reason, alerted.reason);
        proof = proof.and(alerted);
    }
    Ok(proof)
}

/// The agent's next list of groups shows the agent as signed in.
fn listed_as_signed_in(
    scene: &Scene<'_>,
    deed: &Deed<'_>,
    groups: GroupSet,
    (name, since): (&str, Mark),
) -> Checked<Proof> {
    let listing = scene
        .unconditionally()
        .deeds(Verb::GetGroups)
        .filter(|list| list.by == deed.by && list.invoked > since)
        .find_map(|list| {
            let (mark, answer) = list.answer().ok()?;
            match answer {
                Answer::Done(rows) => Some((mark, rows)),
                Answer::Refused(_) => None,
            }
        });
    let Some((mark, rows)) = listing else {
        let why = format!("{} was not followed by a list of groups", deed.words());
        return Err(Objection::inconclusive(why).at(since));
    };
    match rows::find(rows, groups, name).and_then(|row: &Row| row.signed_in) {
        Some(true) => Ok(Proof::default().at(mark)),
        Some(false) | None => {
            let why = format!(
                "{} was granted, yet the list at {mark} does not show it",
                deed.words()
            );
            Err(Objection::fail(why).at(since).at(mark))
        }
    }
}

/// The agent is alerted by the calls that the parent takes, if it takes any.
fn alerted(
    scene: &Scene<'_>,
    deed: &Deed<'_>,
    (name, since): (&str, Mark),
) -> Checked<Option<Proof>> {
    let agent = deed.by;
    if !can_be_reached(scene, agent) {
        return Ok(None);
    }
    let taken = |call: &&Call<'_>| {
        let carrier = scene.timeline.carrier(call);
        call.to == name && scene.contains(call.placed) && carrier == deed.about.parent
    };
    let timeline = scene.timeline;
    let taken: Vec<&Call<'_>> = timeline.calls.iter().filter(taken).collect();
    if taken.is_empty() {
        return Ok(None);
    }
    let could_alert = |call: &&&Call<'_>| {
        let at = call.placed;
        at > since && timeline.registered(agent, at) && !timeline.busy(agent, at)
    };
    let Some(call) = taken.iter().find(could_alert) else {
        let why = format!(
            "{} was granted, but no call that could have alerted {agent} came to `{name}` \
             after it in {}",
            deed.words(),
            scene.stage
        );
        return Err(Objection::inconclusive(why).at(since));
    };
    let leg = call.legs.iter().find(|leg| leg.party.actor == agent);
    let Some(leg) = leg.filter(|leg| scene.contains(leg.alerted)) else {
        let (words, at) = (call.words(), call.placed);
        let why = format!(
            "{} was granted, yet {words} did not alert {agent}",
            deed.words()
        );
        return Err(not_alerted(scene, name, why).at(since).at(at));
    };
    let alerted_us = leg.alerted.t_us.saturating_sub(call.placed.t_us);
    let proof = Proof::new(format!("{agent} was alerted at {}", leg.alerted)).at(leg.alerted);
    Ok(Some(proof.measured("alerted_ms", alerted_us)))
}

/// That an agent was not alerted is wrong where all free agents are alerted at once; where they
/// are asked one after the other, another may have been asked first.
fn not_alerted(scene: &Scene<'_>, group: &str, why: String) -> Objection {
    let routing = scene.timeline.group(group).map(|group| group.routing);
    match routing {
        Some(Routing::Parallel | Routing::Attendant) => Objection::fail(why),
        _ => Objection::inconclusive(why),
    }
}

/// Whether the stage is one in which pools can reach this agent at all.
fn can_be_reached(scene: &Scene<'_>, agent: &str) -> bool {
    let primary = scene.timeline.home(agent) == Some(Pool::Primary);
    !primary || matches!(scene.stage, Stage::FailedOver | Stage::FailedBack)
}
