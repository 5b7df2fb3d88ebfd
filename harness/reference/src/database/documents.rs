//! The documents that a database holds, in redb.
//!
//! redb verifies what it reads only when it opens a database, and only where it is asked to. So each
//! document has a checksum of its own, which is verified whenever the document is read.

use std::io::ErrorKind;
use std::panic::{self, AssertUnwindSafe};

use redb::{ReadableDatabase, ReadableTable, StorageBackend, TableDefinition};
use sha2::{Digest as _, Sha256};

use super::reopen::Reopenable;
use crate::protocol::{Document, Transaction};

/// The checksum of a document, and the document, by key.
const DOCUMENTS: TableDefinition<&str, (&Checksum, &[u8])> = TableDefinition::new("documents");

/// SHA-256 of a document's key and content.
type Checksum = [u8; 32];

fn checksum(key: &str, content: &[u8]) -> Checksum {
    let mut hasher = Sha256::new();
    // The length tells where the key ends.
    hasher.update((key.len() as u64).to_be_bytes());
    hasher.update(key);
    hasher.update(content);
    hasher.finalize().into()
}

/// Why a database cannot do what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no room left on the disk.
    #[error("the disk is full")]
    Full,
    /// The storage failed, or what is in it is no database.
    #[error("the storage fails: {0}")]
    Storage(Box<redb::Error>),
    /// A document is not as it was written. It is never served.
    #[error("the record `{key}` is damaged")]
    Damaged {
        /// The document's key.
        key: String,
    },
}

impl DatabaseError {
    /// Whether what is stored is not what was written.
    pub(crate) fn is_corruption(&self) -> bool {
        matches!(self, DatabaseError::Storage(error) if matches!(**error, redb::Error::Corrupted(_)))
    }
}

/// What redb's many errors come to.
fn storage(error: impl Into<redb::Error>) -> DatabaseError {
    match error.into() {
        redb::Error::Io(error) if is_full(error.kind()) => DatabaseError::Full,
        error => DatabaseError::Storage(Box::new(error)),
    }
}

/// Whether there is no room: on the disk, in a quota, or in what one file may be (`ulimit -f`).
fn is_full(kind: ErrorKind) -> bool {
    use ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(kind, StorageFull | QuotaExceeded | FileTooLarge)
}

/// How much of what is stored is verified when a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verify {
    /// What the last process had not ended cleanly, if it did not.
    Recovery,
    /// Everything.
    Everything,
}

/// Documents on a disk.
#[derive(Debug)]
pub(super) struct DocumentStore {
    storage: Reopenable,
    /// The open database; `None` after the storage has failed.
    open: Option<redb::Database>,
}

impl DocumentStore {
    /// Opens the database in `backend`, or creates one if it is empty.
    pub(super) fn open(
        backend: impl StorageBackend,
        verify: Verify,
    ) -> Result<Self, DatabaseError> {
        let storage = Reopenable::new(backend);
        let open = Some(open(&storage, verify)?);
        Ok(DocumentStore { storage, open })
    }

    /// The documents whose keys begin with `prefix`.
    pub(super) fn read(&mut self, prefix: &str) -> Result<Vec<Document>, DatabaseError> {
        self.with_database(|database| read(database, prefix))
    }

    /// Makes the changes, durably, or none of them.
    pub(super) fn commit(&mut self, transaction: &Transaction) -> Result<(), DatabaseError> {
        self.with_database(|database| commit(database, transaction))
    }

    /// Does something with the open database. If that fails the database is closed, and opened
    /// again the next time.
    fn with_database<T>(
        &mut self,
        act: impl FnOnce(&redb::Database) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        let database = match self.open.take() {
            Some(database) => database,
            None => open(&self.storage, Verify::Recovery)?,
        };
        let outcome = act(&database)?;
        self.open = Some(database);
        Ok(outcome)
    }
}

fn open(backend: &Reopenable, verify: Verify) -> Result<redb::Database, DatabaseError> {
    let database = redb::Builder::new()
        .set_check_integrity_on_open(verify == Verify::Everything)
        .create_with_backend(backend.clone())
        .map_err(storage)?;
    let transaction = database.begin_write().map_err(storage)?;
    transaction.open_table(DOCUMENTS).map_err(storage)?;
    transaction.commit().map_err(storage)?;
    Ok(database)
}

