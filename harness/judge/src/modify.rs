//! Changes to a set's groups: their descriptions, through either surface.
//!
//! *Works*: done, and the change is seen on re-reading within the stage. *Refused*: a definite
//! refusal, and the value is not there in any list that is read later, in this stage or another;
//! that list must exist. A change that got no answer is no refusal, but one that was applied all
//! the same is a failure.

use model::clause::{GroupSet, Modify};
use model::verb::{Row, Surface, Verb};

use crate::control;
use crate::mark::Mark;
use crate::rows;
use crate::ruling::{Checked, Objection, Proof, weigh};
use crate::stage::Scene;
use crate::timeline::Timeline;
use crate::verb::{Answer, Deed, answered_first};

/// Judges what changing these groups gives.
pub(crate) fn check(scene: &Scene<'_>, groups: GroupSet, expected: Modify) -> Checked {
    let (owner, parent) = rows::owner_and_parent(groups);
    let speaks = |deed: &&Deed<'_>| {
        let group = deed.about.group.as_deref();
        let group = group.and_then(|name| scene.timeline.group(name));
        let surface = match expected {
            Modify::WorksInShell => deed.about.surface == Some(Surface::Shell),
            Modify::Works | Modify::Refused => true,
        };
        surface
            && deed.about.parent.unwrap_or(deed.at) == parent
            && group.is_some_and(|group| group.owner == owner)
    };
    let deeds: Vec<&Deed<'_>> = scene.deeds(Verb::Modify).filter(speaks).collect();
    // What nobody confirmed may have been applied nevertheless.
    let answered = answered_first(deeds.clone());
    let counts = |deed: &&Deed<'_>| {
        answered.iter().any(|other| other.invoked == deed.invoked)
            || (expected == Modify::Refused && applied(scene, deed, groups).is_some())
    };
    let deeds = deeds.into_iter().filter(counts);
    let rulings = deeds.map(|deed| {
        let ruling = match expected {
            Modify::Works | Modify::WorksInShell => works(scene, deed, groups),
            Modify::Refused => refused(scene, deed, groups),
        };
        (deed.invoked, ruling)
    });
    weigh(rulings, || {
        let (stage, set) = (scene.stage, rows::words(groups));
        format!("nobody tried to change what is {set} within {stage}")
    })
}

fn works(scene: &Scene<'_>, deed: &Deed<'_>, groups: GroupSet) -> Checked {
    let mark = match deed.answer()? {
        (mark, Answer::Done(_)) => mark,
        (mark, Answer::Refused(why)) => {
            let why = format!("{} was refused: {why}", deed.words());
            return Err(Objection::fail(why).at(deed.invoked).at(mark));
        }
    };
    let read = readings(scene.timeline, deed, groups)
        .into_iter()
        .find(|(at, _)| scene.contains(*at));
    match read {
        None => {
            let why = format!("{} was done, and not read again in the stage", deed.words());
            Err(Objection::inconclusive(why).at(mark))
        }
        Some((at, row)) if row.value == deed.about.value => {
            let reason = format!("{} is seen on re-reading at {at}", deed.words());
            Ok(Proof::new(reason).at(deed.invoked).at(mark).at(at))
        }
        Some((at, _)) => {
            let why = format!("{} was done, and is not seen at {at}", deed.words());
            Err(Objection::fail(why).at(mark).at(at))
        }
    }
}

fn refused(scene: &Scene<'_>, deed: &Deed<'_>, groups: GroupSet) -> Checked {
    if let Some((at, row)) = applied(scene, deed, groups) {
        let group = &row.group;
        let why = format!("{} was applied: `{group}` has it at {at}", deed.words());
        return Err(Objection::fail(why).at(deed.invoked).at(at));
    }
    let (mark, why) = match deed.answer()? {
        (mark, Answer::Refused(why)) => (mark, why),
        (mark, Answer::Done(_)) => {
            let why = format!("{} was accepted at {mark}", deed.words());
            return Err(Objection::fail(why).at(deed.invoked).at(mark));
        }
    };
    let readings = readings(scene.timeline, deed, groups);
    let Some((at, _)) = readings.first() else {
        let why = format!("{} was refused, and never read back later", deed.words());
        return Err(Objection::inconclusive(why).at(mark));
    };
    let surface = deed.about.surface.unwrap_or(Surface::Shell);
    let control = control::surface_answers(scene, deed.at, surface)?;
    let refused_us = mark.t_us.saturating_sub(deed.invoked.t_us);
    let reason = format!(
        "{} was refused ({why}), and is unchanged at {at}",
        deed.words()
    );
    Ok(Proof::new(reason)
        .at(deed.invoked)
        .at(mark)
        .at(*at)
        .measured("refused_ms", refused_us)
        .and(control))
}

/// The first list that shows the change in force, in whichever stage.
fn applied<'s>(scene: &Scene<'s>, deed: &Deed<'_>, groups: GroupSet) -> Option<(Mark, &'s Row)> {
    let value = deed.about.value.as_ref()?;
    readings(scene.timeline, deed, groups)
        .into_iter()
        .find(|(_, row)| row.value.as_ref() == Some(value))
}

/// What lists that were asked for after the change had ended show of the group.
fn readings<'t>(
    timeline: &Timeline<'t>,
    deed: &Deed<'_>,
    groups: GroupSet,
) -> Vec<(Mark, &'t Row)> {
    let Some(name) = deed.about.group.as_deref() else {
        return Vec::new();
    };
    let since = deed.ended.map_or(deed.invoked, |end| end.mark);
    timeline
        .deeds
        .iter()
        .filter(|list| list.verb == Verb::List && list.invoked > since)
        .filter_map(|list| {
            let end = list.ended?;
            Some((end.mark, rows::find(end.rows?, groups, name)?))
        })
        .collect()
}

/// How readers are told of a surface.
pub(crate) const fn words(surface: Surface) -> &'static str {
    match surface {
        Surface::ControlPanel => "Control Panel",
        Surface::Shell => "Management Shell",
    }
}
