//! The management surfaces: what they show of a set of groups, and what changing them gives.
//!
//! A listing speaks of a set if it asks the pool in which the set's groups reside, through the
//! surface that is judged, with a filter that does not leave them out: imported groups are found by
//! "show all" and by "owner = primary" only. *Not viewed* is judged of every listing of that
//! surface and pool, and its control is that the same surface does something in the same stage.
//!
//! *As the database is available*: with the owner's back-end database up the groups are listed;
//! with it down (it is among the machines that the fault strikes, until it is healed) an error,
//! never an empty list. Changes are judged in [`crate::modify`].

use model::clause::{GroupSet, Modify, View};
use model::verb::{Filter, Row, Surface, Verb};

use crate::control;
use crate::fault;
use crate::mark::Mark;
use crate::modify;
use crate::rows;
use crate::ruling::{Checked, Objection, Proof, together, weigh};
use crate::stage::Scene;
use crate::verb::{Answer, Deed, answered_first};

/// Judges what both surfaces show of these groups, and what changing them gives.
pub(crate) fn check(
    scene: &Scene<'_>,
    groups: GroupSet,
    (control_panel, shell): (View, View),
    modify: Modify,
) -> Checked {
    let parts = [
        viewing(scene, groups, Surface::ControlPanel, control_panel),
        viewing(scene, groups, Surface::Shell, shell),
        modify::check(scene, groups, modify),
    ];
    together(scene.begin, parts)
}

fn viewing(scene: &Scene<'_>, groups: GroupSet, surface: Surface, view: View) -> Checked {
    let speaks =
        |deed: &&Deed<'_>| deed.about.surface == Some(surface) && asks_for(deed, groups, view);
    let deeds = scene.deeds(Verb::List).filter(speaks).collect();
    let rulings = answered_first(deeds).into_iter().filter_map(|deed| {
        let ruling = match view {
            View::Viewed => lists(scene, deed, groups),
            View::AsDatabaseAvailable => as_database(scene, deed, groups)?,
            View::NotViewed => lists_none(scene, deed, groups, surface),
        };
        Some((deed.invoked, ruling))
    });
    weigh(rulings, || {
        let (stage, set, surface) = (scene.stage, rows::words(groups), modify::words(surface));
        format!("nobody listed what is {set} in the {surface} within {stage}")
    })
}

/// Whether a listing asks for the set's groups.
fn asks_for(deed: &Deed<'_>, groups: GroupSet, view: View) -> bool {
    let (owner, parent) = rows::owner_and_parent(groups);
    let asked = deed.about.parent.or(deed.about.owner).unwrap_or(deed.at);
    let covers = match deed.about.filter.unwrap_or(Filter::Default) {
        Filter::All => true,
        Filter::Owner(pool) => pool == owner,
        Filter::Default => owner == parent || view == View::NotViewed,
    };
    asked == parent && covers
}

/// Every group of the set is listed.
fn lists(scene: &Scene<'_>, deed: &Deed<'_>, groups: GroupSet) -> Checked {
    let (mark, rows) = listed(deed)?;
    let (owner, _) = rows::owner_and_parent(groups);
    let all = &scene.timeline.topology.groups;
    for group in all.iter().filter(|group| group.owner == owner) {
        if rows::find(rows, groups, &group.name).is_none() {
            let (name, set) = (&group.name, rows::words(groups));
            let why = format!("{}: `{name}`, {set}, is not listed at {mark}", deed.words());
            return Err(Objection::fail(why).at(deed.invoked).at(mark));
        }
    }
    let reason = format!("{} gave what is {}", deed.words(), rows::words(groups));
    Ok(Proof::new(reason).at(deed.invoked).at(mark))
}

/// No group of the set is listed.
fn lists_none(scene: &Scene<'_>, deed: &Deed<'_>, groups: GroupSet, surface: Surface) -> Checked {
    let (mark, rows) = listed(deed)?;
    let set = rows::words(groups);
    if let Some(row) = rows.iter().find(|row| rows::belongs(row, groups)) {
        let why = format!(
            "{}: `{}`, {set}, is listed at {mark}",
            deed.words(),
            row.group
        );
        return Err(Objection::fail(why).at(deed.invoked).at(mark));
    }
    let control = control::surface_answers(scene, deed.at, surface)?;
    let reason = format!("{} gave nothing that is {set}", deed.words());
    Ok(Proof::new(reason).at(deed.invoked).at(mark).and(control))
}

/// Listed with the database up, an error with it down. Nothing is said of a listing during which
/// that changed.
fn as_database(scene: &Scene<'_>, deed: &Deed<'_>, groups: GroupSet) -> Option<Checked> {
    let ended = deed.ended?.mark;
    let (owner, _) = rows::owner_and_parent(groups);
    let down = |mark| fault::struck(scene.timeline, owner.database(), mark);
    match (down(deed.invoked), down(ended)) {
        (Some(false), Some(false)) => Some(lists(scene, deed, groups)),
        (Some(true), Some(true)) => Some(errs(scene, deed)),
        _ => None,
    }
}

fn errs(scene: &Scene<'_>, deed: &Deed<'_>) -> Checked {
    match deed.answer()? {
        (mark, Answer::Done(rows)) => {
            let what = if rows.is_empty() {
                "an empty list"
            } else {
                "a list"
            };
            let why = format!("{} gave {what} while the database was down", deed.words());
            Err(Objection::fail(why).at(deed.invoked).at(mark))
        }
        (mark, Answer::Refused(why)) => {
            let surface = deed.about.surface.unwrap_or(Surface::Shell);
            let control = control::surface_answers(scene, deed.at, surface)?;
            let reason = format!(
                "{} gave an error, the database being down: {why}",
                deed.words()
            );
            Ok(Proof::new(reason).at(deed.invoked).at(mark).and(control))
        }
    }
}

fn listed<'t>(deed: &Deed<'t>) -> Checked<(Mark, &'t [Row])> {
    match deed.answer()? {
        (mark, Answer::Done(rows)) => Ok((mark, rows)),
        (mark, Answer::Refused(why)) => {
            let why = format!("{} was refused: {why}", deed.words());
            Err(Objection::fail(why).at(deed.invoked).at(mark))
        }
    }
}
