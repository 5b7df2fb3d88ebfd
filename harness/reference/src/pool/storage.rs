//! The pool's side of its database: a copy in memory, and transactions, one after the other.
//!
//! A change is seen by anybody when the database has it. If the database does not answer, nobody
//! knows whether it has it; so the copy is stale until everything was read again.

use std::sync::Arc;

use http::{Method, StatusCode};
use node::RequestId;

use super::http_client::{HttpRequest, Outcome};
use super::turn::Turn;
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::protocol::{Documents, READ, TRANSACTION, Transaction};
use crate::store::cache::Store;
use crate::store::entry::Change;
use crate::web::reply::{self, Refusal};

/// What is under way with the database.
#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    Loading(RequestId),
    Writing(RequestId, Vec<Change>),
}

/// Whether the copy in memory is what the database holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Freshness {
    /// It is not known whether it is.
    #[default]
    Stale,
    /// It is.
    Fresh,
}

/// Whether the pool has ever seen what its database holds, since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LoadState {
    #[default]
    NotYet,
    /// It has tried, and the database was not there.
    Failed,
    Loaded,
}

/// What has become of an exchange with the database.
#[derive(Debug)]
pub(super) enum Exchanged {
    /// Everything was read.
    Read,
    /// Everything was read, and there is nothing: no pool has used the database yet.
    ReadEmpty,
    /// Nothing could be read.
    NotRead(Refusal),
    /// The transaction is durable.
    Written,
    /// It is not, or nobody knows.
    NotWritten(Refusal),
}

/// Whether something happened for the first time since the pool started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occurrence {
    First,
    Repeated,
}

/// The copy in memory, and what is under way with the database.
#[derive(Debug)]
pub(super) struct Storage {
    config: Arc<PoolConfig>,
    store: Store,
    phase: Phase,
    freshness: Freshness,
    load_state: LoadState,
    /// What only a mutant has not written yet.
    held_back: Vec<Change>,
}

impl Storage {
    pub(super) fn new(config: Arc<PoolConfig>) -> Self {
        Storage {
            config,
            store: Store::default(),
            phase: Phase::default(),
            freshness: Freshness::default(),
            load_state: LoadState::default(),
            held_back: Vec::new(),
        }
    }

    /// What the database holds, as far as it is known.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Whether the pool knows its record and its groups.
    pub(super) fn is_loaded(&self) -> bool {
        self.load_state == LoadState::Loaded
    }

    /// Whether the pool knows them, or knows that it cannot know them now.
    pub(super) fn has_looked(&self) -> bool {
        self.load_state != LoadState::NotYet
    }

    /// Whoever asks a pool that does not know its record asks too early.
    pub(super) fn expect_loaded(&self) -> Result<(), Refusal> {
        match self.is_loaded() {
            true => Ok(()),
            false => Err(Refusal::unavailable("the database is not loaded")),
        }
    }

    /// Whether a transaction may begin, or everything be read.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Whether everything has to be read before a transaction may begin.
    pub(super) fn is_stale(&self) -> bool {
        self.freshness == Freshness::Stale
    }

    /// Begins to read everything, unless something is under way.
    pub(super) fn load(&mut self, turn: &mut Turn<'_>) {
        if !self.is_idle() {
            return;
        }
        let id = turn.request(&HttpRequest {
            to: self.config.database,
            method: Method::GET,
            path: READ,
            body: &(),
            timeout: self.config.timing.database,
        });
        self.phase = Phase::Loading(id);
    }

    /// Begins a transaction.
    pub(super) fn write(&mut self, turn: &mut Turn<'_>, changes: Vec<Change>) {
        let written = match self.config.has(Mutant::WritesOneBehind) {
            true => transaction(&std::mem::replace(&mut self.held_back, changes.clone())),
            false => transaction(&changes),
        };
        let id = turn.request(&HttpRequest {
            to: self.config.database,
            method: Method::POST,
            path: TRANSACTION,
            body: &written,
            timeout: self.config.timing.database,
        });
        self.phase = Phase::Writing(id, changes);
    }

    /// Whether an outcome under this number is for the storage.
    pub(super) fn awaits(&self, id: RequestId) -> bool {
        match &self.phase {
            Phase::Idle => false,
            Phase::Loading(awaited) | Phase::Writing(awaited, _) => *awaited == id,
        }
    }

    /// Takes the outcome that it awaits.
    pub(super) fn replied(&mut self, turn: &mut Turn<'_>, outcome: Outcome) -> Option<Exchanged> {
        match std::mem::take(&mut self.phase) {
            Phase::Idle => None,
            Phase::Loading(_) => Some(self.loaded(turn, outcome)),
            Phase::Writing(_, changes) => Some(self.written(turn, changes, outcome)),
        }
    }

    /// What the database holds is known from now on.
    pub(super) fn mark_loaded(&mut self) -> Occurrence {
        let is_first = !self.is_loaded();
        self.load_state = LoadState::Loaded;
        match is_first {
            true => Occurrence::First,
            false => Occurrence::Repeated,
        }
    }

    /// What was to be written into an empty database could not be: it has to be read again.
    pub(super) fn mark_not_installed(&mut self) {
        self.freshness = Freshness::Stale;
        self.load_state = LoadState::Failed;
    }

    fn loaded(&mut self, turn: &mut Turn<'_>, outcome: Outcome) -> Exchanged {
        match read(outcome) {
            Ok(store) => {
                self.store = store;
                self.freshness = Freshness::Fresh;
                match self.store.is_new() {
                    true => Exchanged::ReadEmpty,
                    false => Exchanged::Read,
                }
            }
            Err(why) => {
                let here = &self.config.name;
                let error = format!("the database of {here} cannot be read: {why}");
                turn.log(error.clone());
                if self.load_state == LoadState::NotYet {
                    self.load_state = LoadState::Failed;
                }
                Exchanged::NotRead(Refusal::unavailable(error))
            }
        }
    }

    fn written(
        &mut self,
        turn: &mut Turn<'_>,
        changes: Vec<Change>,
        outcome: Outcome,
    ) -> Exchanged {
        let mut refusal: fn(String) -> Refusal = Refusal::unavailable;
        let why = match outcome {
            Ok(response) if response.status().is_success() => {
                for change in changes {
                    self.store.apply(change);
                }
                return Exchanged::Written;
            }
            Ok(response) => {
                if response.status() == StatusCode::INSUFFICIENT_STORAGE {
                    refusal = Refusal::out_of_room;
                }
                reply::error_of(&response)
            }
            Err(why) => {
                if !why.is_definite() {
                    self.freshness = Freshness::Stale;
                }
                "it does not answer".to_owned()
            }
        };
        let here = &self.config.name;
        let error = format!("the database of {here} cannot be written: {why}");
        turn.log(error.clone());
        Exchanged::NotWritten(refusal(error))
    }
}

fn transaction(changes: &[Change]) -> Transaction {
    let mut transaction = Transaction::default();
    for change in changes {
        match change {
            Change::Put(entry) => transaction.put.push(entry.document()),
            Change::Delete(key) => transaction.delete.push(key.document_key()),
        }
    }
    transaction
}

/// What the answer of a database to a read holds, or why there is none.
pub(super) fn read(outcome: Outcome) -> Result<Store, String> {
    let response = outcome.map_err(|why| format!("{why:?}"))?;
    if !response.status().is_success() {
        return Err(reply::error_of(&response));
    }
    let documents: Documents = reply::read(response.body()).map_err(|why| why.to_string())?;
    Store::of(documents.documents).map_err(|why| why.to_string())
}
