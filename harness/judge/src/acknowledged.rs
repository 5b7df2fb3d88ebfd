//! What was acknowledged, and what may be read afterwards: of each copy of a group its value, and of
//! each agent of a formal group whether the agent is signed in to that copy. Nobody signs in to informal groups:
//! agents are signed in to these while they are registered.
//!
//! Each of them is a *register*. A reading must give what the last acknowledged write set; also right is what
//!
//! - a write set that had not ended when the reading was asked for, or not for as long as the target
//!   declares that a change takes to show;
//! - a write set to which nobody answered, now or ever after: it may be carried out late;
//! - was there before anything was written, as long as nothing was acknowledged.
//!
//! A refused write sets nothing, and neither does one to another group, another copy, another agent. An import
//! writes to each copy what its original had when it was exported. Failover signs agents of the
//! primary's groups out, at some time between the outage and the end of failback, and a pool may do so
//! to all agents of the primary: until they sign in again, either mark is right.
//!
//! A wrong reading counts against the change that brought it about, if that is known: the last one
//! whose value is read although it was refused or made elsewhere, else the last acknowledged one
//! that is not read. So the statement answers for it that speaks of that change, in the stage in which
//! it was made, however much later it is read. Else it counts against the row that is wrong.

use model::clause::GroupSet;
use model::topology::{Participation, Pool};
use model::verb::{Row, Verb};

use crate::fault;
use crate::rows;
use timeline::Timeline;
use timeline::operation::{Answer, Operation};
use timeline::position::Position;

/// A value or a mark that is not what it must be.
#[derive(Clone, Debug)]
pub(crate) struct WrongReading {
    /// The set that it counts against.
    pub(crate) against: GroupSet,
    /// When what it counts against was asked for: a change, or the reading itself.
    pub(crate) since: Position,
    /// When it was read.
    pub(crate) read: Position,
    /// What is wrong.
    pub(crate) what: String,
}

/// How long a registration may take to show in an agent's console, besides what the target declares.
const A_WHILE_US: u64 = 1_000_000;

/// A copy of a group: its name, and the pool that it resides in.
type Copy<'t> = (&'t str, Pool);

// ---- a register ---------------------------------------------------------------------------------

/// Something that was written or may have been.
#[derive(Clone, Debug)]
struct Write<'t, V> {
    invoked: Position,
    /// By when it was carried out, if it ever was; absent: nobody knows.
    ended: Option<Position>,
    /// From when on it must be read, in microseconds; absent: it may have been written.
    shows_us: Option<u64>,
    /// What was written; of several, one of them. Absent: anything.
    values: Option<Vec<V>>,
    /// The change, if one was made.
    change: Option<&'t Operation>,
}

/// All writes to one thing.
#[derive(Clone, Debug)]
struct Register<'t, V> {
    writes: Vec<Write<'t, V>>,
    /// What was there before; absent: nobody looked.
    initial: Option<V>,
}

impl<'t, V: Clone + PartialEq> Register<'t, V> {
    fn must_show(&self, read: Position) -> impl Iterator<Item = &Write<'t, V>> {
        let shows = move |write: &&Write<'t, V>| {
            let before = write.ended.is_some_and(|ended| ended < read);
            before && write.shows_us.is_some_and(|us| us <= read.t_us)
        };
        self.writes.iter().filter(shows)
    }

    /// What may be read between these positions; absent: anything.
    fn allowed(&self, (invoked, ended): (Position, Position)) -> Option<Vec<V>> {
        let is_over = |write: &Write<'t, V>| {
            let by = write.ended;
            by.is_some_and(|by| self.must_show(invoked).any(|later| later.invoked > by))
        };
        let mut allowed = Vec::new();
        if self.must_show(invoked).next().is_none() {
            allowed.push(self.initial.clone()?);
        }
        let begun = self.writes.iter().filter(|write| write.invoked <= ended);
        for write in begun.filter(|write| !is_over(write)) {
            allowed.extend(write.values.clone()?);
        }
        Some(allowed)
    }

    /// Whether this was there at any time.
    fn ever_held(&self, value: &V) -> bool {
        let written = self.writes.iter().filter_map(|write| write.values.as_ref());
        self.initial.as_ref() == Some(value) || written.flatten().any(|other| other == value)
    }

    /// The last change that must be read.
    fn last_change(&self, read: Position) -> Option<&'t Operation> {
        let last = self.must_show(read).max_by_key(|write| write.invoked)?;
        last.change
    }
}

