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
//! to all agents of the primary: until they sign in again, either mark is right. Nobody is signed in to a copy whose
//! sign-in is older than the failover: who signed in while that was under way may be.
//!
//! A wrong reading counts against the change that brought it about, if that is known: the last one
//! whose value is read although it was refused or made elsewhere, else the last acknowledged one
//! that is not read. So the statement answers for it that speaks of that change, in the stage in which
//! it was made, however much later it is read. Else it counts against the row that is wrong.
//!
//! - `register`: what may be read, by what was written.
//! - [`values`], [`marks`]: what was written and read of groups, and of agents in them.

pub(crate) mod marks;
mod register;
pub(crate) mod values;

use std::collections::BTreeMap;

use model::clause::GroupSet;
use model::topology::Pool;
use model::verb::Row;

use crate::rows;
use register::Write;
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

/// A copy of a group: its name, and the pool that it resides in.
type Copy<'t> = (&'t str, Pool);

/// What was written or read, in the order in which it was asked for, by what it is of.
type ByKey<K, T> = BTreeMap<K, Vec<T>>;

/// Something in a row of an answer.
#[derive(Clone, Copy, Debug)]
struct Reading<'t, V> {
    operation: &'t Operation,
    row: &'t Row,
    value: V,
}

impl<V> Reading<'_, V> {
    /// When it was read.
    fn span(&self) -> (Position, Position) {
        span(self.operation)
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

// ---- what values and marks have in common -----------------------------------------------------

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

/// The copy of a group that a row is of, if there is such a group.
fn shown<'t>(timeline: &Timeline, row: &'t Row) -> Option<Copy<'t>> {
    (timeline.owner(&row.group) == Some(row.owner)).then_some((&row.group, row.parent))
}

/// The first reading that was over before anything was written.
fn before_all<'r, 't, V>(
    read: &'r [Reading<'t, V>],
    writes: &[Write<'t, V>],
) -> Option<&'r Reading<'t, V>> {
    let first = writes.iter().map(|write| write.invoked).min();
    let before = |read: Position| first.is_none_or(|first| read < first);
    read.iter().find(|reading| before(reading.span().1))
}

fn is_refused(change: &Operation) -> bool {
    matches!(change.answer(), Ok((_, Answer::Refused(_))))
}
