//! The serving state, and what other parts may ask it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use node::{Now, RequestId};
use serde::Serialize;

use super::job::{JobId, Jobs};
use super::link::Link;
use super::partner::Partner;
use crate::config::{PartnerConfig, PoolConfig};
use crate::mutant::Mutant;
use crate::pool::storage::Storage;
use crate::store::cache::Store;
use crate::store::directory::Directory;
use crate::store::entry::{Change, Entry};
use crate::store::object::PoolName;
use crate::store::record::{Epoch, OwnerState, ServingRecord, StandInState};
use crate::web::reply::{self, Refusal};

/// What an answer of the partner is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pending {
    /// To learn whether it lives and what its record says.
    Heartbeat,
    /// To have it take calls again.
    AskToTakeCalls(JobId),
    /// To tell it that failback is complete.
    TellToOpen(JobId),
}

/// The serving state of a pool.
#[derive(Debug)]
pub(in crate::pool) struct Serving {
    pub(super) config: Arc<PoolConfig>,
    /// The serving record as it is in force: the database's, or a fence that the database has not
    /// been told of yet.
    pub(super) record: ServingRecord,
    pub(super) link: Link,
    pub(super) partner: Partner,
    pub(super) jobs: Jobs,
    pub(super) pending: BTreeMap<RequestId, Pending>,
    /// Whether a probe of a drill was recognised, as only mutants do.
    pub(super) is_probed: bool,
    /// The record that the pool was started with, for which only mutants care.
    started_with: ServingRecord,
    /// Whether the partner has died before, for which only mutants care.
    pub(super) partner_has_died: bool,
    /// The state of the pool's own groups when a heartbeat was sent last, and since when, for which only mutants care.
    pub(super) seen: (OwnerState, Now),
    /// When that was.
    pub(super) seen_at: Now,
}

/// The serving record, for people.
#[derive(Serialize)]
struct Status<'a> {
    pool: &'a PoolName,
    record: ServingRecord,
    partner_alive: bool,
}

impl Serving {
    pub(in crate::pool) fn new(config: Arc<PoolConfig>) -> Self {
        Serving {
            record: ServingRecord::default(),
            link: Link::new(config.timing),
            partner: Partner::default(),
            jobs: Jobs::default(),
            pending: BTreeMap::new(),
            is_probed: false,
            started_with: ServingRecord::default(),
            partner_has_died: false,
            seen: (OwnerState::default(), Now::ZERO),
            seen_at: Now::ZERO,
            config,
        }
    }

    /// The pool starts: the first heartbeat is due.
    pub(in crate::pool) fn start(&mut self, now: Now) {
        self.link.begin(now);
    }

    /// A probe of a drill was recognised.
    pub(in crate::pool) fn probed(&mut self) {
        self.is_probed = true;
    }

    /// The record that is in force.
    pub(in crate::pool) fn record(&self) -> ServingRecord {
        self.record
    }

    /// Takes the record that the database holds.
    pub(in crate::pool) fn adopt(&mut self, store: &Store) {
        self.record = store.record();
        self.relapse();
    }

    /// The same, for the first time since the pool was started.
    pub(in crate::pool) fn adopt_first(&mut self, store: &Store) {
        self.started_with = store.record();
        self.adopt(store);
    }

    /// A mutant that was started after a failback forgets that this is over, until it is failed over again.
    fn relapse(&mut self) {
        let ServingRecord { owner, stand_in } = self.started_with;
        match self.config.mutant {
            Some(Mutant::RestartFencesAgain)
                if owner.epoch > Epoch::default() && self.record.owner == owner =>
            {
                self.record.owner.state = OwnerState::Fenced;
            }
            Some(Mutant::RestartStandsInAgain)
                if stand_in.epoch > Epoch::default() && self.record.stand_in == stand_in =>
            {
                self.record.stand_in.state = StandInState::StandingIn;
            }
            Some(Mutant::RestartEndsStandIn) if self.record.stand_in == stand_in => {
                self.record.stand_in.state = StandInState::None;
            }
            Some(Mutant::RestartEndsFence)
                if owner.state == OwnerState::Fenced && self.record.owner == owner =>
            {
                self.record.owner.state = OwnerState::Open;
            }
            _ => {}
        }
    }

    /// Whether the pool's own groups are in this state, and have been for so long.
    pub(in crate::pool) fn has_been(&self, state: OwnerState, lasting: Duration) -> bool {
        let (seen, since) = self.seen;
        self.record.owner.state == state && seen == state && self.seen_at.since(since) >= lasting
    }