/// From when on what was acknowledged must be read. Where a fault takes the pool or its database away
/// before, the time is counted from the heal.
fn shows_us(timeline: &Timeline, done: Position, parent: Pool) -> u64 {
    let shows_us = done.t_us.saturating_add(timeline.shows_after_us);
    let taken_away = timeline
        .faults
        .iter()
        .filter(|fault| (done.t_us..shows_us).contains(&fault.injected.t_us))
        .filter(|fault| {
            let hosts = [parent.host(), parent.database()];
            hosts.iter().any(|host| fault.fault.hosts.contains(host))
        });
    let back = taken_away.map(|fault| match &fault.healed {
        Some((healed, _)) => healed.t_us.saturating_add(timeline.shows_after_us),
        None => u64::MAX,
    });
    back.chain([shows_us]).max().unwrap_or(shows_us)
}

/// What an operation wrote; nothing if it was refused.
fn write<'t, V>(timeline: &Timeline, change: &'t Operation, value: V) -> Option<Write<'t, V>> {
    let parent = change.about.parent.unwrap_or(change.at);
    let shows_us = match change.answer() {
        Ok((_, Answer::Refused(_))) => return None,
        Ok((done, Answer::Done(_))) => Some(shows_us(timeline, done, parent)),
        Err(_) => None,
    };
    Some(Write {
        invoked: change.invoked,
        ended: change.done(),
        shows_us,
        values: Some(vec![value]),
        change: Some(change),
    })
}

/// When something was read.
fn span(reading: &Operation) -> (Position, Position) {
    let ended = reading.ended_at().unwrap_or(reading.invoked);
    (reading.invoked, ended)
}

/// A row with a value or a mark that is not what it must be.
struct WrongRead<'t> {
    row: &'t Row,
    /// When it was asked for, and when it was answered.
    span: (Position, Position),
    /// What it shows, in words.
    shows: String,
    /// What is said of it where no change is known of which it comes.
    nobody: &'static str,
}

impl WrongRead<'_> {
    /// It counts against the change of which it comes, if one is known, or else against its own row.
    fn counted_against(
        self,
        timeline: &Timeline,
        change: Option<&Operation>,
    ) -> Option<WrongReading> {
        let WrongRead {
            row,
            span: (invoked, read),
            shows,
            nobody,
        } = self;
        let what = match change {
            Some(change) if is_refused(change) => {
                format!("{} was refused, yet {shows}", change.words())
            }
            Some(change) if copy_of(change) == Some((row.group.as_str(), row.parent)) => {
                format!("{} was done, yet {shows}", change.words())
            }
            Some(change) => {
                let of = change.about.parent.unwrap_or(change.at).word();
                format!("{} was of the one in the {of}, yet {shows}", change.words())
            }
            None => format!("{shows}, {nobody}"),
        };
        Some(WrongReading {
            against: match change {
                Some(change) => set_of(timeline, change)?,
                None => rows::set_of(row.owner, row.parent)?,
            },
            since: change.map_or(invoked, |change| change.invoked),
            read,
            what,
        })
    }
}

// ---- values ------------------------------------------------------------------------------------

/// All values of groups that were read wrong.
pub(crate) fn wrong_values(timeline: &Timeline) -> Vec<WrongReading> {
    let mut wrong = Vec::new();
    for group in &timeline.topology.groups {
        for parent in Pool::BOTH {
            let copy = (group.name.as_str(), parent);
            let register = values_of(timeline, copy);
            for (reading, row, value) in values_read(timeline, copy) {
                let allowed = register.allowed(span(reading));
                if allowed.is_none_or(|allowed| allowed.contains(value)) {
                    continue;
                }
                wrong.extend(wrong_value(timeline, &register, (reading, row, value)));
            }
        }
    }
    wrong
}

