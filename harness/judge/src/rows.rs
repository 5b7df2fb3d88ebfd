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

use model::clause::GroupSet;
use model::topology::{Group, Pool};
use model::verb::{Filter, Row, Surface, Verb};

use timeline::Timeline;
use timeline::operation::Operation;

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

/// What is wrong with the rows of a listing.
pub(crate) fn of_listing(timeline: &Timeline, operation: &Operation) -> Vec<WrongRow> {
    let asked = Asked::by(operation);
    let Some(rows) = operation.rows().filter(|_| operation.done().is_some()) else {
        return Vec::new();
    };
    // What the Control Panel makes of a filter, the document does not say.
    if asked.surface == Surface::ControlPanel && asked.filter != Filter::Default {
        return Vec::new();
    }
    let copies = copies(timeline, operation);
    let listed = rows.iter().enumerate().filter_map(|(index, row)| {
        let twice = is_repeated(row, &rows[..index]);
        wrongly_listed(timeline, asked, copies, row, twice)
    });
    let missing = asked.sets().flat_map(|groups| {
        let must = groups != GroupSet::Imported || copies == Copies::Must;
        groups_of(timeline, groups)
            .filter(move |_| must)
            .filter(move |group| find(rows, groups, &group.name).is_none())
            .map(move |group| WrongRow {
                against: groups,
                what: format!("`{}`, {}, is not listed", group.name, words(groups)),
            })
    });
    listed.chain(missing).collect()
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

/// What is wrong with the rows of an agent's console, whatever the stage. Of the groups that a pool
/// owns none may be missing; whether copies are shown, the statements say.
pub(crate) fn of_console(timeline: &Timeline, operation: &Operation) -> Vec<WrongRow> {
    let Some(rows) = operation.rows().filter(|_| operation.done().is_some()) else {
        return Vec::new();
    };
    let agent = operation.by.as_str();
    let copies = copies(timeline, operation);
    let shown = rows.iter().enumerate().filter_map(|(index, row)| {
        let name = in_words(row);
        let set = set_of(row.owner, row.parent).unwrap_or(owned_by(row.owner));
        let (against, what) = if let Some(what) = unknown(timeline, row) {
            (set, format!("{name} is shown: {what}"))
        } else if !is_member(timeline, agent, &row.group) {
            let what = format!("{name} is shown, of which {agent} is no member");
            (set, what)
        } else if set == GroupSet::Imported && copies == Copies::Never {
            let what = format!("{name} is shown, which nobody imported");
            (owned_by(row.owner), what)
        } else if is_repeated(row, &rows[..index]) {
            (set, format!("{name} is shown twice"))
        } else if set_of(row.owner, row.parent).is_none() {
            (set, format!("{name} is shown, which nobody imported"))
        } else {
            return None;
        };
        Some(WrongRow { against, what })
    });
    let own = [GroupSet::OwnedByPrimary, GroupSet::OwnedByBackup];
    let missing = own.into_iter().flat_map(|groups| {
        groups_of(timeline, groups)
            .filter(|group| group.has_member(agent))
            .filter(move |group| find(rows, groups, &group.name).is_none())
            .map(move |group| WrongRow {
                against: groups,
                what: format!("`{}`, {}, is not shown", group.name, words(groups)),
            })
    });
    shown.chain(missing).collect()
}

/// Whether somebody is an agent of this group.
pub(crate) fn is_member(timeline: &Timeline, agent: &str, group: &str) -> bool {
    timeline
        .group(group)
        .is_some_and(|group| group.has_member(agent))
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

fn copies(timeline: &Timeline, reading: &Operation) -> Copies {
    let ended = reading.ended_at().unwrap_or(reading.invoked);
    let shows = |done: u64| done.saturating_add(timeline.shows_after_us) <= reading.invoked.t_us;
    let at_the_backup = |verb: Verb| {
        let all = timeline.operations.iter();
        all.filter(move |operation| operation.verb == verb && operation.at == Pool::Backup)
            .filter(|operation| operation.about.owner != Some(Pool::Backup))
            .filter(|operation| operation.done().is_some() || operation.is_unanswered())
    };
    let mut copies = Copies::Never;
    for import in at_the_backup(Verb::Import).filter(|import| import.invoked <= ended) {
        copies = match import.done() {
            Some(done) if shows(done.t_us) => Copies::Must,
            _ => Copies::May,
        };
        let removals = at_the_backup(Verb::RemoveExported);
        for removal in removals.filter(|r| r.invoked > import.invoked && r.invoked <= ended) {
            copies = match removal.done() {
                Some(done) if shows(done.t_us) => Copies::Removed,
                _ => Copies::May,
            };
        }
    }
    copies
}

/// The groups of a set, imported or not.
fn groups_of(timeline: &Timeline, groups: GroupSet) -> impl Iterator<Item = &Group> {
    let (owner, _) = owner_and_parent(groups);
    let all = timeline.topology.groups.iter();
    all.filter(move |group| group.owner == owner)
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

fn is_repeated(row: &Row, before: &[Row]) -> bool {
    let key = |row: &Row| (row.group.clone(), row.owner, row.parent);
    before.iter().any(|other| key(other) == key(row))
}

fn in_words(row: &Row) -> String {
    let (owner, parent) = (row.owner.word(), row.parent.word());
    format!("`{}` (owner {owner}, parent {parent})", row.group)
}