fn read(database: &redb::Database, prefix: &str) -> Result<Vec<Document>, DatabaseError> {
    let transaction = database.begin_read().map_err(storage)?;
    let table = transaction.open_table(DOCUMENTS).map_err(storage)?;
    let mut documents = Vec::new();
    for row in table.range(prefix..).map_err(storage)? {
        let (key, value) = row.map_err(storage)?;
        if !key.value().starts_with(prefix) {
            break;
        }
        documents.push(document(key.value(), value.value())?);
    }
    Ok(documents)
}

/// A document, if it is as it was written.
fn document(key: &str, (sum, content): (&Checksum, &[u8])) -> Result<Document, DatabaseError> {
    let intact = (*sum == checksum(key, content)).then_some(content);
    let value = intact.and_then(|content| serde_json::from_slice(content).ok());
    let key = key.to_owned();
    match value {
        Some(value) => Ok(Document { key, value }),
        None => Err(DatabaseError::Damaged { key }),
    }
}

/// The keys of the documents that are not as they were written, as far as `backend` can be read.
///
/// redb may panic over what is damaged elsewhere, so that this tells less than there is.
pub(crate) fn damaged(backend: impl StorageBackend) -> Vec<String> {
    let storage = Reopenable::new(backend);
    let look = || -> Result<Vec<String>, DatabaseError> {
        let database = redb::Builder::new()
            .create_with_backend(storage.clone())
            .map_err(self::storage)?;
        let transaction = database.begin_read().map_err(self::storage)?;
        let table = transaction.open_table(DOCUMENTS).map_err(self::storage)?;
        let mut damaged = Vec::new();
        for row in table.iter().map_err(self::storage)? {
            let (key, value) = row.map_err(self::storage)?;
            if let Err(DatabaseError::Damaged { key }) = document(key.value(), value.value()) {
                damaged.push(key);
            }
        }
        Ok(damaged)
    };
    let looked = panic::catch_unwind(AssertUnwindSafe(look));
    looked.ok().and_then(Result::ok).unwrap_or_default()
}

fn commit(database: &redb::Database, changes: &Transaction) -> Result<(), DatabaseError> {
    let transaction = database.begin_write().map_err(storage)?;
    {
        let mut table = transaction.open_table(DOCUMENTS).map_err(storage)?;
        for key in &changes.delete {
            table.remove(key.as_str()).map_err(storage)?;
        }
        for Document { key, value } in &changes.put {
            let value = value.to_string();
            let content = value.as_bytes();
            let sum = checksum(key, content);
            table
                .insert(key.as_str(), (&sum, content))
                .map_err(storage)?;
        }
    }
    transaction.commit().map_err(storage)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use node::sim::Disk;

    use super::*;

    #[test]
    fn a_record_that_is_not_as_it_was_written_is_named_and_not_served() {
        let disk = Disk::new();
        let mut store = DocumentStore::open(disk.clone(), Verify::Recovery).unwrap();
        let put = |key: &str| Document {
            key: key.to_owned(),
            value: key.into(),
        };
        let transaction = Transaction {
            put: vec![put("a"), put("b")],
            ..Transaction::default()
        };
        store.commit(&transaction).unwrap();
        store
            .with_database(|database| {
                let transaction = database.begin_write().map_err(storage)?;
                let sum = checksum("a", b"\"a\"");
                let mut table = transaction.open_table(DOCUMENTS).map_err(storage)?;
                // The value of another record is as wrong as none that was ever written.
                table.insert("b", (&sum, &b"\"a\""[..])).map_err(storage)?;
                drop(table);
                transaction.commit().map_err(storage)
            })
            .unwrap();
        assert_eq!(store.read("a").unwrap(), [put("a")]);
        let error = store.read("").unwrap_err();
        assert_eq!(error.to_string(), "the record `b` is damaged");
        store.commit(&transaction).unwrap();
        assert_eq!(store.read("").unwrap(), [put("a"), put("b")]);
        drop(store);
        assert!(damaged(disk).is_empty());
    }
}