fn values_of<'t>(timeline: &'t Timeline, copy: Copy<'t>) -> Register<'t, String> {
    let (group, parent) = copy;
    let owner = timeline.owner(group);
    let changes = changes(timeline).filter(|change| copy_of(change) == Some(copy));
    let written = changes.filter_map(|change| {
        let value = change.about.value.clone()?;
        write(timeline, change, value)
    });
    let mut writes: Vec<Write<'t, String>> = written.collect();
    if owner.is_some_and(|owner| owner != parent) {
        writes.extend(imported(timeline, copy));
    }
    let first = writes.iter().map(|write| write.invoked).min();
    let before = |read: Position| first.is_none_or(|first| read < first);
    let mut read = values_read(timeline, copy);
    let initial = read.find(|(reading, ..)| before(span(reading).1));
    Register {
        initial: initial.map(|(_, _, value)| value.clone()),
        writes,
    }
}

/// What imports wrote to a copy: what the original had when it was exported last.
fn imported<'t>(timeline: &'t Timeline, (group, parent): Copy<'t>) -> Vec<Write<'t, String>> {
    let of_verb = |verb: Verb, at: Pool| {
        let all = timeline.operations.iter();
        all.filter(move |operation| operation.verb == verb && operation.at == at)
    };
    let original = values_of(timeline, (group, parent.partner()));
    of_verb(Verb::Import, parent)
        .filter(|import| import.done().is_some() || import.is_unanswered())
        .map(|import| {
            let mut exports = of_verb(Verb::Export, parent.partner());
            let exported =
                exports.rfind(|export| export.done().is_some_and(|done| done < import.invoked));
            Write {
                invoked: import.invoked,
                ended: import.done(),
                shows_us: import.done().map(|done| shows_us(timeline, done, parent)),
                values: exported.and_then(|export| original.allowed(span(export))),
                change: None,
            }
        })
        .collect()
}

/// What listings showed as the value of a copy, in the order in which they were asked for.
fn values_read<'t>(
    timeline: &'t Timeline,
    copy: Copy<'t>,
) -> impl Iterator<Item = (&'t Operation, &'t Row, &'t String)> {
    let lists = timeline
        .operations
        .iter()
        .filter(|operation| operation.verb == Verb::List && operation.done().is_some());
    lists.flat_map(move |reading| {
        let rows = reading.rows().unwrap_or_default().iter();
        rows.filter(move |row| is_row_of(timeline, row, copy) && rows::is_asked_for(reading, row))
            .filter_map(move |row| Some((reading, row, row.value.as_ref()?)))
    })
}

fn wrong_value<'t>(
    timeline: &'t Timeline,
    register: &Register<'t, String>,
    (reading, row, value): (&'t Operation, &'t Row, &'t String),
) -> Option<WrongReading> {
    let (invoked, read) = span(reading);
    let here = (row.group.as_str(), row.parent);
    let elsewhere = |of_this_group: bool| {
        changes(timeline)
            .filter(|change| change.invoked <= read && change.about.value.as_ref() == Some(value))
            .filter(|change| copy_of(change) != Some(here) || is_refused(change))
            .filter(|change| (change.about.group.as_deref() == Some(here.0)) == of_this_group)
            .last()
    };
    let change = elsewhere(true)
        .or_else(|| elsewhere(false))
        .filter(|_| !register.ever_held(value))
        .or_else(|| register.last_change(invoked));
    let name = format!("`{}` in the {}", row.group, row.parent.word());
    let reading = WrongRead {
        row,
        span: (invoked, read),
        shows: format!("the list at {read} shows `{value}` for {name}"),
        nobody: "which nobody set",
    };
    reading.counted_against(timeline, change)
}

fn changes(timeline: &Timeline) -> impl Iterator<Item = &Operation> {
    let all = timeline.operations.iter();
    all.filter(|operation| operation.verb == Verb::Modify)
}

// ---- marks -------------------------------------------------------------------------------------

