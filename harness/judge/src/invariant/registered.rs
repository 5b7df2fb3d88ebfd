//! Once all agents can be reached, they are registered where calls are served: in `failed-over` with the
//! backup, after failback where they are homed. Before that, the backup does not refuse those who are homed in it.
//!
//! Judged at the end of the stage: phones refresh every few seconds, and ask their home pool first. Of those
//! that are to be registered no more nothing is asked; but who withdraws a registration is not refused.

use model::Stage;
use model::journal::event::NoSuccess;
use model::topology::{Agent, Pool};

use crate::checked::{Checked, Objection, worst_objection};
use crate::fault;
use crate::scope::Scope;
use timeline::position::Position;
use timeline::registration::{Answer, Registration};

/// That every agent's last registration is where it should be.
///
/// # Errors
///
/// Fail where that pool refused an agent last, within the stage, or, in `failed-over`, the primary took one;
/// and inconclusive where, after failback, an agent has not come back yet: a time-out is no refusal.
pub(super) fn kept(scope: &Scope<'_>) -> Checked<()> {
    let agents = scope.timeline.topology.agents.iter();
    let objections = agents.filter_map(|agent| match scope.stage {
        Stage::FailedOver => away(scope, agent, Pool::Backup),
        Stage::FailedBack => away(scope, agent, agent.home),
        Stage::Outage | Stage::Failover | Stage::Failback if agent.home == Pool::Backup => {
            refused_at_home(scope, agent)
        }
        _ => None,
    });
    match worst_objection(objections.chain(kept_against_will(scope))) {
        Some(objection) => Err(objection),
        None => Ok(()),
    }
}

/// That this agent is not registered at `registrar`, with any of the telephones that are to be.
fn away(scope: &Scope<'_>, agent: &Agent, registrar: Pool) -> Option<Objection> {
    let telephones = scope.timeline.telephones(&agent.name);
    let telephones = telephones.filter(|telephone| !is_left(scope, telephone));
    let away: Vec<Option<Objection>> = telephones
        .map(|telephone| telephone_away(scope, telephone, registrar))
        .collect();
    match away.contains(&None) {
        true => None,
        false => worst_objection(away.into_iter().flatten()),
    }
}

/// That the backup refuses an agent of its own. Nothing is said of who has several telephones: a registrar may take one.
fn refused_at_home(scope: &Scope<'_>, agent: &Agent) -> Option<Objection> {
    let mut telephones = scope.timeline.telephones(&agent.name);
    let (only, None) = (telephones.next()?, telephones.next()) else {
        return None;
    };
    match is_left(scope, only) {
        true => None,
        false => refused(scope, only, Pool::Backup),
    }
}

/// That a pool refused a telephone, within the stage, when it was asked last.
fn refused(scope: &Scope<'_>, telephone: &str, pool: Pool) -> Option<Objection> {
    let mut latest_first = latest_first(scope, telephone, scope.end);
    let answer = latest_first.find(|r| r.pool == pool && is_answer(r))?;
    let is_refused = !answer.is_accepted() && scope.contains(answer.position);
    is_refused.then(|| {
        let (pool, stage, position) = (pool.word(), scope.stage, answer.position);
        let why = format!(
            "{telephone} is not registered at the {pool} at the end of {stage}: it refused that at {position}"
        );
        Objection::fail(why).at(position)
    })
}

fn telephone_away(scope: &Scope<'_>, telephone: &str, registrar: Pool) -> Option<Objection> {
    let mut latest_first = latest_first(scope, telephone, scope.end);
    let last = latest_first.clone().find(|r| r.is_accepted());
    let answer = latest_first.find(|r| r.pool == registrar && is_answer(r));
    let is_taken = answer.is_some_and(|r| r.is_accepted());
    if is_taken && last.is_some_and(|last| last.pool == registrar) {
        return None;
    }
    let (name, pool) = (telephone, registrar.word());
    let taken = last.filter(|last| scope.contains(last.position));
    match (refused(scope, telephone, registrar), taken, scope.stage) {
        (Some(refused), _, _) => Some(refused),
        (None, Some(taken), Stage::FailedOver) => {
            let why = format!(
                "{name} was registered at {} by the {}, while the {pool} stands in for it",
                taken.position,
                taken.pool.word()
            );
            Some(Objection::fail(why).at(taken.position))
        }
        (None, _, Stage::FailedOver) => None,
        (None, _, _) => {
            let why = format!("{name} has not registered at the {pool} again");
            let elsewhere = last.map_or(scope.begin, |last| last.position);
            Some(Objection::inconclusive(why).at(elsewhere))
        }
    }
}

/// Whether a telephone was not to be registered at the end of the stage: a further one that never was, or one that
/// had withdrawn its registration, or let it expire.
fn is_left(scope: &Scope<'_>, telephone: &str) -> bool {
    let last = latest_first(scope, telephone, scope.end).next();
    let is_further = scope.timeline.home(telephone).is_none();
    last.map_or(is_further, |last| match last.answer {
        Answer::Withdrawn { .. } | Answer::NotWithdrawn { .. } => true,
        Answer::Accepted { lasting_us, .. } => {
            lasting_us.is_some_and(|us| last.position.later_by(us) < scope.end)
        }
        Answer::NotAccepted(_) => false,
    })
}

/// That a pool with which an agent is to be registered has not withdrawn a registration that it had accepted.
fn kept_against_will(scope: &Scope<'_>) -> impl Iterator<Item = Objection> {
    let timeline = scope.timeline;
    let asked = timeline.registrations.iter();
    let asked = asked.flat_map(|(agent, asked)| asked.iter().map(move |asked| (agent, asked)));
    asked
        .filter(|(_, asked)| scope.answers_for(asked.position))
        .filter_map(|(agent, asked)| {
            let Answer::NotWithdrawn { outcome, .. } = &asked.answer else {
                return None;
            };
            let mut before = latest_first(scope, &asked.telephone, asked.position);
            let accepted = before.find(|r| r.pool == asked.pool && r.is_accepted())?;
            let within = (accepted.position, asked.position);
            let is_due = scope.registrar(agent) == Some(asked.pool)
                && fault::was_well(timeline, asked.pool, within);
            let why = format!(
                "{} could not withdraw its registration at the {} at {}: {outcome}",
                asked.telephone,
                asked.pool.word(),
                asked.position
            );
            let objection = match outcome {
                NoSuccess::Refused { .. } => Objection::fail(why),
                NoSuccess::Unreachable | NoSuccess::TimedOut => Objection::inconclusive(why),
            };
            is_due.then(|| objection.at(accepted.position).at(asked.position))
        })
}

/// What a telephone had asked for by then, the latest first.
fn latest_first<'s>(
    scope: &Scope<'s>,
    telephone: &'s str,
    by: Position,
) -> impl Iterator<Item = &'s Registration> + Clone {
    let asked = scope.timeline.registrations_by(telephone).rev();
    asked.skip_while(move |registration| registration.position > by)
}

/// Whether the pool answered.
const fn is_answer(registration: &Registration) -> bool {
    matches!(
        registration.answer,
        Answer::Accepted { .. } | Answer::NotAccepted(NoSuccess::Refused { .. })
    )
}
