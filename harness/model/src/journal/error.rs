//! What can go wrong with a journal.

use std::io;
use std::path::{Path, PathBuf};

use crate::bounded::Size;

/// Why a journal could not be written, or is not to be believed.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk is full, a folder is missing, or the like.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not there, or not ours to read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is longer than any run's.
    #[error("{} is no journal: it has more than {limit}, the longest that is read", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The longest.
        limit: Size,
    },
    /// The run has more to tell than is read.
    #[error("the journal would have more than {limit}, the longest that is read")]
    Outgrown {
        /// The longest.
        limit: Size,
    },
    /// An event has no form in JSON.
    #[error("cannot record line {n} of walk `{walk}`")]
    Encode {
        /// The walk.
        walk: String,
        /// The number that the line would have had.
        n: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Two parts of one name were to be assembled.
    #[error("walk `{walk}` was run twice, and a journal has each walk once")]
    WalkTwice {
        /// The walk.
        walk: String,
    },
    /// A walk does not say what was planned: no drill has run it.
    #[error("walk `{walk}` does not begin with its plan")]
    NoPlan {
        /// The walk.
        walk: String,
    },
    /// The first line is no journal's header.
    #[error("{} is no journal: {why}", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
        /// What was found instead.
        why: String,
    },
    /// A journal of another version of the format.
    #[error("{} is a journal of schema `{found}`; this rgdrill reads {supported}", path.display())]
    UnknownSchema {
        /// The file.
        path: PathBuf,
        /// The schema that the header names.
        found: String,
        /// The schemas that are known here.
        supported: &'static str,
    },
    /// The seal is missing: the run did not come to its end, or the file was cut off.
    #[error("{} is not sealed: it breaks off after {lines} lines", path.display())]
    Unsealed {
        /// The file.
        path: PathBuf,
        /// How many whole lines were there, the header included.
        lines: u64,
    },
    /// Something was altered, lost, doubled, moved or added.
    #[error("{}, line {line}: {what}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line at which it shows, from 1.
        line: u64,
        /// What is wrong there.
        what: String,
    },
}

impl JournalError {
    /// For `map_err` after an attempt to write `path`.
    pub(super) fn write(path: &Path) -> impl FnOnce(io::Error) -> JournalError {
        let path = path.to_owned();
        move |source| JournalError::Write { path, source }
    }

    /// For `map_err` after an attempt to read `path`.
    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> JournalError {
        let path = path.to_owned();
        move |source| JournalError::Read { path, source }
    }
}
