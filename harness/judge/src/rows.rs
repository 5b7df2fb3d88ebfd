//! Which rows must be there: a listing and an agent's console are compared as a whole.
//!
//! Rows are (name, owner, parent). A *listing* shows every group that it was asked for once, and no
//! other row; copies are there from the import to their removal. A *console* shows the groups that
//! the agent is a member of, each once; when copies are shown, the statements say of each stage
//! ([`crate::activity::agents`]). While an import or a removal is under way, or for as long after as
//! the target declares, copies may be there or not.
//!
//! A row that should not be there counts against the set that it says it belongs to, where the
//! listing was asked for that set; else against the set that was asked for.

use std::collections::{BTreeMap, BTreeSet};

use model::clause::GroupSet;
use model::topology::{Group, Pool};
use model::verb::{Filter, Row, Surface, Verb};

use timeline::Timeline;
use timeline::operation::{Operation, last_by};

/// A row too much, or one that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongRow {
    /// The set that it counts against.
    pub(crate) against: GroupSet,
    /// What is wrong.
    pub(crate) what: String,
}

/// The owner and the parent of a set's groups.
pub(crate) const fn owner_and_parent(groups: GroupSet) -> (Pool, Pool) {
    match groups {
        GroupSet::OwnedByPrimary => (Pool::Primary, Pool::Primary),
        GroupSet::OwnedByBackup => (Pool::Backup, Pool::Backup),
        GroupSet::Imported => (Pool::Primary, Pool::Backup),
    }
}

/// The set of groups with this owner and this parent, if the statements speak of one.
pub(crate) const fn set_of(owner: Pool, parent: Pool) -> Option<GroupSet> {
    match (owner, parent) {
        (Pool::Primary, Pool::Primary) => Some(GroupSet::OwnedByPrimary),
        (Pool::Backup, Pool::Backup) => Some(GroupSet::OwnedByBackup),
        (Pool::Primary, Pool::Backup) => Some(GroupSet::Imported),
        (Pool::Backup, Pool::Primary) => None,
    }
}

/// The set of a pool's own groups.
const fn owned_by(pool: Pool) -> GroupSet {
    match pool {
        Pool::Primary => GroupSet::OwnedByPrimary,
        Pool::Backup => GroupSet::OwnedByBackup,
    }
}

/// The row of a group in its set.
pub(crate) fn find<'r>(rows: &'r [Row], groups: GroupSet, name: &str) -> Option<&'r Row> {
    rows.iter()
        .find(|row| row.group == name && belongs(row, groups))
}

/// The first row of each group of a set.
pub(crate) fn first_of_each(rows: &[Row], groups: GroupSet) -> impl Iterator<Item = &Row> {
    let mut seen = BTreeSet::new();
    let of_set = rows.iter().filter(move |row| belongs(row, groups));
    of_set.filter(move |row| seen.insert(row.group.as_str()))
}

