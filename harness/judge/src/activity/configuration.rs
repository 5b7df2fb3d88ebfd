//! The management surfaces: what they show of a set of groups, and what changing them gives.
//!
//! A listing speaks of a set if it asks the pool in which the set's groups reside, through the
//! surface that is judged, with a filter that does not leave them out: imported groups are found by
//! "show all" and by "owner = primary" only. *Not viewed* is judged of every listing of that
//! surface and pool, and its control is that the same surface does something in the same stage.
//!
//! *As the database is available*: with the owner's back-end database up the groups are listed;
//! with it down (it is among the machines that the fault affects, until it is healed) an error,
//! never an empty list. Changes are judged in [`crate::modify`].
//!
//! Whatever the statement says, a listing shows what it was asked for, and no more ([`rows`]), each
//! group with the value that was acknowledged last ([`acknowledged`]) and with what nobody changed
//! ([`details`]).

use model::clause::{GroupSet, Modify, View};
use model::verb::{Surface, Verb};

use crate::checked::{
    Checked, Objection, Support, all_of, answer, answered_first, listed, unless, worst_of,
};
use crate::control;
use crate::fault;
use crate::misread::Misread;
use crate::modify;
use crate::rows;
use crate::scope::Scope;
use timeline::operation::{Answer, Operation};

/// Judges what both surfaces show of these groups, and what changing them gives.
pub(crate) fn check(
    scope: &Scope<'_>,
    misread: &Misread,
    groups: GroupSet,
    (control_panel, shell): (View, View),
    modify: Modify,
) -> Checked {
    let parts = [
        viewing(scope, groups, Surface::ControlPanel, control_panel),
        viewing(scope, groups, Surface::Shell, shell),
        modify::check(scope, groups, modify),
    ];
    unless(
        misread.in_listings(scope, groups),
        all_of(scope.begin, parts),
    )
}

fn viewing(scope: &Scope<'_>, groups: GroupSet, surface: Surface, view: View) -> Checked {
    let speaks = |operation: &&Operation| {
        operation.about.surface == Some(surface) && speaks_of(operation, groups, view)
    };
    let operations = scope.operations(Verb::List).filter(speaks);
    let results = answered_first(scope.timeline, operations).filter_map(|operation| {
        let result = match view {
            View::Viewed => lists(scope, operation, groups),
            View::AsDatabaseAvailable => as_database(scope, operation, groups)?,
            View::NotViewed => lists_none(scope, operation, groups, surface),
        };
        Some((operation.invoked, result))
    });
    worst_of(results, || {
        let (stage, set, surface) = (scope.stage, rows::words(groups), surface.title());
        format!("nobody listed the groups that are {set} in the {surface} within {stage}")
    })
}

/// Whether a listing says something of the set: it asks for its groups; or, where they are not to be
/// viewed, for whatever its pool shows by default.
fn speaks_of(operation: &Operation, groups: GroupSet, view: View) -> bool {
    let (_, parent) = rows::owner_and_parent(groups);
    rows::asks_for(operation, groups)
        || (view == View::NotViewed && rows::asks_by_default(operation, parent))
}

/// Every group of the set is listed.
fn lists(scope: &Scope<'_>, operation: &Operation, groups: GroupSet) -> Checked {
    let (position, rows) = listed(operation)?;
    let (owner, _) = rows::owner_and_parent(groups);
    let all = &scope.timeline.topology.groups;
    let listed = rows::names(rows, groups);
    for group in all.iter().filter(|group| group.owner == owner) {
        if !listed.contains(group.name.as_str()) {
            let (name, set) = (&group.name, rows::words(groups));
            let why = format!(
                "{}: `{name}`, {set}, is not listed at {position}",
                operation.words()
            );
            return Err(Objection::misstated(why).at(operation.invoked).at(position));
        }
    }
    let reason = format!(
        "{} listed every group that is {}",
        operation.words(),
        rows::words(groups)
    );
    Ok(Support::new(reason).at(operation.invoked).at(position))
}

/// No group of the set is listed.
fn lists_none(
    scope: &Scope<'_>,
    operation: &Operation,
    groups: GroupSet,
    surface: Surface,
) -> Checked {
    let (position, rows) = listed(operation)?;
    let set = rows::words(groups);
    if let Some(row) = rows.iter().find(|row| rows::belongs(row, groups)) {
        let why = format!(
            "{}: `{}`, {set}, is listed at {position}",
            operation.words(),
            row.group
        );
        return Err(Objection::misstated(why).at(operation.invoked).at(position));
    }
    let control = control::surface_answers(scope, &[operation.at], surface)?;
    let reason = format!("{} listed no group that is {set}", operation.words());
    Ok(Support::new(reason)
        .at(operation.invoked)
        .at(position)
        .and(control))
}

/// Listed with the database up, an error with it down. Nothing is said of a listing during which
/// that changed.
fn as_database(scope: &Scope<'_>, operation: &Operation, groups: GroupSet) -> Option<Checked> {
    let ended = operation.ended_at()?;
    let (owner, _) = rows::owner_and_parent(groups);
    let down = |position| fault::affected(scope.timeline, owner.database(), position);
    match (down(operation.invoked), down(ended)) {
        (Some(false), Some(false)) => Some(lists(scope, operation, groups)),
        (Some(true), Some(true)) => Some(errs(scope, operation)),
        _ => None,
    }
}

fn errs(scope: &Scope<'_>, operation: &Operation) -> Checked {
    match answer(operation)? {
        (position, Answer::Done(rows)) => {
            let what = if rows.is_empty() {
                "an empty list"
            } else {
                "a list"
            };
            let why = format!(
                "{} gave {what} while the database was down",
                operation.words()
            );
            Err(Objection::misstated(why).at(operation.invoked).at(position))
        }
        (position, Answer::Refused(why)) => {
            let surface = operation.about.surface.unwrap_or(Surface::Shell);
            let control = control::surface_answers(scope, &[operation.at], surface)?;
            let reason = format!(
                "{} gave an error, the database being down: {why}",
                operation.words()
            );
            Ok(Support::new(reason)
                .at(operation.invoked)
                .at(position)
                .and(control))
        }
    }
}
