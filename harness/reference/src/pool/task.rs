//! The changes that a pool makes to what it keeps. Each is judged against the state that it
//! finds when its turn comes, made durable, and only then told and acted upon.

use node::RequestId;
use serde::Serialize;

use super::core::Core;
use super::fail_back::{FailbackRequest, FailbackStep};
use super::job::JobId;
use super::sign_in::Batch;
use super::turn::Turn;
use crate::mutant::Mutant;
use crate::store::entry::{Change, Entry};
use crate::store::export::ExportFile;
use crate::store::import::{Destination, Import, ImportError, Touched};
use crate::store::object::{ObjectKey, PoolName};
use crate::store::record::{OwnerState, ServingRecord};
use crate::web::reply::{self, Refusal};

/// A change.
#[derive(Debug)]
pub(super) enum Task {
    /// The deployment is written into an empty database.
    Install,
    /// The database is told what is known already: the partner's directory, a fence.
    Remember,
    /// An administrator has decided.
    Decide(Decision, JobId),
    /// The partner asks for a step of failback.
    Step(FailbackRequest, RequestId),
    /// An agent signs in or out.
    SignIn(Batch),
    /// An administrator describes an object.
    Describe {
        key: ObjectKey,
        description: String,
        client: RequestId,
    },
    /// An administrator imports a file.
    Import {
        import: Box<Import>,
        imported: usize,
        client: RequestId,
    },
    /// What was exported is removed; the answer is the export.
    Remove {
        owner: PoolName,
        file: Box<Option<ExportFile>>,
        client: RequestId,
    },
}

/// What an administrator has decided about this pool's role for its partner's groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    BeginFailover,
    CompleteFailover,
    BeginFailback,
    CompleteFailback,
}

/// What an import answers.
#[derive(Serialize)]
struct Imported {
    imported: usize,
}

/// Why an import is refused: because of the file, or because of what is there already.
fn refused(error: ImportError) -> Refusal {
    let why = error.to_string();
    match error {
        ImportError::File(_) | ImportError::Object(_) | ImportError::Twice { .. } => {
            Refusal::malformed(why)
        }
        ImportError::NameTaken { .. } | ImportError::OwnerMustBeOverwritten { .. } => {
            Refusal::conflict(why)
        }
    }
}

impl Core {
    /// What a task changes, or why it is refused.
    pub(super) fn changes(&mut self, task: &mut Task) -> Result<Vec<Change>, Refusal> {
        match task {
            Task::Install => Ok(self.installation()),
            Task::Remember => Ok(self.unremembered()),
            Task::Decide(decision, job) => {
                let record = self.decided(*decision, *job)?;
                let mut changes = vec![Change::Put(Entry::Record(record))];
                if *decision == Decision::BeginFailover {
                    // Whoever signed in during an earlier failover has to do so again.
                    changes.extend(self.store.sign_outs_of_copies(self.here()));
                }
                Ok(changes)
            }
            Task::Step(step, _) => {
                let record = self.stepped(*step)?;
                Ok(vec![Change::Put(Entry::Record(record))])
            }
            Task::SignIn(batch) => self.sign_in_changes(batch),
            Task::Describe {
                key, description, ..
            } => self.described(key, description),
            Task::Import {
                import, imported, ..
            } => {
                let destination = Destination {
                    store: &self.store,
                    here: &self.config.name,
                    partner: self.config.partner_name(),
                };
                let mut import = import.as_ref().clone();
                import.overwrite_owner |= self.mutant(Mutant::ImportOverwritesOwner);
                let mut plan = import.plan(destination).map_err(refused)?;
                if self.mutant(Mutant::ImportOverwritesEverything) {
                    let removals = self
                        .store
                        .objects()
                        .flat_map(|object| self.store.removal(object));
                    plan.changes.splice(0..0, removals);
                }
                if plan.touches == Touched::Own {
                    self.expect_open()?;
                }
                *imported = plan.imported;
                Ok(plan.changes)
            }
            Task::Remove { owner, file, .. } => {
                self.expect_known(owner, &self.store)?;
                if owner == self.here() {
                    self.expect_open()?;
                }
                **file = Some(ExportFile::of(self.here(), owner, &self.store));
                let owned = self.store.objects().filter(|object| object.owner == *owner);
                Ok(owned
                    .flat_map(|object| self.store.removal(object))
                    .collect())
            }
        }
    }

