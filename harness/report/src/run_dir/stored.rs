//! A run that ended, read back from its directory.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use model::FileError;
use model::journal::{Journal, JournalError};
use model::scenarios::sha256;
use model::{Tables, yaml};

use super::{JOURNAL, TABLES, WriteError, spools, write_whole};

/// A run that can be judged: what was observed, and what it is judged against.
#[derive(Clone, Debug)]
pub struct StoredRun {
    /// Everything that was observed.
    pub journal: Journal,
    /// The documented statements, as they were when the drill was run.
    pub tables: Tables,
    /// The text of their file.
    pub tables_text: String,
}

/// Why a directory has no run that can be judged.
#[derive(Debug, thiserror::Error)]
pub enum StoredRunError {
    /// There is no journal.
    #[error("{} is not a run directory: it has no {JOURNAL}", .0.display())]
    NoRun(PathBuf),
    /// There are spools only.
    #[error("the drill in {} stopped early, so there is nothing to judge", .0.display())]
    StoppedEarly(PathBuf),
    /// The journal has no seal.
    #[error("the journal of this run is incomplete, so there is nothing to judge")]
    Unsealed(#[source] JournalError),
    /// The journal's chain is broken.
    #[error("the journal of this run was altered or damaged")]
    Altered(#[source] JournalError),
    /// The journal's schema is not known.
    #[error("the journal of this run was written by another version of rgdrill")]
    UnknownSchema(#[source] JournalError),
    /// The journal is there and cannot be read.
    #[error("cannot read the journal of this run")]
    Unreadable(#[source] JournalError),
    /// The tables cannot be read.
    #[error(transparent)]
    Tables(#[from] FileError),
    /// The tables are not those that the journal names.
    #[error("{} is not the file that this run was judged against", path.display())]
    OtherTables {
        /// The file.
        path: PathBuf,
        /// Its SHA-256.
        found: String,
        /// The journal's.
        expected: String,
    },
}

impl StoredRun {
    /// Reads the run in `dir`.
    ///
    /// # Errors
    ///
    /// [`StoredRunError`].
    pub fn load(dir: &Path) -> Result<Self, StoredRunError> {
        let journal = Journal::load(&dir.join(JOURNAL)).and_then(Journal::planned);
        let journal = journal.map_err(|error| unreadable(dir, error))?;
        let (tables, tables_text) = tables(dir, &journal.header.tables_sha256)?;
        Ok(StoredRun {
            journal,
            tables,
            tables_text,
        })
    }
}

/// Leaves a copy of the tables with the run that is to be judged against them.
///
/// # Errors
///
/// [`WriteError`].
pub fn keep_tables(dir: &Path, text: &str) -> Result<(), WriteError> {
    write_whole(&dir.join(TABLES), text.as_bytes())
}

fn tables(dir: &Path, expected: &str) -> Result<(Tables, String), StoredRunError> {
    let path = dir.join(TABLES);
    let file = yaml::read(&path)?;
    let found = sha256(file.text());
    if found != expected {
        let expected = expected.to_owned();
        return Err(StoredRunError::OtherTables {
            path,
            found,
            expected,
        });
    }
    Ok((yaml::parse(&file)?, file.text().to_owned()))
}

fn unreadable(dir: &Path, error: JournalError) -> StoredRunError {
    match error {
        JournalError::Unsealed { .. } => StoredRunError::Unsealed(error),
        JournalError::UnknownSchema { .. } => StoredRunError::UnknownSchema(error),
        JournalError::Read { .. } if spools::all(dir).next().is_some() => {
            StoredRunError::StoppedEarly(dir.to_owned())
        }
        JournalError::Read { ref source, .. } => match source.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => StoredRunError::NoRun(dir.to_owned()),
            _ => StoredRunError::Unreadable(error),
        },
        _ => StoredRunError::Altered(error),
    }
}
