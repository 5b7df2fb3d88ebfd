//! What listings show of a group besides its value: its agents, in which order they are asked, how they
//! come to be signed in.
//!
//! Nobody changes that in a walk, and an import leaves it as it is. So whatever a target shows must be the
//! same in each listing, of the original and of its copies. It is measured by what the original showed
//! first. How a target writes it is the target's own: only what it says itself is compared.

use std::collections::BTreeMap;

use model::clause::GroupSet;
use model::verb::{Row, Verb};

use crate::rows;
use timeline::Timeline;
use timeline::operation::Operation;

/// A detail that is otherwise than it was.
#[derive(Clone, Debug)]
pub(crate) struct WrongDetail<'t> {
    /// The set that it counts against.
    pub(crate) against: GroupSet,
    /// The listing that shows it.
    pub(crate) list: &'t Operation,
    /// What is wrong.
    pub(crate) what: String,
}

/// All details that are otherwise than they were.
pub(crate) fn wrong_details(timeline: &Timeline) -> impl Iterator<Item = WrongDetail<'_>> {
    let first = first_shown(timeline);
    listed(timeline).filter_map(move |(list, row)| {
        let against = rows::set_of(row.owner, row.parent)?;
        let (name, found, (first, was)) = row.details.iter().find_map(|(name, found)| {
            let first = first.get(&(row.group.as_str(), name.as_str()))?;
            (first.1 != found).then_some((name, found, first))
        })?;
        let (group, parent) = (&row.group, row.parent.word());
        Some(WrongDetail {
            against,
            list,
            what: format!(
                "{name} of `{group}` in the {parent} is {found}, where {} showed {was}",
                first.words()
            ),
        })
    })
}

/// What the original of each group showed first under each name; else what anybody did.
fn first_shown(timeline: &Timeline) -> BTreeMap<(&str, &str), (&Operation, &String)> {
    let mut first = BTreeMap::new();
    for of_original in [true, false] {
        let listed = listed(timeline);
        for (list, row) in listed.filter(|(_, row)| row.owner == row.parent || !of_original) {
            for (name, shown) in &row.details {
                let detail = first.entry((row.group.as_str(), name.as_str()));
                detail.or_insert((list, shown));
            }
        }
    }
    first
}

/// The rows of all listings, of groups that there are.
fn listed(timeline: &Timeline) -> impl Iterator<Item = (&Operation, &Row)> {
    let lists = timeline
        .operations
        .iter()
        .filter(|list| list.verb == Verb::List && list.done().is_some());
    lists.flat_map(|list| {
        let rows = list.rows().unwrap_or_default().iter();
        let known = rows.filter(|row| {
            timeline.owner(&row.group) == Some(row.owner) && rows::is_asked_for(list, row)
        });
        known.map(move |row| (list, row))
    })
}
