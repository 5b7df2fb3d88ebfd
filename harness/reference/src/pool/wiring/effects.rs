//! What a change of the database does when its turn has come, and what follows from it in the
//! parts of the pool once it is durable.

use rand::Rng;

use super::parts::Parts;
use crate::mutant::Mutant;
use crate::pool::calls::{Calls, Occasion};
use crate::pool::serving::{self, Effect};
use crate::pool::surfaces::{self, Direction, Next};
use crate::pool::turn::Turn;
use crate::pool::update_queue::Update;
use crate::store::entry::{Change, Entry, EntryKey};
use crate::store::object::ObjectId;
use crate::store::record::ServingRecord;
use crate::variant::Variant;
use crate::web::reply::Refusal;

impl Parts {
    /// What an update changes, or why it is refused.
    pub(super) fn changes(
        &mut self,
        turn: &mut Turn<'_>,
        update: &mut Update,
    ) -> Result<Vec<Change>, Refusal> {
        match update {
            Update::Install => Ok(self.installation(turn)),
            Update::Remember => Ok(self.serving.not_remembered(self.storage.store())),
            Update::Unasked(changes) => Ok(changes.clone()),
            Update::Serving(update) => {
                let record = self.serving.updated(update)?;
                let mut changes = vec![Change::Put(Entry::Record(record))];
                let store = self.storage.store();
                if self.signs_out_of_copies(update) {
                    // Whoever signed in during an earlier failover has to do so again.
                    let signed_out = store.sign_outs_of_copies(&self.config.name);
                    changes.extend(signed_out);
                }
                if update.begins_anew() && self.config.has(Mutant::StandInBringsSignInsBack) {
                    self.signed_out = changes.iter().filter_map(undone).collect();
                }
                changes.extend(self.inherited_sign_ins(update));
                if self.signs_everybody_out(update) {
                    changes.extend(store.sign_outs_of(&self.config.name));
                }
                Ok(changes)
            }
            Update::Surface(update) => {
                self.with_surfaces(|surfaces, view| surfaces.changes(view, update))
            }
        }
    }

    /// Whether this update signs everybody out of copies: as failover begins, unless a variant has another time for
    /// that, or a mutant none.
    fn signs_out_of_copies(&self, update: &serving::Update) -> bool {
        let is_complete = update.effect() == Effect::StandsIn;
        let is_over = update.effect() == Effect::UsersLeave;
        match self.config.variant {
            Some(Variant::FailoverSignsOutAtEnd) => is_complete,
            Some(Variant::FailbackSignsOutOfCopies) => update.begins_anew() || is_over,
            _ => update.begins_anew() && !self.config.has(Mutant::CopiesKeepSignIns),
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

    /// Failover or failback has come a step further.
    pub(super) fn serving_updated(&mut self, turn: &mut Turn<'_>, update: serving::Update) {
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
            Effect::StandsIn => {
                self.meddle(turn, Occasion::StandsIn);
                let signed_out = std::mem::take(&mut self.signed_out);
                self.write_unasked(turn, signed_out);
            }
            Effect::CopiesClose => {
                self.meddle(turn, Occasion::CopiesClose);
                self.with_calls(turn, Calls::end_copies_waiting);
            }
            Effect::UsersLeave => {
                self.meddle(turn, Occasion::UsersLeave);
                self.registrar.forget_partners_users();
            }
            Effect::Opens => {
                self.meddle(turn, Occasion::Opens);
                self.make_refused_changes(turn);
            }
            Effect::CallsOnly => {
                self.registrar.clear();
                if self.config.has(Mutant::FailbackEndsHandedOverCalls) {
                    self.with_calls(turn, Calls::end_handed_over_calls);
                }
            }
        }
        self.serving.confirm(turn, update);
    }

    /// Something happens to the pool, which calls are none the worse for, but for a mutant's.
    fn meddle(&mut self, turn: &mut Turn<'_>, occasion: Occasion) {
        self.with_calls(turn, |calls, cx| calls.meddle(cx, occasion));
    }

    /// What an agent or an administrator changes is changed.
    pub(super) fn surface_updated(&mut self, turn: &mut Turn<'_>, update: surfaces::Update) {
        let changes_directory = update.changes_directory();
        self.have_other_described(turn, &update);
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
                let (agent, direction) = (sign_ins.agent().to_owned(), sign_ins.direction());
                self.with_calls(turn, |calls, cx| match direction {
                    Direction::In => calls.agent_signs_in(cx, &agent),
                    Direction::Out => calls.agent_signs_out(cx, &agent),
                });
                let next = self.surfaces.continue_sign_in(turn, sign_ins);
                self.carry_out(turn, next);
            }
        }
    }
}

/// What brings back whom this signs out.
fn undone(change: &Change) -> Option<Change> {
    match change {
        Change::Delete(EntryKey::SignIn(sign_in)) => {
            Some(Change::Put(Entry::SignIn(sign_in.clone())))
        }
        Change::Delete(_) | Change::Put(_) => None,
    }
}

/// An identity that no other object has.
fn new_object_id(turn: &mut Turn<'_>) -> ObjectId {
    let (high, low) = (turn.rng.next_u64(), turn.rng.next_u64());
    ObjectId(format!("{high:016x}{low:016x}"))
}
