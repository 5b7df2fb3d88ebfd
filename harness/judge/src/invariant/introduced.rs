//! Whoever is alerted is shown who calls, and, where a group is shown as well, the one that was called.

use crate::checked::Objection;
use timeline::Timeline;
use timeline::call::{Call, Leg};

/// That this leg shows somebody else as the caller, or another group as the one that was called.
pub(super) fn broken(timeline: &Timeline, call: &Call, leg: &Leg) -> Option<Objection> {
    let (agent, shown) = (&leg.party.actor, &leg.shows);
    let what = match other_group(timeline, call, leg) {
        _ if !leg.names(&call.caller.actor) => format!("{shown} as the caller"),
        Some(group) => format!("the group {group}"),
        None => return None,
    };
    let why = format!(
        "{agent} was shown {what} in {} at {}",
        call.words(),
        leg.alerted
    );
    Some(Objection::misstated(why).at(call.placed).at(leg.alerted))
}

/// A group that was not called, and is asserted or shown.
fn other_group<'l>(timeline: &Timeline, call: &Call, leg: &'l Leg) -> Option<&'l str> {
    let shown = leg
        .identity
        .as_deref()
        .into_iter()
        .chain([leg.shows.as_str()]);
    let mut groups = shown.filter(|shown| timeline.group(shown).is_some());
    groups.find(|group| *group != call.to)
}
