//! The changes of the database, one after the other: what each comes to, and what follows from it.

use rand::Rng;

use super::parts::Parts;
use crate::mutant::Mutant;
use crate::pool::calls::Calls;
use crate::pool::serving::{self, Effect};
use crate::pool::storage::{Exchanged, Occurrence};
use crate::pool::surfaces::{self, Next};
use crate::pool::turn::Turn;
use crate::pool::update_queue::Update;
use crate::store::entry::{Change, Entry};
use crate::store::object::ObjectId;
use crate::store::record::ServingRecord;
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
        self.serving.adopt(self.storage.store());
        if occurrence == Occurrence::First {
            turn.log("the database is loaded");
            self.serving.recall_partner(self.storage.store());
            self.serving.send_heartbeat(turn, &self.storage);
        }
        self.judge_fence(turn);
        self.make_updates(turn);
    }

    /// What an update changes, or why it is refused.
    fn changes(
        &mut self,
        turn: &mut Turn<'_>,
        update: &mut Update,
    ) -> Result<Vec<Change>, Refusal> {
        match update {
            Update::Install => Ok(self.installation(turn)),
            Update::Remember => Ok(self.serving.not_remembered(self.storage.store())),
            Update::Serving(update) => {
                let record = self.serving.updated(update)?;
                let mut changes = vec![Change::Put(Entry::Record(record))];
                if update.begins_anew() {
                    // Whoever signed in during an earlier failover has to do so again.
                    let store = self.storage.store();
                    changes.extend(store.sign_outs_of_copies(&self.config.name));
                }
                Ok(changes)
            }
            Update::Surface(update) => {
                self.with_surfaces(|surfaces, view| surfaces.changes(view, update))
            }
        }
    }

    /// The deployment, as it is written into an empty database.
    fn installation(&self, turn: &mut Turn<'_>) -> Vec<Change> {
        let deployment = &self.config.deployment;
        let objects = deployment.objects(&self.config.name, || new_object_id(turn));
        let objects = objects.into_iter().map(Box::new).map(Entry::Object);
        objects
            .chain([
                Entry::Settings(deployment.settings.clone()),
                Entry::Record(ServingRecord::default()),
            ])
            .map(Change::Put)
            .collect()
    }

    /// An update is durable: it takes effect, and whoever asked for it is told.
    fn update_made(&mut self, turn: &mut Turn<'_>, update: Update) {
        match update {
            Update::Install => self.become_loaded(turn),
            Update::Remember => {}
            Update::Serving(update) => self.serving_updated(turn, update),
            Update::Surface(update) => self.surface_updated(turn, update),
        }
    }

    fn serving_updated(&mut self, turn: &mut Turn<'_>, update: serving::Update) {
        self.serving.adopt(self.storage.store());
        match update {
            // The owner's bindings and calls are seen to before the partner is listened to again.
            serving::Update::Step(..) => {
                self.take_effect(turn, update);
                self.judge_fence(turn);
            }
            _ => {
                self.judge_fence(turn);
                self.take_effect(turn, update);
                self.signal(turn);
            }
        }
        self.serving.send_heartbeat(turn, &self.storage);
    }

    fn take_effect(&mut self, turn: &mut Turn<'_>, update: serving::Update) {
        self.serving.announce(turn, &update);
        match update.effect() {
            Effect::None => {}
            Effect::CopiesClose => self.with_calls(turn, Calls::end_copies_waiting),
            Effect::UsersLeave => self.registrar.forget_partners_users(),
            Effect::CallsOnly => {
                self.registrar.clear();
                if self.config.has(Mutant::FailbackEndsHandedOverCalls) {
                    self.with_calls(turn, Calls::end_handed_over_calls);
                }
            }
        }
        self.serving.confirm(turn, update);
    }

    fn surface_updated(&mut self, turn: &mut Turn<'_>, update: surfaces::Update) {
        let changes_directory = update.changes_directory();
        let next = self.surfaces.confirm(turn, update);
        self.carry_out(turn, next);
        if changes_directory {
            self.serving.send_heartbeat(turn, &self.storage);
        }
    }

    /// Does what a surface has left to be done.
    pub(super) fn carry_out(&mut self, turn: &mut Turn<'_>, next: Next) {
        match next {
            Next::Nothing => {}
            Next::Update(update) => self.enqueue(turn, update.into()),
            Next::Call(call) => self.with_calls(turn, |calls, cx| calls.begin_on_behalf(cx, *call)),
            Next::SignedIn(sign_ins) => {
                self.with_calls(turn, Calls::hunt_for_all);
                let next = self.surfaces.continue_sign_in(turn, sign_ins);
                self.carry_out(turn, next);
            }
        }
    }

    /// An update is refused, or could not be made durable.
    fn update_refused(&mut self, turn: &mut Turn<'_>, update: Update, why: &Refusal) {
        match update {
            // Both are tried again with the next heartbeat.
            Update::Install | Update::Remember => {}
            Update::Serving(update) => self.serving.refuse(turn, update, why),
            Update::Surface(update) => self.surfaces.refuse(turn, update, why),
        }
    }
}

/// An identity that no other object has.
fn new_object_id(turn: &mut Turn<'_>) -> ObjectId {
    let (high, low) = (turn.rng.next_u64(), turn.rng.next_u64());
    ObjectId(format!("{high:016x}{low:016x}"))
}
