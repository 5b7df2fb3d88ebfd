//! The yardstick: the scenarios that a run was drilled and judged by, and what of them is not a
//! release's.
//!
//! Tables whose readings were widened, and walks, programmes and topologies that ask less, can turn
//! a fail into a pass. Whoever reads a report must be told: what differs is named in each of them.
//!
//! What the files say is compared, not their text: comments and the order of keys judge nothing.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clause::Tables;
use crate::file_kind::FileKind;
use crate::scenarios::Scenarios;

/// What a run was measured by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Yardstick {
    /// The version of rgdrill whose scenarios they are compared with.
    pub release: String,
    /// What is not that release's: clauses, windows and the document of the tables; walks, programmes and topologies. Empty: all of it is.
    pub differs: Vec<String>,
}

impl Yardstick {
    /// What of `used` is not as in `released`, the scenarios of this version of rgdrill.
    pub fn of(used: &Scenarios, released: &Scenarios) -> Yardstick {
        let mut differs = of_tables(&used.tables, &released.tables);
        differs.extend(of_files(
            FileKind::Topology,
            &used.topologies,
            &released.topologies,
        ));
        differs.extend(of_files(
            FileKind::Programme,
            &used.programmes,
            &released.programmes,
        ));
        differs.extend(of_files(FileKind::Walk, &used.walks, &released.walks));
        Yardstick {
            release: env!("CARGO_PKG_VERSION").to_owned(),
            differs,
        }
    }

    /// Whether nothing differs.
    pub fn is_released(&self) -> bool {
        self.differs.is_empty()
    }

    /// What differs, for people; nothing where nothing does.
    pub fn words(&self) -> Option<String> {
        (!self.is_released()).then(|| {
            let (release, differs) = (&self.release, self.differs.join(", "));
            format!("not this release's ({release}): {differs}")
        })
    }
}

fn of_tables(used: &Tables, released: &Tables) -> Vec<String> {
    let mut differs = Vec::new();
    if used.document != released.document {
        differs.push("the tables' document".to_owned());
    }
    if used.windows != released.windows {
        differs.push("the tables' windows".to_owned());
    }
    let ids = released
        .clauses
        .iter()
        .chain(&used.clauses)
        .map(|clause| &clause.id);
    for id in ids {
        let of = |tables: &Tables| {
            tables
                .clauses
                .iter()
                .find(|clause| clause.id == *id)
                .cloned()
        };
        let name = format!("clause {id}");
        if of(used) != of(released) && !differs.contains(&name) {
            differs.push(name);
        }
    }
    differs
}

/// Files of one kind, by name.
fn of_files<T: PartialEq>(
    kind: FileKind,
    used: &BTreeMap<String, T>,
    released: &BTreeMap<String, T>,
) -> Vec<String> {
    let changed = used
        .iter()
        .filter_map(|(name, file)| match released.get(name) {
            Some(ours) if ours == file => None,
            Some(_) => Some(format!("{kind} {name}")),
            None => Some(format!("{kind} {name} (not in the release)")),
        });
    let left_out = released.keys().filter(|name| !used.contains_key(*name));
    let left_out = left_out.map(|name| format!("{kind} {name} (left out)"));
    changed.chain(left_out).collect()
}
