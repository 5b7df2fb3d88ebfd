//! The agent console: which groups it shows to an agent, and whether the agent can sign in.
//!
//! Rows are (name, owner, parent). *Shown* is judged of the groups that the agent is a member of;
//! *not shown* of all, and its control is that the same listing shows another row. *Refused* is a
//! definite answer, and its control is that the console grants the same agent something in the
//! same stage. *Sign-in works* is judged in [`crate::sign_in`].
//!
//! Whatever the statement says, a console shows an agent's own groups, and no others
//! ([`rows`]), as signed in where a sign-in was acknowledged last ([`acknowledged`]). Who is no
//! member of a group cannot sign in to it. Signing out works where signing in does, and is refused
//! where that is. Nobody is alerted for a formal group without being signed in to it. And no stage may disturb
//! calls to the backup's own groups ([`own_groups`]).

use model::clause::{GroupSet, Shown, SignIn};
use model::verb::Verb;

use crate::WholeWalk;
use crate::checked::{
    Checked, Objection, Support, all_of, answer, answered_first, listed, unless, worst_of,
};
use crate::control;
use crate::fault;
use crate::own_groups;
use crate::rows;
use crate::scope::Scope;
use crate::sign_in;
use timeline::operation::{Answer, Operation};

/// Judges what the console shows of these groups, and what signing in to them gives.
pub(crate) fn check(
    scope: &Scope<'_>,
    whole: &WholeWalk,
    groups: GroupSet,
    shown: Shown,
    sign_in: Option<SignIn>,
) -> Checked {
    let listed = listing(scope, groups, shown);
    let misread = whole.misread.in_consoles(scope, groups);
    let Some(expected) = sign_in else {
        return unless(misread.or_else(|| granted_unseen(scope, groups)), listed);
    };
    let signed_in = signing_in(scope, groups, expected);
    let wrong = misread
        .or_else(|| misjudged(scope, groups, expected))
        .or_else(|| sign_in::alerted_signed_out(scope, groups))
        .or_else(|| match groups {
            GroupSet::OwnedByBackup => own_groups::disturbed(scope, &whole.disclosures),
            GroupSet::OwnedByPrimary | GroupSet::Imported => None,
        });
    unless(wrong, all_of(scope.begin, [listed, signed_in]))
}

/// Somebody was signed in to a group that no console shows.
fn granted_unseen(scope: &Scope<'_>, groups: GroupSet) -> Option<Objection> {
    let mut granted = scope.operations(Verb::SignIn).filter_map(|operation| {
        let position = operation
            .done()
            .filter(|_| is_of(scope, operation, groups))?;
        Some((operation, position))
    });
    let (operation, position) = granted.next()?;
    let set = rows::words(groups);
    let why = format!(
        "{} was granted at {position}, while no console shows groups that are {set}",
        operation.words()
    );
    Some(Objection::fail(why).at(operation.invoked).at(position))
}

/// Somebody who is no member was signed in; or a sign-out ended as no sign-in would.
fn misjudged(scope: &Scope<'_>, groups: GroupSet, expected: SignIn) -> Option<Objection> {
    let timeline = scope.timeline;
    let asked = timeline.operations.iter().filter(|operation| {
        scope.answers_for(operation.invoked) && is_of(scope, operation, groups)
    });
    asked
        .filter_map(|operation| {
            let member = is_member(scope, operation);
            let (position, answer) = operation.answer().ok()?;
            let within = scope.contains(operation.invoked) && scope.contains(position);
            let what = match (operation.verb, answer) {
                (Verb::SignIn, Answer::Done(_)) if !member => {
                    format!(
                        "was granted at {position}, though {} is no member",
                        operation.by
                    )
                }
                (Verb::SignOut, Answer::Done(_)) if within && expected == SignIn::Refused => {
                    format!("was granted at {position}")
                }
                (Verb::SignOut, Answer::Refused(why))
                    if within
                        && member
                        && expected == SignIn::Works
                        && scope.meets_condition(operation.invoked) =>
                {
                    format!("was refused: {why}")
                }
                _ => return None,
            };
            let why = format!("{} {what}", operation.words());
            Some(Objection::fail(why).at(operation.invoked).at(position))
        })
        .next()
}