/// The names of a set's groups.
pub(crate) fn names(rows: &[Row], groups: GroupSet) -> BTreeSet<&str> {
    first_of_each(rows, groups)
        .map(|row| row.group.as_str())
        .collect()
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

// ---- listings ----------------------------------------------------------------------------------

/// What a listing asks for.
#[derive(Clone, Copy, Debug)]
struct Asked {
    of: Pool,
    filter: Filter,
    surface: Surface,
}

impl Asked {
    fn by(operation: &Operation) -> Self {
        let about = &operation.about;
        Asked {
            of: about.parent.or(about.owner).unwrap_or(operation.at),
            filter: about.filter.unwrap_or(Filter::Default),
            surface: about.surface.unwrap_or(Surface::Shell),
        }
    }

    /// Whether the set's groups are asked for.
    fn covers(self, groups: GroupSet) -> bool {
        let (owner, parent) = owner_and_parent(groups);
        parent == self.of
            && match self.filter {
                Filter::Default => owner == parent,
                Filter::All => true,
                Filter::Owner(pool) => pool == owner,
            }
    }

    /// The sets that are asked for.
    fn sets(self) -> impl Iterator<Item = GroupSet> {
        let sets = [owned_by(self.of), GroupSet::Imported];
        sets.into_iter().filter(move |groups| self.covers(*groups))
    }

    /// The set that a row counts against which belongs to none that is asked for.
    fn first_set(self) -> GroupSet {
        self.sets().next().unwrap_or(owned_by(self.of))
    }
}

/// Whether a listing asks for the set's groups.
pub(crate) fn asks_for(operation: &Operation, groups: GroupSet) -> bool {
    Asked::by(operation).covers(groups)
}

/// Whether a listing asks for whatever this pool shows by default.
pub(crate) fn asks_by_default(operation: &Operation, pool: Pool) -> bool {
    let asked = Asked::by(operation);
    asked.of == pool && asked.filter == Filter::Default
}

/// Whether a row is one of those that the listing asked for.
pub(crate) fn is_asked_for(operation: &Operation, row: &Row) -> bool {
    set_of(row.owner, row.parent).is_some_and(|groups| asks_for(operation, groups))
}

impl<'t> Expected<'t> {
    /// What is wrong with the rows of a listing; of the groups of a set that are missing, the first.
    pub(crate) fn of_listing(&self, operation: &'t Operation) -> Vec<WrongRow> {
        let asked = Asked::by(operation);
        let Some(rows) = operation.rows().filter(|_| operation.done().is_some()) else {
            return Vec::new();
        };
        // What the Control Panel makes of a filter, the document does not say.
        if asked.surface == Surface::ControlPanel && asked.filter != Filter::Default {
            return Vec::new();
        }
        let copies = self.copies(operation);
        let mut seen = BTreeSet::new();
        let listed = rows.iter().filter_map(|row| {
            let twice = !seen.insert(key(row));
            wrongly_listed(self.timeline, asked, copies, row, twice)
        });
        let mut wrong: Vec<WrongRow> = listed.collect();
        let due = asked.sets();
        let due = due.filter(|groups| *groups != GroupSet::Imported || copies == Copies::Must);
        wrong.extend(due.filter_map(|groups| {
            let (owner, parent) = owner_and_parent(groups);
            let missing = self.timeline.topology.groups.iter().find(|group| {
                group.owner == owner && !seen.contains(&(group.name.as_str(), owner, parent))
            })?;
            Some(WrongRow {
                against: groups,
                what: format!("`{}`, {}, is not listed", missing.name, words(groups)),
            })
        }));
        wrong
    }
}

fn wrongly_listed(
    timeline: &Timeline,
    asked: Asked,
    copies: Copies,
    row: &Row,
    twice: bool,
) -> Option<WrongRow> {
    let name = in_words(row);
    let set = set_of(row.owner, row.parent);
    let wrong = |against, what| Some(WrongRow { against, what });
    let Some(groups) = set.filter(|groups| asked.covers(*groups)) else {
        let hidden = set == Some(GroupSet::Imported) && asked.surface == Surface::ControlPanel;
        let against = match hidden && copies != Copies::Never {
            true => GroupSet::Imported,
            false => asked.first_set(),
        };
        return wrong(
            against,
            format!("{name} is listed, which was not asked for"),
        );
    };
    if let Some(what) = unknown(timeline, row) {
        return wrong(groups, format!("{name} is listed: {what}"));
    }
    match copies {
        _ if groups != GroupSet::Imported => {}
        Copies::Never => {
            let against = owned_by(asked.of);
            return wrong(against, format!("{name} is listed, which nobody imported"));
        }
        Copies::Removed => {
            return wrong(groups, format!("{name} is listed, which has been removed"));
        }
        Copies::Must | Copies::May => {}
    }
    twice
        .then(|| wrong(groups, format!("{name} is listed twice")))
        .flatten()
}

// ---- consoles ----------------------------------------------------------------------------------

impl<'t> Expected<'t> {
    /// What is wrong with the rows of an agent's console, whatever the stage. Of the groups that a pool
    /// owns none may be missing, of which the first is told; whether copies are shown, the statements say.
    pub(crate) fn of_console(&self, operation: &'t Operation) -> Vec<WrongRow> {
        let Some(rows) = operation.rows().filter(|_| operation.done().is_some()) else {
            return Vec::new();
        };
        let agent = operation.by.as_str();
        let copies = self.copies(operation);
        let own = self.groups_of.get(agent);
        let own = || own.into_iter().flatten();
        let member_of: BTreeSet<&str> = own().map(|group| group.name.as_str()).collect();
        let mut seen = BTreeSet::new();
        let shown = rows.iter().filter_map(|row| {
            let twice = !seen.insert(key(row));
            let name = in_words(row);
            let set = set_of(row.owner, row.parent).unwrap_or(owned_by(row.owner));
            let (against, what) = if let Some(what) = unknown(self.timeline, row) {
                (set, format!("{name} is shown: {what}"))
            } else if !member_of.contains(row.group.as_str()) {
                let what = format!("{name} is shown, of which {agent} is no member");
                (set, what)
            } else if set == GroupSet::Imported && copies == Copies::Never {
                let what = format!("{name} is shown, which nobody imported");
                (owned_by(row.owner), what)
            } else if twice {
                (set, format!("{name} is shown twice"))
            } else if set_of(row.owner, row.parent).is_none() {
                (set, format!("{name} is shown, which nobody imported"))
            } else {
                return None;
            };
            Some(WrongRow { against, what })
        });
        let mut wrong: Vec<WrongRow> = shown.collect();
        wrong.extend(Pool::BOTH.into_iter().filter_map(|pool| {
            let groups = owned_by(pool);
            let missing = own().find(|group| {
                group.owner == pool && !seen.contains(&(group.name.as_str(), pool, pool))
            })?;
            Some(WrongRow {
                against: groups,
                what: format!("`{}`, {}, is not shown", missing.name, words(groups)),
            })
        }));
        wrong
    }
}

// ---- what both have in common ------------------------------------------------------------------

/// Whether copies of the primary's groups are at the backup while something is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Copies {
    /// None were imported.
    Never,
    /// They are on their way, or on their way out.
    May,
    /// They are there.
    Must,
    /// They were removed.
    Removed,
}

