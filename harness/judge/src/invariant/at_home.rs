//! After failback, agents are registered where they are homed.
//!
//! Judged at the end of the stage: phones refresh every few seconds, and ask their home pool first.

use model::Stage;
use model::journal::event::NoSuccess;
use model::topology::Agent;

use crate::checked::{Checked, Objection, worst_objection};
use crate::scope::Scope;

/// That every agent's last registration is at home.
///
/// # Errors
///
/// Fail where an agent's home pool refused it last, within the stage, and inconclusive where the agent
/// has not come back yet: a time-out is no refusal.
pub(super) fn kept(scope: &Scope<'_>) -> Checked<()> {
    if scope.stage != Stage::FailedBack {
        return Ok(());
    }
    let agents = scope.timeline.topology.agents.iter();
    match worst_objection(agents.filter_map(|agent| away(scope, agent))) {
        Some(objection) => Err(objection),
        None => Ok(()),
    }
}

/// That this agent is not registered at home.
fn away(scope: &Scope<'_>, agent: &Agent) -> Option<Objection> {
    let known = scope.timeline.registrations.iter().rev();
    let mut latest_first = known.filter(|r| r.agent == agent.name && r.position <= scope.end);
    let last = latest_first.clone().find(|r| r.is_accepted());
    let at_home = latest_first.find(|r| r.pool == agent.home && is_answer(&r.outcome));
    if last.is_some_and(|last| last.pool == agent.home) && at_home.is_some_and(|r| r.is_accepted())
    {
        return None;
    }
    let (name, home) = (&agent.name, agent.home.word());
    let refused = at_home.filter(|r| !r.is_accepted() && scope.contains(r.position));
    Some(match refused {
        None => {
            let elsewhere = last.map(|last| last.position);
            let why = format!("{name} has not registered at the {home} again");
            Objection::inconclusive(why).at(elsewhere.unwrap_or(scope.begin))
        }
        Some(refused) => {
            let why = format!(
                "{name} is not registered at the {home} at the end of {}: it refused that at {}",
                scope.stage, refused.position
            );
            Objection::fail(why).at(refused.position)
        }
    })
}

/// Whether the pool answered.
const fn is_answer(outcome: &Result<(), NoSuccess>) -> bool {
    matches!(outcome, Ok(()) | Err(NoSuccess::Refused { .. }))
}
