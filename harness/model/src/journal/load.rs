//! Reads a journal, and believes no byte of it before it was checked. What the judge starts from.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, iter};

use memchr::memchr;
use serde::Deserialize;

use super::chain::{Chain, Hash};
use super::seal::{Seal, SealedWalk};
use super::{Header, JournalError, Record};
use crate::parallel;

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
    /// [`JournalError::Read`], [`JournalError::NotAJournal`], [`JournalError::UnknownSchema`],
    /// [`JournalError::Unsealed`], and [`JournalError::Broken`] for the first line at which
    /// something is wrong.
    pub fn load(path: &Path) -> Result<Journal, JournalError> {
        let bytes = fs::read(path).map_err(JournalError::read(path))?;
        Journal::parse(path, &bytes)
    }

    /// As [`Journal::load`], of bytes that were read already; `path` is for errors only.
    ///
    /// # Errors
    ///
    /// As [`Journal::load`], without [`JournalError::Read`].
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Journal, JournalError> {
        let mut lines = Lines::new(bytes);
        let head = lines
            .next()
            .ok_or_else(|| not_a_journal(path, "it has no first line"))?;
        let header = read_header(path, head)?;

        let mut walks = Walks::default();
        let broken = |line, what| JournalError::Broken {
            path: path.to_owned(),
            line,
            what,
        };
        let (body, seal) = lines.up_to_seal();
        for (number, (line, read)) in (2..).zip(body.iter().zip(read_lines(&body))) {
            let taken = read.and_then(|read| walks.take(line, read));
            taken.map_err(|what| broken(number, what))?;
        }
        let seal = seal.ok_or_else(|| JournalError::Unsealed {
            path: path.to_owned(),
            lines: lines.taken,
        })?;
        let walks = walks
            .seal(head, seal)
            .map_err(|what| broken(lines.taken, what))?;
        if !lines.rest.is_empty() {
            let what = "something stands after the seal".to_owned();
            return Err(broken(lines.taken + 1, what));
        }
        Ok(Journal { header, walks })
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

/// The lines that end with a newline, without it.
struct Lines<'a> {
    /// What was not taken yet; at the end, a line that breaks off.
    rest: &'a [u8],
    /// How many were taken: the number of the last one, from 1.
    taken: u64,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Lines {
            rest: bytes,
            taken: 0,
        }
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = memchr(b'\n', self.rest)?;
        let line = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        self.taken += 1;
        Some(line)
    }

    /// The lines before the seal, and the seal, if there is one.
    fn up_to_seal(&mut self) -> (Vec<&'a [u8]>, Option<&'a [u8]>) {
        let mut lines = Vec::new();
        while let Some(line) = self.next() {
            if line.starts_with(Seal::BEGINNING) {
                return (lines, Some(line));
            }
            lines.push(line);
        }
        (lines, None)
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
fn read_lines(lines: &[&[u8]]) -> impl Iterator<Item = Result<Read, String>> {
    let before = iter::once(None).chain(lines.iter().map(Some));
    let pairs: Vec<(Option<&&[u8]>, &&[u8])> = before.zip(lines).collect();
    parallel::map(&pairs, |(before, line)| {
        let record: Record =
            serde_json::from_slice(line).map_err(|error| format!("this is no record: {error}"))?;
        let chain = match before {
            Some(before) if record.n > 0 => Chain::up_to(before),
            _ => Some(Chain::begin(&record.walk)),
        };
        let chained = chain.is_some_and(|mut chain| chain.check(line).is_ok());
        Ok(Read { record, chained })
    })
}

/// The walks whose lines were checked so far.
#[derive(Default)]
struct Walks {
    /// Those of the file, each with its chain; the last one may go on.
    begun: Vec<(WalkJournal, Chain)>,
    /// Their names.
    names: BTreeSet<String>,
}

impl Walks {
    /// Takes a line that is no seal, as it was read, or says what is wrong with it.
    fn take(&mut self, line: &[u8], read: Read) -> Result<(), String> {
        let Read { record, chained } = read;
        let (walk, last) = self.going_on(&record.walk)?;
        let expected = walk.records.len() as u64;
        if record.n != expected {
            return Err(format!(
                "walk `{}` goes on with number {} where {expected} was due: a line is missing, \
                 doubled or moved",
                record.walk, record.n
            ));
        }
        let chain = Chain::up_to(line).filter(|_| chained);
        *last = chain.ok_or_else(|| {
            format!(
                "the hash is wrong: line {expected} of walk `{}`, or one before it, was altered",
                record.walk
            )
        })?;
        walk.records.push(record);
        Ok(())
    }

    /// The walk that the next line belongs to.
    fn going_on(&mut self, name: &str) -> Result<&mut (WalkJournal, Chain), String> {
        let is_new = self.begun.last().is_none_or(|(walk, _)| walk.walk != name);
        if is_new {
            if !self.names.insert(name.to_owned()) {
                return Err(format!("walk `{name}` goes on after another one began"));
            }
            self.begun
                .push((WalkJournal::begin(name), Chain::begin(name)));
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
            let is_next = |(walk, _): &(WalkJournal, Chain)| walk.walk == sealed.walk;
            let (walk, chain) = begun.next_if(is_next).unwrap_or_else(|| empty(&sealed));
            compare(&sealed, &walk, &chain)?;
            walks.push(walk);
        }
        match begun.next() {
            Some((walk, _)) => Err(format!("the seal does not have walk `{}` here", walk.walk)),
            None => Ok(walks),
        }
    }
}

/// A walk of which there is no line.
fn empty(sealed: &SealedWalk) -> (WalkJournal, Chain) {
    (WalkJournal::begin(&sealed.walk), Chain::begin(&sealed.walk))
}

/// Whether the seal speaks of this very walk.
fn compare(sealed: &SealedWalk, walk: &WalkJournal, chain: &Chain) -> Result<(), String> {
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
