//! Controls: that something did not happen counts only if it could have been seen to happen.
//!
//! - Of a caller: in the same stage the same caller reaches a group owned by the backup.
//! - Of an agent on the telephone: in the same stage the same agent places a plain call.
//! - Of a call that went silent and whose caller is held in it: in the same stage another caller
//!   on the same machine reaches a group owned by the backup. A message that ends the call needs
//!   no control: it *was* seen.
//! - Of an agent at the console: in the same stage the same agent's console shows or grants
//!   something.
//! - Of a management surface: in the same stage the same surface of the same pool does something; of
//!   a refused change, that of either pool: a pool that does not serve may refuse whatever it is asked.

use model::topology::Pool;
use model::verb::{Surface, Verb};

use crate::checked::{Checked, Objection, Support};
use crate::scope::Scope;
use timeline::call::Call;
use timeline::operation::Operation;

/// That this caller reaches a group owned by the backup within the stage.
///
/// # Errors
///
/// Inconclusive where it does not, or did not try.
pub(crate) fn caller_reaches_backup(scope: &Scope<'_>, caller: &str) -> Checked<Support> {
    reaches_backup(scope, Some(caller)).ok_or_else(|| {
        Objection::inconclusive(format!(
            "no control: {caller} reached no group owned by the backup in {}",
            scope.stage
        ))
    })
}

/// That some caller reaches a group owned by the backup within the stage.
///
/// # Errors
///
/// Inconclusive where none does.
pub(crate) fn somebody_reaches_backup(scope: &Scope<'_>) -> Checked<Support> {
    reaches_backup(scope, None).ok_or_else(|| {
        Objection::inconclusive(format!(
            "no control: nobody reached a group owned by the backup in {}",
            scope.stage
        ))
    })
}

fn reaches_backup(scope: &Scope<'_>, caller: Option<&str>) -> Option<Support> {
    let timeline = scope.timeline;
    let reaches = |call: &Call| {
        if timeline.owner(&call.to) != Some(Pool::Backup)
            || timeline.carrier(call) != Some(Pool::Backup)
        {
            return None;
        }
        let answered = call.answered.map(|(position, _)| position);
        let answered = answered.filter(|position| scope.contains(*position))?;
        (timeline.heard_since_us(call)? <= scope.end.t_us)
            .then(|| Support::new(String::new()).at(call.placed).at(answered))
    };
    let stage = (scope.begin, scope.end);
    match caller {
        Some(caller) => timeline.calls_by(caller, stage).find_map(reaches),
        None => timeline.calls_within(stage).iter().find_map(reaches),
    }
}

/// That this agent places a plain call, to nobody's group, that is answered within the stage, whether or not the
/// answer reaches the agent in time: links may lose it.
///
/// # Errors
///
/// Inconclusive where it does not, or did not try.
pub(crate) fn agent_places_plain_call(scope: &Scope<'_>, agent: &str) -> Checked<Support> {
    let timeline = scope.timeline;
    timeline
        .calls_by(agent, (scope.begin, scope.end))
        .filter(|call| timeline.group(&call.to).is_none())
        .find_map(|call| {
            let answered = call.answered.map(|(position, _)| position);
            let answered = answered.or(call.accepted());
            let answered = answered.filter(|position| scope.contains(*position))?;
            Some(Support::new(String::new()).at(call.placed).at(answered))
        })
        .ok_or_else(|| {
            Objection::inconclusive(format!(
                "no control: {agent} placed no plain call that was answered in {}",
                scope.stage
            ))
        })
}

/// That the agent console shows this agent a group, or signs it in to one, within the stage.
///
/// # Errors
///
/// Inconclusive where it does neither.
pub(crate) fn console_answers(scope: &Scope<'_>, agent: &str) -> Checked<Support> {
    let whole = scope.unconditionally();
    let shows = whole
        .operations(Verb::GetGroups)
        .filter(|operation| lists_something(operation));
    shows
        .chain(whole.operations(Verb::SignIn))
        .filter(|operation| operation.by == agent)
        .find_map(|operation| Some(Support::new(String::new()).at(operation.done()?)))
        .ok_or_else(|| {
            Objection::inconclusive(format!(
                "no control: the agent console showed or granted {agent} nothing in {}",
                scope.stage
            ))
        })
}

/// That this surface lists something, or changes something, within the stage, at one of these pools.
///
/// # Errors
///
/// Inconclusive where it does neither.
pub(crate) fn surface_answers(
    scope: &Scope<'_>,
    pools: &[Pool],
    surface: Surface,
) -> Checked<Support> {
    let whole = scope.unconditionally();
    let lists = whole
        .operations(Verb::List)
        .filter(|operation| lists_something(operation));
    lists
        .chain(whole.operations(Verb::Modify))
        .filter(|operation| pools.contains(&operation.at))
        .filter(|operation| operation.about.surface == Some(surface))
        .find_map(|operation| Some(Support::new(String::new()).at(operation.done()?)))
        .ok_or_else(|| {
            let whose: Vec<String> = pools
                .iter()
                .map(|p| format!("the {}'s", p.word()))
                .collect();
            Objection::inconclusive(format!(
                "no control: {} {} listed and changed nothing in {}",
                whose.join(" and "),
                surface.title(),
                scope.stage
            ))
        })
}

fn lists_something(operation: &Operation) -> bool {
    operation.rows().is_some_and(|rows| !rows.is_empty())
}