/// All marks of agents in formal groups that were read wrong.
pub(crate) fn wrong_marks(timeline: &Timeline) -> Vec<WrongReading> {
    let formal = timeline
        .topology
        .groups
        .iter()
        .filter(|group| group.participation == Participation::Formal);
    let mut wrong = Vec::new();
    for group in formal {
        for agent in &group.members {
            for parent in Pool::BOTH {
                let copy = (group.name.as_str(), parent);
                let register = marks_of(timeline, agent, copy);
                for (reading, row, mark) in marks_read(timeline, agent, copy) {
                    let allowed = register.allowed(span(reading));
                    if allowed.is_none_or(|allowed| allowed.contains(&mark)) {
                        continue;
                    }
                    wrong.extend(wrong_mark(timeline, &register, (reading, row, mark)));
                }
            }
        }
    }
    wrong
}

/// All marks that show a registered agent as signed out of an informal group, a while after registering with the
/// pool that was asked: being registered is being signed in to it.
pub(crate) fn wrong_informal_marks(timeline: &Timeline) -> Vec<WrongReading> {
    let groups = timeline.topology.groups.iter();
    let informal = groups.filter(|group| group.participation == Participation::Informal);
    let of_members = informal.flat_map(|group| {
        let members = group.members.iter();
        members.flat_map(|agent| Pool::BOTH.map(|parent| (agent, (group.name.as_str(), parent))))
    });
    let read = of_members.flat_map(|(agent, copy)| marks_read(timeline, agent, copy));
    read.filter(|(.., mark)| !mark)
        .filter_map(|(reading, row, _)| {
            let (invoked, read) = span(reading);
            let shows_after_us = timeline.shows_after_us.saturating_add(A_WHILE_US);
            let since = invoked.earlier_by(shows_after_us);
            let agent = reading.by.as_str();
            let registered = timeline.registered_since(agent, reading.at, (since, invoked));
            // Between stages, and when all is over, pools are started anew, and know of nobody.
            let in_a_stage = timeline.stage_at(invoked).is_some();
            let was_well = fault::was_well(timeline, reading.at, (since, invoked));
            registered.filter(|registered| *registered == since && in_a_stage && was_well)?;
            let reading = WrongRead {
                row,
                span: (invoked, read),
                shows: mark_shown(agent, row, false, read),
                nobody: "which is informal, while the agent is registered",
            };
            reading.counted_against(timeline, None)
        })
        .collect()
}

fn marks_of<'t>(timeline: &'t Timeline, agent: &'t str, copy: Copy<'t>) -> Register<'t, bool> {
    let of_copy = sign_ins(timeline, agent).filter(|change| copy_of(change) == Some(copy));
    let written = of_copy.filter_map(|change| write(timeline, change, change.verb == Verb::SignIn));
    let mut writes: Vec<Write<'t, bool>> = written.collect();
    writes.extend(signed_out_by_failover(timeline, agent, copy));
    let first = writes.iter().map(|write| write.invoked).min();
    let before = |read: Position| first.is_none_or(|first| read < first);
    let mut read = marks_read(timeline, agent, copy);
    let initial = read.find(|(reading, ..)| before(span(reading).1));
    Register {
        // Nobody signs in to a formal group but by hand.
        initial: Some(initial.is_some_and(|(.., mark)| mark)),
        writes,
    }
}

/// Whether an agent may be signed in to a copy then, by what was acknowledged. What consoles showed before
/// anything was asked for does not count: nobody signs in to a formal group but by hand.
pub(crate) fn may_be_signed_in(
    timeline: &Timeline,
    agent: &str,
    copy: (&str, Pool),
    at: Position,
) -> bool {
    let register = Register {
        initial: Some(false),
        ..marks_of(timeline, agent, copy)
    };
    let allowed = register.allowed((at, at));
    allowed.is_none_or(|allowed| allowed.contains(&true))
}

