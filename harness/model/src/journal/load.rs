//! Reads a journal, and believes no byte of it before it was checked. What the judge starts from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::{io, iter};

use serde::Deserialize;

use super::chain::{Chain, Hash};
use super::lines::{LONGEST_JOURNAL, Lines, LinesError};
use super::seal::{Seal, SealedWalk};
use super::{Event, Header, JournalError, Quality, Record};
use crate::bounded::ReadError;
use crate::host::HostName;
use crate::parallel;
use crate::reach::Reach;
use crate::shared::Shared;
use crate::topology::Pool;
use crate::verb::Row;

/// How many walks a journal has at most. Each of them is judged by every clause that it asks, however short it is;
/// drills as long as a journal may be have fewer.
const MOST_WALKS: usize = 2_000;

/// How many calls, alerts and operations of administrators and agents a walk has at most, together. Some of them
/// are compared with all others: the time that a walk takes to be judged is bounded by this.
const MOST_DONE: usize = 20_000;

/// How often a walk's load is measured at most, of all kinds and in all stages.
const MOST_MEASURED: usize = 1_000;

/// How many groups, agents and callers a walk has at most, together: three times what the document gives for a
/// pair of pools.
const MOST_NAMED: usize = 10_000;

/// A journal that is sealed and unbroken.
#[derive(Clone, Debug, PartialEq)]
pub struct Journal {
    /// Which run it is of.
    pub header: Header,
    /// The walks, in the order of the file.
    pub walks: Vec<WalkJournal>,
}

/// One walk's part of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct WalkJournal {
    /// The walk's name.
    pub walk: String,
    /// Its lines; each stands at the index that is its number.
    pub records: Vec<Record>,
}

impl Journal {
    /// Reads the journal at `path` and checks every byte of it against the chains and the seal.
    ///
    /// # Errors
    ///
    /// [`JournalError::Read`], [`JournalError::TooLong`], [`JournalError::NotAJournal`],
    /// [`JournalError::UnknownSchema`], [`JournalError::Unsealed`], and [`JournalError::Broken`] for
    /// the first line at which something is wrong.
    pub fn load(path: &Path) -> Result<Journal, JournalError> {
        let file = File::open(path).map_err(JournalError::read(path))?;
        let length = file.metadata().map_err(JournalError::read(path))?.len();
        if length > LONGEST_JOURNAL.0 {
            let (path, limit) = (path.to_owned(), LONGEST_JOURNAL);
            return Err(JournalError::TooLong { path, limit });
        }
        read(path, Lines::new(file))
    }

    /// As [`Journal::load`], from `source`; `path` is for errors only.
    ///
    /// # Errors
    ///
    /// As [`Journal::load`].
    pub fn read(path: &Path, source: impl io::Read) -> Result<Journal, JournalError> {
        read(path, Lines::new(source))
    }

    /// Checks that each walk begins with its plan, as all that were run do: of others nothing can be judged.
    ///
    /// # Errors
    ///
    /// [`JournalError::NoPlan`].
    pub fn planned(self) -> Result<Journal, JournalError> {
        let is_planned = |walk: &&WalkJournal| {
            let first = walk.records.first();
            first.is_some_and(|record| matches!(record.event, Event::WalkBegan { .. }))
        };
        match self.walks.iter().find(|walk| !is_planned(walk)) {
            None => Ok(self),
            Some(walk) => Err(JournalError::NoPlan {
                walk: walk.walk.clone(),
            }),
        }
    }

    /// The walk of this name.
    pub fn walk(&self, name: &str) -> Option<&WalkJournal> {
        self.walks.iter().find(|walk| walk.walk == name)
    }
}

impl WalkJournal {
    /// A walk without a line.
    pub fn begin(walk: &str) -> WalkJournal {
        WalkJournal {
            walk: walk.to_owned(),
            records: Vec::new(),
        }
    }

    /// The line with this number.
    pub fn record(&self, n: u64) -> Option<&Record> {
        self.records.get(usize::try_from(n).ok()?)
    }
}

/// Reads a journal, a batch of lines after the other.
fn read<R: io::Read>(path: &Path, mut lines: Lines<R>) -> Result<Journal, JournalError> {
    let broken = |line, what| JournalError::Broken {
        path: path.to_owned(),
        line,
        what,
    };
    let head = match lines.batch_of(1).map_err(unread(path, 1))?.as_slice() {
        [head] => head.to_vec(),
        _ => return Err(not_a_journal(path, "it has no first line")),
    };
    let header = read_header(path, &head)?;
    let mut walks = Walks::default();
    let mut before = Vec::new();
    loop {
        let first = lines.taken + 1;
        let batch = lines.batch().map_err(unread(path, first))?;
        let seal = batch
            .iter()
            .position(|line| line.starts_with(Seal::BEGINNING));
        let (records, rest) = batch.split_at(seal.unwrap_or(batch.len()));
        for (number, (line, read)) in
            (first..).zip(records.iter().zip(read_lines(&before, records)))
        {
            let taken = read.and_then(|read| walks.take(line, read));
            taken.map_err(|what| broken(number, what))?;
        }
        if let Some((seal, after)) = rest.split_first() {
            let number = first + records.len() as u64;
            let walks = walks.seal(&head, seal);
            let walks = walks.map_err(|what| broken(number, what))?;
            if !after.is_empty() || !lines.is_at_end().map_err(unread(path, number + 1))? {
                let what = "something stands after the seal".to_owned();
                return Err(broken(number + 1, what));
            }
            return Ok(Journal { header, walks });
        }
        match records.last() {
            Some(last) => before = last.to_vec(),
            None => break,
        }
    }
    Err(JournalError::Unsealed {
        path: path.to_owned(),
        lines: lines.taken,
    })
}

