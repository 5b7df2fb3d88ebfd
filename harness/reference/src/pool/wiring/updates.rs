//! The changes of the database, one after the other.

use super::parts::Parts;
use crate::pool::storage::{Exchanged, Occurrence};
use crate::pool::turn::Turn;
use crate::pool::update_queue::Update;
use crate::web::reply::Refusal;

impl Parts {
    /// Adds an update. It is judged when its turn comes.
    pub(super) fn enqueue(&mut self, turn: &mut Turn<'_>, update: Update) {
        self.updates.push(update);
        self.make_updates(turn);
    }

    /// Tries again what could not be done: with every heartbeat.
    pub(super) fn keep_storage_fresh(&mut self, turn: &mut Turn<'_>) {
        match self.storage.is_stale() {
            true => self.storage.load(turn),
            false => self.remember(turn),
        }
    }

    /// Has the database remember what it does not have yet: the partner's directory, a fence.
    pub(super) fn remember(&mut self, turn: &mut Turn<'_>) {
        let missing = self.serving.not_remembered(self.storage.store());
        if self.storage.is_loaded() && !missing.is_empty() {
            self.enqueue(turn, Update::Remember);
        }
    }

    /// Begins the next update, unless something is under way with the database.
    pub(super) fn make_updates(&mut self, turn: &mut Turn<'_>) {
        while self.storage.is_idle() && !self.updates.is_empty() {
            if self.storage.is_stale() {
                return self.storage.load(turn);
            }
            let Some(mut update) = self.updates.pop() else {
                return;
            };
            match self.changes(turn, &mut update) {
                Ok(changes) if changes.is_empty() => self.update_made(turn, update),
                Ok(changes) => {
                    self.storage.write(turn, changes);
                    self.updates.begin_writing(update);
                }
                Err(refusal) => self.update_refused(turn, update, &refusal),
            }
        }
    }

    /// Goes on after an exchange with the database.
    pub(super) fn exchanged(&mut self, turn: &mut Turn<'_>, exchanged: Exchanged) {
        match exchanged {
            Exchanged::Read => self.become_loaded(turn),
            Exchanged::ReadEmpty => {
                turn.log("the database is empty: writing the deployment into it");
                self.updates.push_first(Update::Install);
                self.make_updates(turn);
            }
            Exchanged::NotRead(why) => self.refuse_waiting(turn, &why),
            Exchanged::Written => {
                if let Some(update) = self.updates.end_writing() {
                    self.update_made(turn, update);
                }
                self.make_updates(turn);
            }
            Exchanged::NotWritten(why) => {
                if let Some(update) = self.updates.end_writing() {
                    self.update_not_written(turn, update, &why);
                }
                self.make_updates(turn);
            }
        }
    }

    fn update_not_written(&mut self, turn: &mut Turn<'_>, update: Update, why: &Refusal) {
        if matches!(update, Update::Install) {
            self.storage.mark_not_installed();
            self.refuse_waiting(turn, why);
        }
        self.update_refused(turn, update, why);
    }

    fn refuse_waiting(&mut self, turn: &mut Turn<'_>, why: &Refusal) {
        for update in self.updates.take_all() {
            self.update_refused(turn, update, why);
        }
    }

    /// The pool knows its record and its groups.
    fn become_loaded(&mut self, turn: &mut Turn<'_>) {
        let occurrence = self.storage.mark_loaded();
        match occurrence {
            Occurrence::First => self.serving.adopt_first(self.storage.store()),
            Occurrence::Repeated => self.serving.adopt(self.storage.store()),
        }
        if occurrence == Occurrence::First {
            turn.log("the database is loaded");
            self.serving.recall_partner(self.storage.store());
            self.serving.send_heartbeat(turn, &self.storage);
            self.forget_at_start(turn);
        }
        self.judge_fence(turn);
        self.make_updates(turn);
    }

    /// An update is durable: it takes effect, and whoever asked for it is told.
    fn update_made(&mut self, turn: &mut Turn<'_>, update: Update) {
        match update {
            Update::Install => self.become_loaded(turn),
            Update::Remember => {}
            Update::Unasked(_) => drop(self.serving.send_heartbeat(turn, &self.storage)),
            Update::Serving(update) => self.serving_updated(turn, update),
            Update::Surface(update) => self.surface_updated(turn, update),
        }
    }

    /// An update is refused, or could not be made durable.
    fn update_refused(&mut self, turn: &mut Turn<'_>, update: Update, why: &Refusal) {
        match update {
            // They are tried again with the next heartbeat.
            Update::Install | Update::Remember | Update::Unasked(_) => {}
            Update::Serving(update) => self.serving.refuse(turn, update, why),
            Update::Surface(update) => {
                self.remember_refused(turn, &update);
                self.surfaces.refuse(turn, update, why);
            }
        }
    }
}