// ---- what is shown -----------------------------------------------------------------------------

fn listing(scope: &Scope<'_>, groups: GroupSet, shown: Shown) -> Checked {
    let operations = answered_first(scope.timeline, scope.operations(Verb::GetGroups));
    let results = operations.filter_map(|operation| {
        let result = match shown {
            Shown::Shown => shows(scope, operation, groups)?,
            Shown::NotShown => shows_none(operation, groups),
        };
        Some((operation.invoked, result))
    });
    worst_of(results, || {
        let (stage, set) = (scope.stage, rows::words(groups));
        format!("no agent of a group that is {set} looked at the agent console within {stage}")
    })
}

/// Nothing is said of an agent who is a member of none of the groups; nor while a pool need not show it yet.
fn shows(scope: &Scope<'_>, operation: &Operation, groups: GroupSet) -> Option<Checked> {
    if fault::may_lag(scope.timeline, operation) {
        return None;
    }
    let (owner, _) = rows::owner_and_parent(groups);
    let member = |name: &String| *name == operation.by;
    let expected: Vec<&str> = scope
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
    let shown = rows::names(rows, groups);
    for name in expected {
        if !shown.contains(name) {
            let why = format!(
                "{}: `{name}`, {set}, is not shown at {position}",
                operation.words()
            );
            return Err(Objection::misstated(why).at(position));
        }
    }
    let reason = format!(
        "{}'s console shows the groups that are {set} at {position}",
        operation.by
    );
    Ok(Support::new(reason).at(position))
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
        return Err(Objection::misstated(why).at(position));
    }
    if rows.is_empty() {
        let why = format!("no control: {} shows nothing at all", operation.words());
        return Err(Objection::inconclusive(why).at(position));
    }
    let reason = format!(
        "{}'s console shows no group that is {set} at {position}",
        operation.by
    );
    Ok(Support::new(reason).at(position))
}

// ---- signing in --------------------------------------------------------------------------------

/// Whether this is about one of the set's groups.
fn is_of(scope: &Scope<'_>, operation: &Operation, groups: GroupSet) -> bool {
    let (owner, parent) = rows::owner_and_parent(groups);
    let group = operation.about.group.as_deref();
    operation.about.parent == Some(parent)
        && group.and_then(|name| scope.timeline.owner(name)) == Some(owner)
}

/// Whether the agent is a member of the group that this is about.
fn is_member(scope: &Scope<'_>, operation: &Operation) -> bool {
    let group = operation.about.group.as_deref();
    let group = group.and_then(|group| scope.timeline.group(group));
    group.is_some_and(|group| group.has_member(&operation.by))
}

fn signing_in(scope: &Scope<'_>, groups: GroupSet, expected: SignIn) -> Checked {
    let operations = scope
        .operations(Verb::SignIn)
        .filter(|operation| is_of(scope, operation, groups) && is_member(scope, operation));
    let operations = answered_first(scope.timeline, operations);
    let operations = operations.filter(|operation| {
        expected == SignIn::Refused || !sign_in::may_be_undone(scope.timeline, operation)
    });
    let results = match expected {
        SignIn::Refused => operations
            .map(|operation| (operation.invoked, refused(scope, operation)))
            .collect(),
        SignIn::Works => sign_in::tried(operations.map(|operation| {
            let result = sign_in::works(scope, operation, groups);
            (operation.invoked, result)
        })),
    };
    worst_of(results, || {
        let (stage, set) = (scope.stage, rows::words(groups));
        format!("no agent tried to sign in to a group that is {set} within {stage}")
    })
}

fn refused(scope: &Scope<'_>, operation: &Operation) -> Checked {
    match answer(operation)? {
        (position, Answer::Done(_)) => {
            let why = format!("{} was granted at {position}", operation.words());
            Err(Objection::fail(why).at(operation.invoked).at(position))
        }
        (position, Answer::Refused(why)) => {
            let control = control::console_answers(scope, &operation.by)?;
            let refused_us = position.t_us.saturating_sub(operation.invoked.t_us);
            Ok(
                Support::new(format!("{} was refused: {why}", operation.words()))
                    .at(operation.invoked)
                    .at(position)
                    .measured("refused_ms", refused_us)
                    .and(control),
            )
        }
    }
}