/// What the rows of a walk's listings and consoles are compared with.
pub(crate) struct Expected<'t> {
    timeline: &'t Timeline,
    /// The groups of each agent.
    groups_of: BTreeMap<&'t str, Vec<&'t Group>>,
    /// What brought copies of the primary's groups to the backup, and what removed them, or may have.
    imports: Vec<&'t Operation>,
    removals: Vec<&'t Operation>,
}

impl<'t> Expected<'t> {
    pub(crate) fn of(timeline: &'t Timeline) -> Self {
        let mut groups_of: BTreeMap<&str, Vec<&Group>> = BTreeMap::new();
        for group in &timeline.topology.groups {
            for agent in &group.members {
                groups_of.entry(agent).or_default().push(group);
            }
        }
        let at_the_backup = |verb: Verb| {
            let all = timeline.operations.iter();
            all.filter(|operation| operation.verb == verb && operation.at == Pool::Backup)
                .filter(|operation| operation.about.owner != Some(Pool::Backup))
                .filter(|operation| operation.done().is_some() || operation.is_unanswered())
                .collect()
        };
        Expected {
            timeline,
            groups_of,
            imports: at_the_backup(Verb::Import),
            removals: at_the_backup(Verb::RemoveExported),
        }
    }

    fn copies(&self, reading: &Operation) -> Copies {
        let by = reading.ended_at().unwrap_or(reading.invoked);
        let shows = |operation: &Operation| {
            let done = operation.done().map(|done| done.t_us);
            let shows = done.map(|done| done.saturating_add(self.timeline.shows_after_us));
            shows.is_some_and(|shows| shows <= reading.invoked.t_us)
        };
        let Some(import) = last_by(&self.imports, by) else {
            return Copies::Never;
        };
        match last_by(&self.removals, by).filter(|removal| removal.invoked > import.invoked) {
            Some(removal) if shows(removal) => Copies::Removed,
            None if shows(import) => Copies::Must,
            Some(_) | None => Copies::May,
        }
    }
}

/// Why there is no group of this name and owner.
fn unknown(timeline: &Timeline, row: &Row) -> Option<String> {
    match timeline.group(&row.group) {
        None => Some("there is no such group".to_owned()),
        Some(group) if group.owner != row.owner => {
            Some(format!("it belongs to the {}", group.owner.word()))
        }
        Some(_) => None,
    }
}

/// What no other row of an answer may have.
fn key(row: &Row) -> (&str, Pool, Pool) {
    (&row.group, row.owner, row.parent)
}

fn in_words(row: &Row) -> String {
    let (owner, parent) = (row.owner.word(), row.parent.word());
    format!("`{}` (owner {owner}, parent {parent})", row.group)
}