    /// A task is durable: it takes effect, and whoever asked for it is told.
    pub(super) fn task_done(&mut self, turn: &mut Turn<'_>, task: Task) {
        match task {
            Task::Install => self.become_loaded(turn),
            Task::Remember => {}
            Task::Decide(decision, job) => {
                self.record = self.store.record();
                self.judge_fence(turn);
                self.decision_made(turn, decision, job);
                self.tell_partner(turn);
            }
            Task::Step(step, client) => {
                self.record = self.store.record();
                self.step_done(turn, step, client);
                self.judge_fence(turn);
                self.tell_partner(turn);
            }
            Task::SignIn(batch) => {
                self.signed_in(turn, batch);
                self.tell_partner(turn);
            }
            Task::Describe { client, .. } => turn.respond(client, reply::done()),
            Task::Import {
                imported, client, ..
            } => {
                turn.respond(client, reply::ok(&Imported { imported }));
                self.tell_partner(turn);
            }
            Task::Remove { file, client, .. } => {
                turn.respond(client, reply::ok(&*file));
                self.tell_partner(turn);
            }
        }
    }

    /// A task is refused, or could not be made durable.
    pub(super) fn task_failed(&mut self, turn: &mut Turn<'_>, task: Task, why: &Refusal) {
        match task {
            // Both are tried again with the next heartbeat.
            Task::Install | Task::Remember => {}
            Task::Decide(_, job) => self.job_failed(turn, job, why),
            Task::SignIn(batch) => self.sign_in_refused(turn, batch, why),
            Task::Step(_, client)
            | Task::Describe { client, .. }
            | Task::Import { client, .. }
            | Task::Remove { client, .. } => turn.respond(client, why.response()),
        }
    }

    /// Writes to the pool's own groups are taken only while it is open.
    pub(super) fn expect_open(&self) -> Result<(), Refusal> {
        if self.storage.is_loaded() && self.record.owner.state == OwnerState::Open {
            return Ok(());
        }
        let error = format!("{} does not serve its own groups now", self.here());
        Err(Refusal::unavailable(error))
    }

    fn installation(&mut self) -> Vec<Change> {
        let config = self.config.clone();
        let objects = config
            .deployment
            .objects(&config.name, || self.new_object_id());
        let objects = objects.into_iter().map(Box::new).map(Entry::Object);
        objects
            .chain([
                Entry::Settings(config.deployment.settings.clone()),
                Entry::Record(ServingRecord::default()),
            ])
            .map(Change::Put)
            .collect()
    }

    fn unremembered(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        if *self.store.partner() != self.known.directory {
            changes.push(Entry::Partner(self.known.directory.clone()));
        }
        if self.store.record() != self.record {
            changes.push(Entry::Record(self.record));
        }
        changes.into_iter().map(Change::Put).collect()
    }

    fn decided(&self, decision: Decision, job: JobId) -> Result<ServingRecord, Refusal> {
        let epoch = self.jobs.get(job).map(|job| job.epoch).unwrap_or_default();
        let record = match decision {
            Decision::BeginFailover => self.record.begin_failover(self.known.epoch()),
            Decision::CompleteFailover => self.record.complete_failover(),
            Decision::BeginFailback => self.record.begin_failback(epoch),
            Decision::CompleteFailback => self.record.complete_failback(),
        };
        record.map_err(|error| Refusal::conflict(error.to_string()))
    }

    fn decision_made(&mut self, turn: &mut Turn<'_>, decision: Decision, job: JobId) {
        match decision {
            Decision::BeginFailover => {
                turn.log("failover is under way");
                self.job_begun(turn, job);
            }
            Decision::CompleteFailover => {
                turn.log("failover is complete: standing in");
                self.job_done(turn, job, "standing-in");
            }
            Decision::BeginFailback => {
                turn.log("failback is under way");
                self.end_copies_waiting(turn);
                self.job_begun(turn, job);
            }
            Decision::CompleteFailback => {
                turn.log("failback is complete");
                self.forget_partners_users();
                self.job_done(turn, job, "none");
            }
        }
        self.signal(turn);
    }

    fn stepped(&self, step: FailbackRequest) -> Result<ServingRecord, Refusal> {
        let record = match step.step {
            FailbackStep::TakeCalls => self.record.take_calls(step.epoch),
            FailbackStep::Open if self.mutant(Mutant::FailbackNeverOpens) => Ok(self.record),
            FailbackStep::Open => self.record.open(step.epoch),
        };
        record.map_err(|error| Refusal::conflict(error.to_string()))
    }

    fn described(&self, key: &ObjectKey, description: &str) -> Result<Vec<Change>, Refusal> {
        if key.owner == *self.here() && !self.mutant(Mutant::ClosedPoolTakesChanges) {
            self.expect_open()?;
        }
        let Some(object) = self.store.object(key) else {
            return Err(Refusal::unknown("it has been removed"));
        };
        let mut object = object.clone();
        object.description = description.to_owned();
        Ok(vec![Change::Put(Entry::Object(Box::new(object)))])
    }

    /// The partner's users are to register with the partner again.
    fn forget_partners_users(&mut self) {
        let config = self.config.clone();
        self.bindings.retain(|user| {
            config
                .user(user)
                .is_some_and(|user| user.home == config.name)
        });
    }
}
