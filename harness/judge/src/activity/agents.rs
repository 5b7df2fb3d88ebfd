//! The agent console: which groups it shows to an agent, and whether the agent can sign in.
//!
//! Rows are (name, owner, parent). *Shown* is judged of the groups that the agent is a member of;
//! *not shown* of all, and its control is that the same listing shows another row. *Refused* is a
//! definite answer, and its control is that the console grants the same agent something in the
//! same stage. *Sign-in works* is judged in [`crate::sign_in`].

use model::clause::{GroupSet, Shown, SignIn};
use model::verb::{Row, Verb};

use crate::control;
use crate::rows;
use crate::ruling::{Basis, Checked, Objection, answer, together, weigh};
use crate::sign_in;
use crate::stage::Scene;
use timeline::operation::{Answer, Operation, answered_first};
use timeline::position::Position;

/// Judges what the console shows of these groups, and what signing in to them gives.
pub(crate) fn check(
    scene: &Scene<'_>,
    groups: GroupSet,
    shown: Shown,
    sign_in: Option<SignIn>,
) -> Checked {
    let listed = listing(scene, groups, shown);
    let Some(sign_in) = sign_in else {
        return listed;
    };
    let signed_in = signing_in(scene, groups, sign_in);
    together(scene.begin, [listed, signed_in])
}

// ---- what is shown -----------------------------------------------------------------------------

fn listing(scene: &Scene<'_>, groups: GroupSet, shown: Shown) -> Checked {
    let operations = answered_first(scene.operations(Verb::GetGroups).collect());
    let rulings = operations.into_iter().filter_map(|operation| {
        let ruling = match shown {
            Shown::Shown => shows(scene, operation, groups)?,
            Shown::NotShown => shows_none(operation, groups),
        };
        Some((operation.invoked, ruling))
    });
    weigh(rulings, || {
        let (stage, set) = (scene.stage, rows::words(groups));
        format!("no agent of a group {set} looked at the agent console within {stage}")
    })
}

/// Nothing is said of an agent who is a member of none of the groups.
fn shows(scene: &Scene<'_>, operation: &Operation, groups: GroupSet) -> Option<Checked> {
    let (owner, _) = rows::owner_and_parent(groups);
    let member = |name: &String| *name == operation.by;
    let expected: Vec<&str> = scene
        .timeline
        .topology
        .groups
        .iter()
        .filter(|group| group.owner == owner && group.members.iter().any(member))
        .map(|group| group.name.as_str())
        .collect();
    (!expected.is_empty()).then(|| shows_all(operation, groups, &expected))
}

fn shows_all(operation: &Operation, groups: GroupSet, expected: &[&str]) -> Checked {
    let (position, rows) = listed(operation)?;
    let set = rows::words(groups);
    for name in expected {
        if rows::find(rows, groups, name).is_none() {
            let why = format!(
                "{}: `{name}`, {set}, is not shown at {position}",
                operation.words()
            );
            return Err(Objection::fail(why).at(position));
        }
    }
    let reason = format!(
        "{}'s console shows what is {set} at {position}",
        operation.by
    );
    Ok(Basis::new(reason).at(position))
}

fn shows_none(operation: &Operation, groups: GroupSet) -> Checked {
    let (position, rows) = listed(operation)?;
    let set = rows::words(groups);
    if let Some(row) = rows.iter().find(|row| rows::belongs(row, groups)) {
        let why = format!(
            "{}: `{}`, {set}, is shown at {position}",
            operation.words(),
            row.group
        );
        return Err(Objection::fail(why).at(position));
    }
    if rows.is_empty() {
        let why = format!("no control: {} shows nothing at all", operation.words());
        return Err(Objection::inconclusive(why).at(position));
    }
    let reason = format!(
        "{}'s console shows nothing that is {set} at {position}",
        operation.by
    );
    Ok(Basis::new(reason).at(position))
}

fn listed(operation: &Operation) -> Checked<(Position, &[Row])> {
    match answer(operation)? {
        (position, Answer::Done(rows)) => Ok((position, rows)),
        (position, Answer::Refused(why)) => {
            let why = format!("{} was refused: {why}", operation.words());
            Err(Objection::fail(why).at(position))
        }
    }
}

// ---- signing in --------------------------------------------------------------------------------

fn signing_in(scene: &Scene<'_>, groups: GroupSet, expected: SignIn) -> Checked {
    let (owner, parent) = rows::owner_and_parent(groups);
    let of_the_set = |operation: &&Operation| {
        let group = operation.about.group.as_deref();
        let group = group.and_then(|name| scene.timeline.group(name));
        operation.about.parent == Some(parent) && group.is_some_and(|group| group.owner == owner)
    };
    let operations = scene.operations(Verb::SignIn).filter(of_the_set).collect();
    let rulings = answered_first(operations).into_iter().map(|operation| {
        let ruling = match expected {
            SignIn::Refused => refused(scene, operation),
            SignIn::Works => sign_in::works(scene, operation, groups),
        };
        (operation.invoked, ruling)
    });
    weigh(rulings, || {
        let (stage, set) = (scene.stage, rows::words(groups));
        format!("no agent tried to sign in to a group {set} within {stage}")
    })
}

fn refused(scene: &Scene<'_>, operation: &Operation) -> Checked {
    match answer(operation)? {
        (position, Answer::Done(_)) => {
            let why = format!("{} was granted at {position}", operation.words());
            Err(Objection::fail(why).at(operation.invoked).at(position))
        }
        (position, Answer::Refused(why)) => {
            let control = control::console_answers(scene, &operation.by)?;
            let refused_us = position.t_us.saturating_sub(operation.invoked.t_us);
            Ok(
                Basis::new(format!("{} was refused: {why}", operation.words()))
                    .at(operation.invoked)
                    .at(position)
                    .measured("refused_ms", refused_us)
                    .and(control),
            )
        }
    }
}
