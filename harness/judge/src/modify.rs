//! Changes to a set's groups: their descriptions, through either surface. What only the shell shows, only the
//! shell changes.
//!
//! *Works*: done, and the change is seen on re-reading within the stage. *Refused*: a definite
//! refusal, and the value is not there in any list that is read later, in this stage or another;
//! that list must exist. A change that got no answer is no refusal, but one that was applied all
//! the same is a failure. Where the target declares that a change shows only after some time, who
//! looks before sees nothing yet, and nothing follows from that.

use std::collections::BTreeMap;

use model::clause::{GroupSet, Modify};
use model::topology::Pool;
use model::verb::{Row, Surface, Verb};

use crate::checked::{Checked, Objection, Support, answer, worst_of};
use crate::control;
use crate::rows;
use crate::scope::Scope;
use timeline::Timeline;
use timeline::operation::{Answer, Operation};
use timeline::position::Position;

/// Judges what changing these groups gives.
pub(crate) fn check(scope: &Scope<'_>, groups: GroupSet, expected: Modify) -> Checked {
    let (owner, parent) = rows::owner_and_parent(groups);
    let of_set = |operation: &&Operation| {
        let group = operation.about.group.as_deref();
        let group = group.and_then(|name| scope.timeline.group(name));
        operation.about.parent.unwrap_or(operation.at) == parent
            && group.is_some_and(|group| group.owner == owner)
    };
    let changes = || scope.operations(Verb::Modify).filter(of_set);
    let listed = Listed::of(scope.timeline, groups);
    if expected == Modify::WorksInShell {
        none_in_the_panel(changes())?;
    }
    let speaks = |operation: &&Operation| match expected {
        Modify::WorksInShell => operation.about.surface == Some(Surface::Shell),
        Modify::Works | Modify::Refused => true,
    };
    let is_seen =
        |operation: &Operation| expected == Modify::Refused && listed.applied(operation).is_some();
    let operations = changes().filter(speaks);
    let operations = operations
        .filter(|operation| !scope.timeline.partner_answered(operation) || is_seen(operation));
    let results = operations.map(|operation| {
        let result = match expected {
            Modify::Works | Modify::WorksInShell => works(scope, operation, &listed),
            Modify::Refused => refused(scope, operation, &listed),
        };
        (operation.invoked, result)
    });
    worst_of(results, || {
        let (stage, set) = (scope.stage, rows::words(groups));
        format!("nobody tried to change a group that is {set} within {stage}")
    })
}

/// That none of these changes, of groups which only the Management Shell shows, was made in the Control Panel.
fn none_in_the_panel<'s>(changes: impl Iterator<Item = &'s Operation>) -> Checked<()> {
    let mut in_panel = changes.filter(|change| change.about.surface == Some(Surface::ControlPanel));
    match in_panel.find_map(|change| Some((change, change.done()?))) {
        None => Ok(()),
        Some((change, position)) => {
            let why = format!(
                "{} was accepted at {position}, though the panel does not show it",
                change.words()
            );
            Err(Objection::fail(why).at(change.invoked).at(position))
        }
    }
}

/// Whether another change of the same copy of the group was asked for before a list was made.
fn is_overtaken(timeline: &Timeline, operation: &Operation, listed: Position) -> bool {
    let about = &operation.about;
    let later = timeline.operations_after(operation.invoked).iter();
    let mut later = later.take_while(|other| other.invoked < listed);
    later.any(|other| {
        other.verb == Verb::Modify
            && other.about.group == about.group
            && other.about.parent == about.parent
            && !matches!(other.answer(), Ok((_, Answer::Refused(_))))
    })
}

fn works(scope: &Scope<'_>, operation: &Operation, listed: &Listed<'_>) -> Checked {
    let position = match answer(operation)? {
        (position, Answer::Done(_)) => position,
        (position, Answer::Refused(why)) => {
            let why = format!("{} was refused: {why}", operation.words());
            return Err(Objection::fail(why).at(operation.invoked).at(position));
        }
    };
    let shows_after = scope.timeline.shows_after_us;
    let mut read = listed.after(operation, shows_after);
    let read = read.find(|(at, _)| scope.contains(*at));
    match read {
        None => {
            let why = format!(
                "{} was done, but the group was not listed again in the stage",
                operation.words()
            );
            Err(Objection::inconclusive(why).at(position))
        }
        Some((at, row)) if row.value == operation.about.value => {
            let reason = format!(
                "{} was done, and the list at {at} shows it",
                operation.words()
            );
            Ok(Support::new(reason)
                .at(operation.invoked)
                .at(position)
                .at(at))
        }
        Some((at, _)) if is_overtaken(scope.timeline, operation, at) => {
            let why = format!(
                "{} was done, and another change of the group when the list at {at} was made",
                operation.words()
            );
            Err(Objection::inconclusive(why).at(position).at(at))
        }
        Some((at, _)) => {
            let why = format!(
                "{} was done, but the list at {at} does not show it",
                operation.words()
            );
            Err(Objection::unshown(scope.timeline, why).at(position).at(at))
        }
    }
}

