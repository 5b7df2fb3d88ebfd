//! The pool's side of its database: a copy in memory, and changes made one after the other.
//!
//! A change is acknowledged to whoever asked for it, and seen by anybody, when the database has
//! it. If the database does not answer, nobody knows whether it has it; so the pool refuses
//! further changes until it has read everything again.

use std::collections::VecDeque;

use http::Method;

use super::core::Core;
use super::requests::{Ask, Outcome, Purpose};
use super::task::Task;
use super::turn::Turn;
use crate::database::protocol::{Documents, READ, TRANSACTION, Transaction};
use crate::store::cache::Store;
use crate::store::entry::Change;
use crate::web::reply::{self, Refusal};

/// What is under way with the database.
#[derive(Debug, Default)]
enum Phase {
    #[default]
    Idle,
    Loading,
    Writing(Box<Task>, Vec<Change>),
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
enum Sight {
    #[default]
    NotYet,
    /// It has tried, and the database was not there.
    Failed,
    Seen,
}

/// The state of the copy.
#[derive(Debug, Default)]
pub(super) struct Storage {
    phase: Phase,
    freshness: Freshness,
    sight: Sight,
    waiting: VecDeque<Task>,
}

impl Storage {
    /// Whether the pool knows its record and its groups.
    pub(super) fn is_loaded(&self) -> bool {
        self.sight == Sight::Seen
    }

    /// Whether the pool knows them, or knows that it cannot know them now.
    pub(super) fn has_looked(&self) -> bool {
        self.sight != Sight::NotYet
    }
}

impl Core {
    /// Adds a change. It is judged when its turn comes.
    pub(super) fn enqueue(&mut self, turn: &mut Turn<'_>, task: Task) {
        let is_waiting = |other: &Task| matches!(other, Task::Remember);
        if is_waiting(&task) && self.storage.waiting.iter().any(is_waiting) {
            return;
        }
        self.storage.waiting.push_back(task);
        self.write_waiting(turn);
    }

    /// Reads everything.
    pub(super) fn load(&mut self, turn: &mut Turn<'_>) {
        if !matches!(self.storage.phase, Phase::Idle) {
            return;
        }
        self.storage.phase = Phase::Loading;
        let ask = Ask {
            to: self.config.database,
            method: Method::GET,
            path: READ,
            body: &(),
            timeout: self.config.timing.database,
        };
        self.ask(turn, Purpose::Load, &ask);
    }

    /// Tries again what could not be done: with every heartbeat.
    pub(super) fn keep_storage_fresh(&mut self, turn: &mut Turn<'_>) {
        match self.storage.freshness {
            Freshness::Stale => self.load(turn),
            Freshness::Fresh => self.remember(turn),
        }
    }

    /// Takes what was read.
    pub(super) fn loaded(&mut self, turn: &mut Turn<'_>, outcome: Outcome) {
        self.storage.phase = Phase::Idle;
        match self.read_store(outcome) {
            Ok(store) => self.adopt(turn, store),
            Err(why) => {
                turn.log(why.error.clone());
                if self.storage.sight == Sight::NotYet {
                    self.storage.sight = Sight::Failed;
                }
                self.fail_waiting(turn, &why);
            }
        }
    }

    fn fail_waiting(&mut self, turn: &mut Turn<'_>, why: &Refusal) {
        for task in std::mem::take(&mut self.storage.waiting) {
            self.task_failed(turn, task, why);
        }
    }

    fn read_store(&self, outcome: Outcome) -> Result<Store, Refusal> {
        let unreadable = |why: String| {
            let error = format!("the database of {} cannot be read: {why}", self.here());
            Refusal::unavailable(error)
        };
        let response = outcome.map_err(|why| unreadable(format!("{why:?}")))?;
        if !response.status().is_success() {
            return Err(unreadable(reply::error_of(&response)));
        }
        let documents: Documents =
            reply::read(response.body()).map_err(|why| unreadable(why.to_string()))?;
        Store::of(documents.documents).map_err(|why| unreadable(why.to_string()))
    }

    fn adopt(&mut self, turn: &mut Turn<'_>, store: Store) {
        self.store = store;
        self.storage.freshness = Freshness::Fresh;
        if self.store.is_new() {
            turn.log("the database is empty: writing the deployment into it");
            self.storage.waiting.push_front(Task::Install);
            self.write_waiting(turn);
        } else {
            self.become_loaded(turn);
        }
    }

    /// The pool knows its record and its groups.
    pub(super) fn become_loaded(&mut self, turn: &mut Turn<'_>) {
        let is_first = self.storage.sight != Sight::Seen;
        self.storage.sight = Sight::Seen;
        self.record = self.store.record();
        if is_first {
            turn.log("the database is loaded");
            if self.known.directory == Default::default() {
                self.known.directory = self.store.partner().clone();
            }
            self.tell_partner(turn);
        }
        self.judge_fence(turn);
        self.write_waiting(turn);
    }

    /// Begins the next change, unless one is under way.
    pub(super) fn write_waiting(&mut self, turn: &mut Turn<'_>) {
        while matches!(self.storage.phase, Phase::Idle) && !self.storage.waiting.is_empty() {
            if self.storage.freshness == Freshness::Stale {
                return self.load(turn);
            }
            let Some(mut task) = self.storage.waiting.pop_front() else {
                return;
            };
            match self.changes(&mut task) {
                Ok(changes) if changes.is_empty() => self.task_done(turn, task),
                Ok(changes) => self.write(turn, task, changes),
                Err(refusal) => self.task_failed(turn, task, &refusal),
            }
        }
    }

    fn write(&mut self, turn: &mut Turn<'_>, task: Task, changes: Vec<Change>) {
        let ask = Ask {
            to: self.config.database,
            method: Method::POST,
            path: TRANSACTION,
            body: &transaction(&changes),
            timeout: self.config.timing.database,
        };
        self.ask(turn, Purpose::Write, &ask);
        self.storage.phase = Phase::Writing(Box::new(task), changes);
    }

    /// Takes the outcome of a change.
    pub(super) fn written(&mut self, turn: &mut Turn<'_>, outcome: Outcome) {
        let Phase::Writing(task, changes) = std::mem::take(&mut self.storage.phase) else {
            return;
        };
        let why = match outcome {
            Ok(response) if response.status().is_success() => {
                for change in changes {
                    self.store.apply(change);
                }
                self.task_done(turn, *task);
                return self.write_waiting(turn);
            }
            Ok(response) => reply::error_of(&response),
            Err(why) => {
                if !why.is_definite() {
                    self.storage.freshness = Freshness::Stale;
                }
                "it does not answer".to_owned()
            }
        };
        let error = format!("the database of {} cannot be written: {why}", self.here());
        turn.log(error.clone());
        let refusal = Refusal::unavailable(error);
        if matches!(*task, Task::Install) {
            self.storage.freshness = Freshness::Stale;
            self.storage.sight = Sight::Failed;
            self.fail_waiting(turn, &refusal);
        }
        self.task_failed(turn, *task, &refusal);
        self.write_waiting(turn);
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
