//! Which groups a statement's set of groups means, as rows of (name, owner, parent).

use model::clause::GroupSet;
use model::topology::Pool;
use model::verb::Row;

/// The owner and the parent of a set's groups.
pub(crate) const fn owner_and_parent(groups: GroupSet) -> (Pool, Pool) {
    match groups {
        GroupSet::OwnedByPrimary => (Pool::Primary, Pool::Primary),
        GroupSet::OwnedByBackup => (Pool::Backup, Pool::Backup),
        GroupSet::Imported => (Pool::Primary, Pool::Backup),
    }
}

/// The row of a group in its set.
pub(crate) fn find<'r>(rows: &'r [Row], groups: GroupSet, name: &str) -> Option<&'r Row> {
    rows.iter()
        .find(|row| row.group == name && belongs(row, groups))
}

/// Whether a row is one of the set's.
pub(crate) fn belongs(row: &Row, groups: GroupSet) -> bool {
    (row.owner, row.parent) == owner_and_parent(groups)
}

/// How readers are told of a set.
pub(crate) const fn words(groups: GroupSet) -> &'static str {
    match groups {
        GroupSet::OwnedByPrimary => "owned by the primary",
        GroupSet::OwnedByBackup => "owned by the backup",
        GroupSet::Imported => "imported",
    }
}
