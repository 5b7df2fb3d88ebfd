//! The words that administrators write into groups.

use std::collections::{BTreeMap, BTreeSet};

use crate::lots::Lots;

/// What a note can be of: as people write it, with letters beyond ASCII.
const OF: [&str; 12] = [
    "étage",
    "Büro",
    "plan de salle à",
    "Größe",
    "número",
    "Łódź",
    "Çarşı",
    "Αθήνα",
    "офис",
    "東京",
    "Malmö",
    "přístavba",
];

/// What has become of it: with whatever JSON, XML, SQL and shells take for their own.
const IS: [&str; 8] = [
    "\"new\"",
    "as agreed & signed",
    "<revised>",
    "it's open",
    "see C:\\mail",
    "50 % by phone",
    "confirmed; -- done",
    "DRAFT $1",
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
