//! The words that administrators write into groups.

use std::collections::{BTreeMap, BTreeSet};

use crate::lots::Lots;

/// What a note can be of.
const OF: [&str; 12] = [
    "storey",
    "room",
    "seating plan",
    "rota",
    "ticket",
    "cost centre",
    "building",
    "contract",
    "team",
    "holiday list",
    "greeting",
    "opening hours",
];

/// What has become of it.
const IS: [&str; 8] = [
    "new",
    "as agreed",
    "revised",
    "until further notice",
    "see mail",
    "by phone",
    "confirmed",
    "draft",
];

/// A word for each of these: the same one for the same.
pub(crate) fn draw(written: BTreeSet<&str>, lots: &mut Lots) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let mut word = || {
        loop {
            let of = lots.one_of(&OF).copied().unwrap_or_default();
            let is = lots.one_of(&IS).copied().unwrap_or_default();
            let word = format!("{of} {}, {is}", 100 + lots.below(9_900));
            if taken.insert(word.clone()) {
                return word;
            }
        }
    };
    written
        .into_iter()
        .map(|written| (written.to_owned(), word()))
        .collect()
}