/// For `map_err` after an attempt to read the line of this number and those after it.
fn unread(path: &Path, line: u64) -> impl FnOnce(LinesError) -> JournalError {
    let path = path.to_owned();
    move |error| match error {
        LinesError::File(ReadError::Io(source)) => JournalError::Read { path, source },
        LinesError::File(ReadError::TooLong(limit)) => JournalError::TooLong { path, limit },
        LinesError::Line(limit) => JournalError::Broken {
            path,
            line,
            what: format!("it has more than {limit}, and no line has"),
        },
    }
}

/// A line that was read.
struct Read {
    record: Record,
    /// Whether its hash is the one that it has behind the line before it.
    chained: bool,
}

/// Reads each line, or says what is wrong with it, and checks its hash against the line before it.
/// That is nearly all of the work of loading a journal, and needs no more than the two lines.
fn read_lines<'a>(
    before: &'a [u8],
    lines: &[&'a [u8]],
) -> impl Iterator<Item = Result<Read, String>> + use<'a> {
    let before = iter::once(before).chain(lines.iter().copied());
    let pairs: Vec<(&'a [u8], &'a [u8])> = before.zip(lines.iter().copied()).collect();
    parallel::map(&pairs, |(before, line)| {
        let record: Record =
            serde_json::from_slice(line).map_err(|error| format!("this is no record: {error}"))?;
        let chain = match record.n {
            0 => Some(Chain::begin(&record.walk)),
            _ => Chain::up_to(before),
        };
        let chained = chain.is_some_and(|mut chain| chain.check(line).is_ok());
        Ok(Read { record, chained })
    })
}

/// What lines have said so far that others say again.
#[derive(Default)]
struct Said {
    hosts: BTreeSet<Shared<BTreeMap<HostName, Reach>>>,
    heard: BTreeSet<Shared<Vec<HostName>>>,
    pools: BTreeSet<Shared<BTreeMap<Pool, Reach>>>,
    qualities: BTreeSet<Shared<Quality>>,
    rows: BTreeSet<Shared<Vec<Row>>>,
}

impl Said {
    /// Whatever was said before is shared with the line that said it.
    fn share(&mut self, event: &mut Event) {
        match event {
            Event::Probed {
                hosts,
                heard,
                pools,
                ..
            } => {
                hosts.share(&mut self.hosts);
                heard.share(&mut self.heard);
                pools.share(&mut self.pools);
            }
            Event::Media { quality, .. } => quality.share(&mut self.qualities),
            Event::VerbEnded {
                rows: Some(rows), ..
            } => rows.share(&mut self.rows),
            _ => {}
        }
    }
}

/// The walks whose lines were checked so far.
#[derive(Default)]
struct Walks {
    /// Those of the file; the last one may go on.
    begun: Vec<Begun>,
    /// Their names.
    names: BTreeSet<String>,
    said: Said,
}

/// A walk whose lines were checked so far.
struct Begun {
    walk: WalkJournal,
    /// The last line's hash.
    chain: Chain,
    /// How many calls, alerts and operations it tells of.
    done: usize,
    /// How many measurements of its load.
    measured: usize,
}

impl Begun {
    /// A walk without a line.
    fn empty(name: &str) -> Begun {
        Begun {
            walk: WalkJournal::begin(name),
            chain: Chain::begin(name),
            done: 0,
            measured: 0,
        }
    }

    /// Counts what a line tells of, or says that it is too much.
    fn count(&mut self, event: &Event) -> Result<(), String> {
        match event {
            Event::Placed { .. } | Event::Alerted { .. } | Event::VerbInvoked { .. } => {
                self.done += 1;
            }
            Event::LoadMeasured { .. } => self.measured += 1,
            Event::WalkBegan {
                topology, drawn, ..
            } => {
                let of_load = drawn.load.iter().map(|group| group.members.len() + 1);
                let named = [
                    of_load.sum(),
                    topology.groups.len(),
                    topology.agents.len(),
                    topology.callers.len(),
                    topology.callees.len(),
                    topology.telephones.len(),
                ];
                let named: usize = named.iter().sum();
                if named > MOST_NAMED {
                    return Err(format!(
                        "these are {named} groups, agents and callers, and no walk has more than {MOST_NAMED}"
                    ));
                }
            }
            _ => {}
        }
        if self.measured > MOST_MEASURED {
            return Err(format!(
                "these are more than {MOST_MEASURED} measurements of one walk's load, and no walk has as many"
            ));
        }
        if self.done > MOST_DONE {
            return Err(format!(
                "these are more than {MOST_DONE} calls, alerts and operations of one walk, and no walk has as many"
            ));
        }
        Ok(())
    }
}