/// Failover signs agents of the primary out, at some time.
fn signed_out_by_failover<'t>(
    timeline: &Timeline,
    agent: &str,
    (group, _): Copy<'_>,
) -> Option<Write<'t, bool>> {
    let owned = timeline.owner(group) == Some(Pool::Primary);
    let concerned = owned || timeline.home(agent) == Some(Pool::Primary);
    let failed_back = timeline
        .operations
        .iter()
        .rfind(|operation| operation.verb == Verb::FailBack)
        .and_then(Operation::done);
    Some(Write {
        invoked: timeline.faults.first().filter(|_| concerned)?.injected,
        ended: failed_back,
        shows_us: None,
        values: Some(vec![false]),
        change: None,
    })
}

/// What an agent's consoles showed as the mark of a copy, in the order in which they were asked for.
fn marks_read<'t>(
    timeline: &'t Timeline,
    agent: &'t str,
    copy: Copy<'t>,
) -> impl Iterator<Item = (&'t Operation, &'t Row, bool)> {
    let consoles = timeline.operations.iter().filter(move |operation| {
        operation.verb == Verb::GetGroups && operation.by == agent && operation.done().is_some()
    });
    consoles.flat_map(move |reading| {
        let rows = reading.rows().unwrap_or_default().iter();
        rows.filter(move |row| is_row_of(timeline, row, copy))
            .filter_map(move |row| Some((reading, row, row.signed_in?)))
    })
}

fn wrong_mark<'t>(
    timeline: &'t Timeline,
    register: &Register<'t, bool>,
    (reading, row, mark): (&'t Operation, &'t Row, bool),
) -> Option<WrongReading> {
    let (invoked, read) = span(reading);
    let here = (row.group.as_str(), row.parent);
    let agent = reading.by.as_str();
    // A mark that should not be there may come of what was refused here, or granted elsewhere.
    let last = register.last_change(invoked).map(|change| change.invoked);
    let tried = |of_this_copy: bool| {
        let tries = sign_ins(timeline, agent)
            .filter(|change| mark && change.verb == Verb::SignIn && change.invoked <= read)
            .filter(|change| last.is_none_or(|last| last < change.invoked));
        tries
            .filter(|change| (copy_of(change) == Some(here)) == of_this_copy)
            .filter(|change| is_refused(change) == of_this_copy)
            .last()
    };
    let change = tried(true)
        .or_else(|| tried(false))
        .or_else(|| register.last_change(invoked));
    let reading = WrongRead {
        row,
        span: (invoked, read),
        shows: mark_shown(agent, row, mark, read),
        nobody: "who never signed in",
    };
    reading.counted_against(timeline, change)
}

/// How readers are told of a mark.
fn mark_shown(agent: &str, row: &Row, mark: bool, read: Position) -> String {
    let shown = if mark { "signed in" } else { "signed out" };
    let (group, parent) = (&row.group, row.parent.word());
    format!("the console at {read} shows {agent} as {shown} in `{group}` in the {parent}")
}

/// The sign-ins and sign-outs of an agent.
fn sign_ins<'t>(timeline: &'t Timeline, agent: &'t str) -> impl Iterator<Item = &'t Operation> {
    let all = timeline.operations.iter();
    all.filter(move |operation| {
        matches!(operation.verb, Verb::SignIn | Verb::SignOut) && operation.by == agent
    })
}

// ---- what both have in common ------------------------------------------------------------------

/// The copy that a change is of.
fn copy_of(change: &Operation) -> Option<Copy<'_>> {
    let parent = change.about.parent.unwrap_or(change.at);
    Some((change.about.group.as_deref()?, parent))
}

/// The set that the copy is of which a change speaks.
fn set_of(timeline: &Timeline, change: &Operation) -> Option<GroupSet> {
    let (group, parent) = copy_of(change)?;
    rows::set_of(timeline.owner(group)?, parent)
}

/// Whether a row is this copy's, whatever else it says.
fn is_row_of(timeline: &Timeline, row: &Row, (group, parent): Copy<'_>) -> bool {
    row.group == group && row.parent == parent && timeline.owner(group) == Some(row.owner)
}

fn is_refused(change: &Operation) -> bool {
    matches!(change.answer(), Ok((_, Answer::Refused(_))))
}
