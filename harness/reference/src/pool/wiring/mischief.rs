//! What mutants write into the database of their own accord.

use super::parts::Parts;
use crate::mutant::Mutant;
use crate::pool::serving::{self, Effect};
use crate::pool::surfaces::Update;
use crate::pool::turn::Turn;
use crate::pool::update_queue;
use crate::store::entry::{Change, Entry};
use crate::store::object::{Kind, Object, ObjectKey};
use crate::store::sign_in::SignIn;

impl Parts {
    /// The pool has started, and knows what its database holds.
    pub(super) fn forget_at_start(&mut self, turn: &mut Turn<'_>) {
        let here = &self.config.name;
        let store = self.storage.store();
        let undescribed = |of_copies: bool| {
            let all = store.objects();
            all.filter(|object| (object.owner != *here) == of_copies)
                .map(|object| described(object, ""))
                .collect()
        };
        let changes: Vec<Change> = match self.config.mutant {
            Some(Mutant::ChangesLostAtStart) => undescribed(false),
            Some(Mutant::CopiesChangesLostAtStart) => undescribed(true),
            Some(Mutant::SignInsLostAtStart) => store.sign_outs_of(here).collect(),
            _ => Vec::new(),
        };
        self.write_unasked(turn, changes);
    }

    /// Whether a mutant signs everybody out with this update.
    pub(super) fn signs_everybody_out(&self, update: &serving::Update) -> bool {
        match self.config.mutant {
            Some(Mutant::FailoverSignsEverybodyOut) => update.begins_anew(),
            Some(Mutant::FailbackSignsEverybodyOut) => update.effect() == Effect::UsersLeave,
            _ => false,
        }
    }

    /// Whoever is signed in to the partner's own groups, as it said last, is signed in to their copies.
    pub(super) fn inherited_sign_ins(&self, update: &serving::Update) -> Vec<Change> {
        if !update.begins_anew() || !self.config.has(Mutant::CopiesInheritSignIns) {
            return Vec::new();
        }
        let groups = self.serving.partners_directory().groups.iter();
        let owned = groups.filter(|group| group.owner != self.config.name);
        let inherited = owned.flat_map(|group| {
            group.signed_in.iter().map(|agent| {
                Change::Put(Entry::SignIn(SignIn {
                    owner: group.owner.clone(),
                    group: group.name.clone(),
                    agent: agent.clone(),
                }))
            })
        });
        inherited.collect()
    }

    /// What was asked of a surface is refused.
    pub(super) fn remember_refused(&mut self, turn: &mut Turn<'_>, update: &Update) {
        match update {
            Update::Describe {
                key, description, ..
            } if self.config.has(Mutant::RefusedChangesMadeLater) => {
                self.refused.push((key.clone(), description.clone()));
            }
            Update::SignIn(sign_ins) if self.config.has(Mutant::RefusedSignInsRecorded) => {
                let sign_in = sign_ins.next_of(&self.config.name);
                let put = sign_in.map(|sign_in| Change::Put(Entry::SignIn(sign_in)));
                self.write_unasked(turn, put.into_iter().collect());
            }
            _ => {}
        }
    }

    /// The pool is open again.
    pub(super) fn make_refused_changes(&mut self, turn: &mut Turn<'_>) {
        let refused = std::mem::take(&mut self.refused);
        let store = self.storage.store();
        let made = |(key, description): (ObjectKey, String)| {
            Some(described(store.object(&key)?, &description))
        };
        let changes = refused.into_iter().filter_map(made).collect();
        self.write_unasked(turn, changes);
    }

    /// A group was described, here where its original or its copy is not.
    pub(super) fn have_other_described(&mut self, turn: &mut Turn<'_>, update: &Update) {
        let Update::Describe {
            key, description, ..
        } = update
        else {
            return;
        };
        let of_copy = key.owner != self.config.name;
        let reaches = match of_copy {
            true => self.config.has(Mutant::CopiesChangesReachOriginals),
            false => self.config.has(Mutant::OriginalsChangesReachCopies),
        };
        if reaches && key.kind == Kind::Workflow {
            let store = self.storage.store();
            let name = store.object(key).map(|object| object.name.clone());
            if let Some(name) = name {
                self.surfaces.describe_at_partner(turn, &name, description);
            }
        }
    }

    pub(super) fn write_unasked(&mut self, turn: &mut Turn<'_>, changes: Vec<Change>) {
        if !changes.is_empty() {
            self.enqueue(turn, update_queue::Update::Unasked(changes));
        }
    }
}

fn described(object: &Object, description: &str) -> Change {
    let mut object = object.clone();
    description.clone_into(&mut object.description);
    Change::Put(Entry::Object(Box::new(object)))
}
