//! Once all agents can be reached, they are registered where calls are served: in `failed-over` with the
//! backup, after failback where they are homed.
//!
//! Judged at the end of the stage: phones refresh every few seconds, and ask their home pool first.

use model::Stage;
use model::journal::event::NoSuccess;
use model::topology::{Agent, Pool};

use crate::checked::{Checked, Objection, worst_objection};
use crate::scope::Scope;
use timeline::position::Position;

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
        _ => None,
    });
    match worst_objection(objections) {
        Some(objection) => Err(objection),
        None => Ok(()),
    }
}

/// That this agent is not registered at `registrar`.
fn away(scope: &Scope<'_>, agent: &Agent, registrar: Pool) -> Option<Objection> {
    let by_then = (Position::default(), scope.end);
    let known = scope.timeline.registrations_within(&agent.name, by_then);
    let mut latest_first = known.iter().rev();
    let last = latest_first.clone().find(|r| r.is_accepted());
    let answer = latest_first.find(|r| r.pool == registrar && is_answer(&r.outcome));
    let is_taken = answer.is_some_and(|r| r.is_accepted());
    if is_taken && last.is_some_and(|last| last.pool == registrar) {
        return None;
    }
    let (name, pool, stage) = (&agent.name, registrar.word(), scope.stage);
    let refused = answer.filter(|r| !r.is_accepted() && scope.contains(r.position));
    let taken = last.filter(|last| scope.contains(last.position));
    match (refused, taken, scope.stage) {
        (Some(refused), _, _) => {
            let why = format!(
                "{name} is not registered at the {pool} at the end of {stage}: it refused that at {}",
                refused.position
            );
            Some(Objection::fail(why).at(refused.position))
        }
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

/// Whether the pool answered.
const fn is_answer(outcome: &Result<(), NoSuccess>) -> bool {
    matches!(outcome, Ok(()) | Err(NoSuccess::Refused { .. }))
}