    /// A heartbeat is sent: how things are is noted.
    pub(super) fn note_state(&mut self, now: Now) {
        let state = self.record.owner.state;
        if self.seen.0 != state {
            self.seen = (state, now);
        }
        self.seen_at = now;
    }

    /// Whether the pool was fenced when it was started.
    pub(super) fn started_fenced(&self) -> bool {
        self.started_with.owner.state == OwnerState::Fenced
    }

    /// Whether the pool answers nobody: it is fenced, or does not know its record.
    pub(in crate::pool) fn is_closed(&self, storage: &Storage) -> bool {
        !storage.is_loaded()
            || self.record.owner.state == OwnerState::Fenced
            || (self.config.has(Mutant::FenceOutlivesFailback) && self.was_superseded())
    }

    /// Writes to the pool's own groups are taken only while it is open.
    pub(in crate::pool) fn expect_open(&self, storage: &Storage) -> Result<(), Refusal> {
        if storage.is_loaded() && self.record.owner.state == OwnerState::Open {
            return Ok(());
        }
        let error = format!("{} does not serve its own groups now", self.config.name);
        Err(Refusal::unavailable(error))
    }

    /// Whether the partner's users are this pool's for now.
    pub(in crate::pool) fn takes_partners_users(&self) -> bool {
        let role = self.record.stand_in;
        let has_stood_in = role.state == StandInState::None && role.epoch > Epoch::default();
        let is_refused =
            role.epoch.is_repeated() && self.config.has(Mutant::SecondStandInTakesNoUsers);
        (role.state.takes_users() && !is_refused)
            || self.config.has(Mutant::PartnersUsersComeEarly)
            || (has_stood_in && self.config.has(Mutant::UsersStayWithPartner))
    }

    /// Whether the partner lives.
    pub(in crate::pool) fn is_partner_alive(&self) -> bool {
        self.link.is_alive()
    }

    /// The partner, if it lives and its own groups' state is known.
    pub(in crate::pool) fn live_partner(&self) -> Option<(&PartnerConfig, OwnerState)> {
        let partner = self.config.partner.as_ref()?;
        let record = self.partner.record?;
        self.link
            .is_alive()
            .then_some((partner, record.owner.state))
    }

    /// The partner's record, as it was last heard.
    pub(in crate::pool) fn partners_record(&self) -> Option<ServingRecord> {
        self.partner.record
    }

    /// The partner's directory, as it was last heard, in this life or an earlier one.
    pub(in crate::pool) fn partners_directory(&self) -> &Directory {
        &self.partner.directory
    }

    /// Whether the partner's directory has a workflow of this name.
    pub(in crate::pool) fn is_partners_workflow(&self, name: &str) -> bool {
        let workflows = &self.partner.directory.workflows;
        workflows.iter().any(|workflow| workflow == name)
    }

    /// This pool's own directory.
    pub(in crate::pool) fn directory(&self, store: &Store) -> Directory {
        store.directory(&self.config.name, self.record.stand_in.state)
    }

    /// Takes the partner's directory of an earlier life, unless the partner has told a newer one.
    pub(in crate::pool) fn recall_partner(&mut self, store: &Store) {
        if self.partner.directory == Directory::default() {
            self.partner.directory = store.partner().clone();
        }
    }

    /// What is known and the database does not have yet: the partner's directory, a fence.
    pub(in crate::pool) fn not_remembered(&self, store: &Store) -> Vec<Change> {
        let mut changes = Vec::new();
        if *store.partner() != self.partner.directory {
            changes.push(Entry::Partner(self.partner.directory.clone()));
        }
        if store.record() != self.record {
            changes.push(Entry::Record(self.record));
        }
        changes.into_iter().map(Change::Put).collect()
    }

    /// Whether an outcome under this number is for the serving state.
    pub(in crate::pool) fn awaits(&self, id: RequestId) -> bool {
        self.pending.contains_key(&id)
    }

    /// When the heartbeat is due, or the partner dies.
    pub(in crate::pool) fn link_deadline(&self) -> Option<Now> {
        self.link.deadline()
    }

    /// When it next wants to do something.
    pub(in crate::pool) fn deadline(&self) -> Option<Now> {
        let deadlines = [self.link.deadline(), self.jobs.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// The serving record, for people.
    pub(in crate::pool) fn status(&self) -> Response<Bytes> {
        reply::ok(&Status {
            pool: &self.config.name,
            record: self.record,
            partner_alive: self.link.is_alive(),
        })
    }

    /// What has become of a job.
    pub(in crate::pool) fn job_status(&self, id: &str) -> Result<Response<Bytes>, Refusal> {
        self.jobs.status(id)
    }
}
