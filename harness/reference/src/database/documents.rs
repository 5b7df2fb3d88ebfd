//! The documents that a database holds, in redb.

use std::io::ErrorKind;

use redb::{ReadableDatabase, StorageBackend, TableDefinition};

use super::reopen::Reopenable;
use crate::protocol::{Document, Transaction};

const DOCUMENTS: TableDefinition<&str, &[u8]> = TableDefinition::new("documents");

/// Why a database cannot do what it was asked to do.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// There is no room left on the disk.
    #[error("the disk is full")]
    Full,
    /// The storage failed, or what is in it is no database.
    #[error("the storage fails: {0}")]
    Storage(Box<redb::Error>),
    /// A document in the storage is no JSON.
    #[error("document `{key}` is damaged: {why}")]
    Damaged {
        /// The document's key.
        key: String,
        /// What is wrong with it.
        why: serde_json::Error,
    },
}

/// What redb's many errors come to.
fn storage(error: impl Into<redb::Error>) -> DatabaseError {
    match error.into() {
        redb::Error::Io(error) if is_full(error.kind()) => DatabaseError::Full,
        error => DatabaseError::Storage(Box::new(error)),
    }
}

fn is_full(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
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
    pub(super) fn open(backend: impl StorageBackend) -> Result<Self, DatabaseError> {
        let storage = Reopenable::new(backend);
        let open = Some(open(&storage)?);
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
            None => open(&self.storage)?,
        };
        let outcome = act(&database)?;
        self.open = Some(database);
        Ok(outcome)
    }
}

fn open(backend: &Reopenable) -> Result<redb::Database, DatabaseError> {
    let database = redb::Builder::new()
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
        let key = key.value().to_owned();
        let value = serde_json::from_slice(value.value());
        match value {
            Ok(value) => documents.push(Document { key, value }),
            Err(why) => return Err(DatabaseError::Damaged { key, why }),
        }
    }
    Ok(documents)
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
            table
                .insert(key.as_str(), value.as_bytes())
                .map_err(storage)?;
        }
    }
    transaction.commit().map_err(storage)?;
    Ok(())
}