impl Walks {
    /// Takes a line that is no seal, as it was read, or says what is wrong with it.
    fn take(&mut self, line: &[u8], read: Read) -> Result<(), String> {
        let Read {
            mut record,
            chained,
        } = read;
        self.said.share(&mut record.event);
        let begun = self.going_on(&record.walk)?;
        let expected = begun.walk.records.len() as u64;
        if record.n != expected {
            return Err(format!(
                "walk `{}` goes on with number {} where {expected} was due: a line is missing, \
                 doubled or moved",
                record.walk, record.n
            ));
        }
        let chain = Chain::up_to(line).filter(|_| chained);
        begun.chain = chain.ok_or_else(|| {
            format!(
                "the hash is wrong: line {expected} of walk `{}`, or one before it, was altered",
                record.walk
            )
        })?;
        begun.count(&record.event)?;
        let records = &mut begun.walk.records;
        if let Some(first) = records.first() {
            record.walk = Arc::clone(&first.walk);
        }
        records.push(record);
        Ok(())
    }

    /// The walk that the next line belongs to.
    fn going_on(&mut self, name: &str) -> Result<&mut Begun, String> {
        let is_new = self.begun.last().is_none_or(|last| last.walk.walk != name);
        if is_new {
            if !self.names.insert(name.to_owned()) {
                return Err(format!("walk `{name}` goes on after another one began"));
            }
            if self.names.len() > MOST_WALKS {
                return Err(format!(
                    "these are more than {MOST_WALKS} walks, and no run has as many"
                ));
            }
            self.begun.push(Begun::empty(name));
        }
        self.begun
            .last_mut()
            .ok_or_else(|| format!("walk `{name}` did not begin"))
    }

    /// Checks the last line, and that it speaks of the header and of just these walks.
    fn seal(self, head: &[u8], line: &[u8]) -> Result<Vec<WalkJournal>, String> {
        Chain::begin(Seal::NAME)
            .check(line)
            .map_err(|_| "the seal's own hash is wrong: the seal was altered".to_owned())?;
        let seal: Seal =
            serde_json::from_slice(line).map_err(|error| format!("this is no seal: {error}"))?;
        if seal.header != Hash::of(head) {
            return Err("the seal is of another header: line 1 was altered".to_owned());
        }

        let mut begun = self.begun.into_iter().peekable();
        let mut walks = Vec::new();
        for sealed in seal.walks {
            if sealed.lines == 0 {
                return Err(format!(
                    "the seal has walk `{}` without a line",
                    sealed.walk
                ));
            }
            let is_next = |begun: &Begun| begun.walk.walk == sealed.walk;
            let begun = begun.next_if(is_next);
            let begun = begun.unwrap_or_else(|| Begun::empty(&sealed.walk));
            compare(&sealed, &begun)?;
            walks.push(begun.walk);
        }
        match begun.next() {
            Some(Begun { walk, .. }) => {
                Err(format!("the seal does not have walk `{}` here", walk.walk))
            }
            None => Ok(walks),
        }
    }
}

/// Whether the seal speaks of this very walk.
fn compare(sealed: &SealedWalk, Begun { walk, chain, .. }: &Begun) -> Result<(), String> {
    let found = walk.records.len() as u64;
    if sealed.lines != found {
        return Err(format!(
            "the seal gives walk `{}` {} lines here, the journal has {found}",
            sealed.walk, sealed.lines
        ));
    }
    if sealed.h != chain.last() {
        return Err(format!(
            "the seal gives walk `{}` another last hash",
            sealed.walk
        ));
    }
    Ok(())
}

fn not_a_journal(path: &Path, why: impl ToString) -> JournalError {
    JournalError::NotAJournal {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

/// Reads the first line, whose schema is known before anything else of it is read.
fn read_header(path: &Path, line: &[u8]) -> Result<Header, JournalError> {
    /// All that headers of any version have.
    #[derive(Deserialize)]
    struct AnyHeader {
        schema: String,
    }

    let any: AnyHeader = serde_json::from_slice(line).map_err(|error| {
        not_a_journal(path, format_args!("its first line is no header: {error}"))
    })?;
    if any.schema == Header::SCHEMA {
        return serde_json::from_slice(line).map_err(|error| {
            not_a_journal(path, format_args!("its first line is no header: {error}"))
        });
    }
    if any.schema.starts_with("rgdrill-journal/") {
        return Err(JournalError::UnknownSchema {
            path: path.to_owned(),
            found: any.schema,
            supported: Header::SCHEMA,
        });
    }
    Err(not_a_journal(
        path,
        format_args!("it is of schema `{}`", any.schema),
    ))
}
