//! The agent console: which groups it shows to an agent, and whether the agent can sign in.
//!
//! Rows are (name, owner, parent). *Shown* is judged of the groups that the agent is a member of;
//! *not shown* of all, and its control is that the same listing shows another row. *Refused* is a
//! definite answer, and its control is that the console grants the same agent something in the
//! same stage. *Sign-in works* is judged in [`crate::sign_in`].

use model::clause::{GroupSet, Shown, SignIn};
use model::verb::{Row, Verb};

use crate::control;
use crate::mark::Mark;
use crate::rows;
use crate::ruling::{Checked, Objection, Proof, together, weigh};
use crate::sign_in;
use crate::stage::Scene;
use crate::verb::{Answer, Deed, answered_first};

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
    let deeds = answered_first(scene.deeds(Verb::GetGroups).collect());
    let rulings = deeds.into_iter().filter_map(|deed| {
        let ruling = match shown {
            Shown::Shown => shows(scene, deed, groups)?,
            Shown::NotShown => shows_none(deed, groups),
        };
        Some((deed.invoked, ruling))
    });
    weigh(rulings, || {
        let (stage, set) = (scene.stage, rows::words(groups));
        format!("no agent of a group {set} looked at the agent console within {stage}")
    })
}

/// Nothing is said of an agent who is a member of none of the groups.
fn shows(scene: &Scene<'_>, deed: &Deed<'_>, groups: GroupSet) -> Option<Checked> {
    let (owner, _) = rows::owner_and_parent(groups);
    let member = |name: &String| name == deed.by;
    let expected: Vec<&str> = scene
        .timeline
        .topology
        .groups
        .iter()
        .filter(|group| group.owner == owner && group.members.iter().any(member))
        .map(|group| group.name.as_str())
        .collect();
    (!expected.is_empty()).then(|| shows_all(deed, groups, &expected))
}

fn shows_all(deed: &Deed<'_>, groups: GroupSet, expected: &[&str]) -> Checked {
    let (mark, rows) = listed(deed)?;
    let set = rows::words(groups);
    for name in expected {
        if rows::find(rows, groups, name).is_none() {
            let why = format!("{}: `{name}`, {set}, is not shown at {mark}", deed.words());
            return Err(Objection::fail(why).at(mark));
        }
    }
    let reason = format!("{}'s console shows what is {set} at {mark}", deed.by);
    Ok(Proof::new(reason).at(mark))
}

fn shows_none(deed: &Deed<'_>, groups: GroupSet) -> Checked {
    let (mark, rows) = listed(deed)?;
    let set = rows::words(groups);
    if let Some(row) = rows.iter().find(|row| rows::belongs(row, groups)) {
        let why = format!(
            "{}: `{}`, {set}, is shown at {mark}",
            deed.words(),
            row.group
        );
        return Err(Objection::fail(why).at(mark));
    }
    if rows.is_empty() {
        let why = format!("no control: {} shows nothing at all", deed.words());
        return Err(Objection::inconclusive(why).at(mark));
    }
    let reason = format!(
        "{}'s console shows nothing that is {set} at {mark}",
        deed.by
    );
    Ok(Proof::new(reason).at(mark))
}

fn listed<'t>(deed: &Deed<'t>) -> Checked<(Mark, &'t [Row])> {
    match deed.answer()? {
        (mark, Answer::Done(rows)) => Ok((mark, rows)),
        (mark, Answer::Refused(why)) => {
            let why = format!("{} was refused: {why}", deed.words());
            Err(Objection::fail(why).at(mark))
        }
    }
}

// ---- signing in --------------------------------------------------------------------------------

fn signing_in(scene: &Scene<'_>, groups: GroupSet, expected: SignIn) -> Checked {
    let (owner, parent) = rows::owner_and_parent(groups);
    let of_the_set = |deed: &&Deed<'_>| {
        let group = deed.about.group.as_deref();
        let group = group.and_then(|name| scene.timeline.group(name));
        deed.about.parent == Some(parent) && group.is_some_and(|group| group.owner == owner)
    };
    let deeds = scene.deeds(Verb::SignIn).filter(of_the_set).collect();
    let rulings = answered_first(deeds).into_iter().map(|deed| {
        let ruling = match expected {
            SignIn::Refused => refused(scene, deed),
            SignIn::Works => sign_in::works(scene, deed, groups),
        };
        (deed.invoked, ruling)
    });
    weigh(rulings, || {
        let (stage, set) = (scene.stage, rows::words(groups));
        format!("no agent tried to sign in to a group {set} within {stage}")
    })
}

fn refused(scene: &Scene<'_>, deed: &Deed<'_>) -> Checked {
    match deed.answer()? {
        (mark, Answer::Done(_)) => {
            let why = format!("{} was granted at {mark}", deed.words());
            Err(Objection::fail(why).at(deed.invoked).at(mark))
        }
        (mark, Answer::Refused(why)) => {
            let control = control::console_answers(scene, deed.by)?;
            let refused_us = mark.t_us.saturating_sub(deed.invoked.t_us);
            Ok(Proof::new(format!("{} was refused: {why}", deed.words()))
                .at(deed.invoked)
                .at(mark)
                .measured("refused_ms", refused_us)
                .and(control))
        }
    }
}
