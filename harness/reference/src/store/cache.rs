//! The copy in memory of what a pool's database holds.

use std::collections::{BTreeMap, BTreeSet};

use super::agent_group::Participation;
use super::directory::{Directory, Listed};
use super::entry::{Change, Entry, EntryError, EntryKey};
use super::object::{Kind, Object, ObjectId, ObjectKey, PoolName};
use super::record::{ServingRecord, StandInState};
use super::settings::Settings;
use super::sign_in::SignIn;
use crate::protocol::Document;

/// What a pool keeps. It follows the database: a change is applied here when the database has
/// acknowledged it, never before.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Store {
    objects: BTreeMap<ObjectKey, Object>,
    sign_ins: BTreeSet<SignIn>,
    /// The settings; `None` in a database that no pool has used yet.
    settings: Option<Settings>,
    record: ServingRecord,
    partner: Directory,
}

impl Store {
    /// What the documents of a database hold.
    pub(crate) fn of(documents: Vec<Document>) -> Result<Self, EntryError> {
        let mut store = Store::default();
        for document in documents {
            store.apply(Change::Put(Entry::of(document)?));
        }
        Ok(store)
    }

    /// Whether no pool has used the database yet.
    pub(crate) fn is_new(&self) -> bool {
        self.settings.is_none()
    }

    /// Applies a change that the database has acknowledged.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Put(Entry::Object(object)) => {
                self.objects.insert(object.key(), *object);
            }
            Change::Put(Entry::Settings(settings)) => self.settings = Some(settings),
            Change::Put(Entry::Record(record)) => self.record = record,
            Change::Put(Entry::SignIn(sign_in)) => {
                self.sign_ins.insert(sign_in);
            }
            Change::Put(Entry::Partner(directory)) => self.partner = directory,
            Change::Delete(EntryKey::Object(key)) => {
                self.objects.remove(&key);
            }
            Change::Delete(EntryKey::SignIn(sign_in)) => {
                self.sign_ins.remove(&sign_in);
            }
        }
    }

    /// The serving record, as it is in the database.
    pub(crate) fn record(&self) -> ServingRecord {
        self.record
    }

    /// The partner's directory, as it was last seen.
    pub(crate) fn partner(&self) -> &Directory {
        &self.partner
    }

    /// What the pool `here`, which does this for the copies, tells its partner.
    pub(crate) fn directory(&self, here: &PoolName, stand_in: StandInState) -> Directory {
        let own_workflows = self
            .objects_of(Kind::Workflow)
            .filter(|object| object.owner == *here);
        Directory {
            stand_in,
            workflows: own_workflows.map(|object| object.name.clone()).collect(),
            groups: self
                .objects_of(Kind::AgentGroup)
                .filter_map(|object| self.listed(object))
                .collect(),
        }
    }

    fn listed(&self, object: &Object) -> Option<Listed> {
        let group = object.agent_group()?;
        let signed_in = group.agents.iter().filter(|agent| {
            self.is_signed_in(&SignIn {
                owner: object.owner.clone(),
                group: object.name.clone(),
                agent: (*agent).clone(),
            })
        });
        Some(Listed {
            name: object.name.clone(),
            owner: object.owner.clone(),
            participation: group.participation,
            signed_in: signed_in.cloned().collect(),
            agents: group.agents.clone(),
        })
    }

    /// The application-level settings.
    pub(crate) fn settings(&self) -> Settings {
        self.settings.clone().unwrap_or_default()
    }

    /// All objects.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// All objects of a kind.
    pub(crate) fn objects_of(&self, kind: Kind) -> impl Iterator<Item = &Object> {
        let none = |kind| ObjectKey {
            kind,
            owner: PoolName(String::new()),
            id: ObjectId(String::new()),
        };
        self.objects
            .range(none(kind)..)
            .map(|(_, object)| object)
            .take_while(move |object| object.kind() == kind)
    }

    /// The object with this identity.
    pub(crate) fn object(&self, key: &ObjectKey) -> Option<&Object> {
        self.objects.get(key)
    }

    /// The objects of this kind and name. There is at most one of each owner.
    pub(crate) fn named(&self, kind: Kind, name: &str) -> impl Iterator<Item = &Object> {
        self.objects_of(kind)
            .filter(move |object| object.name == name)
    }

    /// The object of this kind and name that belongs to `owner`.
    pub(crate) fn owned(&self, kind: Kind, name: &str, owner: &PoolName) -> Option<&Object> {
        self.named(kind, name).find(|object| object.owner == *owner)
    }

    /// The object of this kind and name that belongs to `owner`; else that of any owner, for
    /// objects that were renamed apart.
    pub(crate) fn referred(&self, kind: Kind, name: &str, owner: &PoolName) -> Option<&Object> {
        self.owned(kind, name, owner)
            .or_else(|| self.named(kind, name).next())
    }

    /// Whether an agent is signed in by hand.
    pub(crate) fn is_signed_in(&self, sign_in: &SignIn) -> bool {
        self.sign_ins.contains(sign_in)
    }

    /// The sign-ins that an agent may have, to groups of whichever owner.
    pub(crate) fn formal_groups_of(&self, agent: &str) -> impl Iterator<Item = SignIn> {
        let groups = self.objects_of(Kind::AgentGroup);
        groups.filter_map(move |object| {
            let group = object.agent_group()?;
            let may = group.participation == Participation::Formal
                && group.agents.iter().any(|member| member == agent);
            may.then(|| SignIn {
                owner: object.owner.clone(),
                group: object.name.clone(),
                agent: agent.to_owned(),
            })
        })
    }

    /// The changes that sign all agents out of the groups of `owner`.
    pub(crate) fn sign_outs_of(&self, owner: &PoolName) -> impl Iterator<Item = Change> {
        let of_owner = self
            .sign_ins
            .iter()
            .filter(move |sign_in| sign_in.owner == *owner);
        of_owner.map(|sign_in| Change::Delete(EntryKey::SignIn(sign_in.clone())))
    }

    /// The changes that sign all agents out of the groups that are not `owner`'s.
    pub(crate) fn sign_outs_of_copies(&self, owner: &PoolName) -> impl Iterator<Item = Change> {
        let of_copies = self
            .sign_ins
            .iter()
            .filter(move |sign_in| sign_in.owner != *owner);
        of_copies.map(|sign_in| Change::Delete(EntryKey::SignIn(sign_in.clone())))
    }

    /// The changes that remove an object, and with an agent group its sign-ins.
    pub(crate) fn removal(&self, object: &Object) -> Vec<Change> {
        let mut changes = vec![Change::Delete(EntryKey::Object(object.key()))];
        if object.kind() == Kind::AgentGroup {
            let of_group = self
                .sign_ins
                .iter()
                .filter(|sign_in| sign_in.group == object.name && sign_in.owner == object.owner);
            changes
                .extend(of_group.map(|sign_in| Change::Delete(EntryKey::SignIn(sign_in.clone()))));
        }
        changes
    }
}