fn refused(scope: &Scope<'_>, operation: &Operation, listed: &Listed<'_>) -> Checked {
    if let Some((at, row)) = listed.applied(operation) {
        let group = &row.group;
        let why = format!(
            "{} was applied: the list at {at} shows it for `{group}`",
            operation.words()
        );
        return Err(Objection::misstated(why).at(operation.invoked).at(at));
    }
    let (position, why) = match answer(operation)? {
        (position, Answer::Refused(why)) => (position, why),
        (position, Answer::Done(_)) => {
            let why = format!("{} was accepted at {position}", operation.words());
            return Err(Objection::fail(why).at(operation.invoked).at(position));
        }
    };
    let Some((at, _)) = listed.after(operation, 0).next() else {
        let why = format!(
            "{} was refused, but the group was never listed later",
            operation.words()
        );
        return Err(Objection::inconclusive(why).at(position));
    };
    let surface = operation.about.surface.unwrap_or(Surface::Shell);
    let control = control::surface_answers(scope, &Pool::BOTH, surface)?;
    let refused_us = position.t_us.saturating_sub(operation.invoked.t_us);
    let reason = format!(
        "{} was refused ({why}), and the list at {at} shows the group unchanged",
        operation.words()
    );
    Ok(Support::new(reason)
        .at(operation.invoked)
        .at(position)
        .at(at)
        .measured("refused_ms", refused_us)
        .and(control))
}

/// What lists show of a set's groups, found by group, by value and by time.
struct Listed<'t> {
    of: BTreeMap<&'t str, Vec<Reading<'t>>>,
    showing: BTreeMap<(&'t str, &'t str), Vec<Reading<'t>>>,
}

/// What a list that was asked for, and when it was answered, shows of a group.
type Reading<'t> = (Position, Position, &'t Row);

impl<'t> Listed<'t> {
    fn of(timeline: &'t Timeline, groups: GroupSet) -> Self {
        let mut listed = Listed {
            of: BTreeMap::new(),
            showing: BTreeMap::new(),
        };
        let lists = timeline.operations.iter();
        for list in lists.filter(|list| list.verb == Verb::List) {
            if let (Some(at), Some(rows)) = (list.ended_at(), list.rows()) {
                for row in rows::first_of_each(rows, groups) {
                    listed.take((list.invoked, at, row));
                }
            }
        }
        listed
    }

    fn take(&mut self, reading: Reading<'t>) {
        let row = reading.2;
        self.of.entry(&row.group).or_default().push(reading);
        if let Some(value) = &row.value {
            let shown = self.showing.entry((&row.group, value));
            shown.or_default().push(reading);
        }
    }

    /// What lists show of the group that were asked for after the change had ended, and that long after.
    fn after(
        &self,
        change: &Operation,
        after_us: u64,
    ) -> impl Iterator<Item = (Position, &'t Row)> {
        let group = change.about.group.as_deref();
        let shown = group.and_then(|name| self.of.get(name));
        later(shown, ended(change).later_by(after_us))
    }

    /// The first list that shows the change in force, in whichever stage.
    fn applied(&self, change: &Operation) -> Option<(Position, &'t Row)> {
        let (group, value) = (
            change.about.group.as_deref()?,
            change.about.value.as_deref()?,
        );
        later(self.showing.get(&(group, value)), ended(change)).next()
    }
}

/// When a change had ended; of one that never did, when it was asked for.
fn ended(change: &Operation) -> Position {
    change.ended_at().unwrap_or(change.invoked)
}

/// Those of the lists that were asked for later.
fn later<'t>(
    shown: Option<&Vec<Reading<'t>>>,
    since: Position,
) -> impl Iterator<Item = (Position, &'t Row)> {
    let shown = shown.map_or(&[][..], Vec::as_slice);
    let before = shown.partition_point(|(asked, ..)| *asked <= since);
    shown[before..].iter().map(|(_, at, row)| (*at, *row))
}
