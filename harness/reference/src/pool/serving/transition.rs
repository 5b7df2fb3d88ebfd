//! How the serving record changes: each update is judged against the record that it finds, made
//! durable, and only then announced, acted upon and confirmed.

use super::job::Kind;
use super::state::Serving;
use super::update::{FailbackRequest, FailbackStep, Update};
use crate::mutant::Mutant;
use crate::pool::turn::Turn;
use crate::store::record::{Epoch, ServingRecord};
use crate::web::reply::{self, Refusal};

impl Serving {
    /// The record that an update leads to, or why it is refused.
    pub(in crate::pool) fn updated(&self, update: &Update) -> Result<ServingRecord, Refusal> {
        let record = match update {
            Update::BeginFailover(_) => self.record.begin_failover(self.partner.epoch()),
            Update::CompleteFailover(_) => self.record.complete_failover(),
            Update::BeginFailback(job) => self.record.begin_failback(self.jobs.epoch(*job)),
            Update::CompleteFailback(_) => self.record.complete_failback(),
            Update::Step(FailbackRequest { step, epoch }, _) => match step {
                FailbackStep::TakeCalls => self.record.take_calls(*epoch),
                FailbackStep::Open if self.never_opens(*epoch) => Ok(self.record),
                FailbackStep::Open => self.record.open(*epoch),
            },
        };
        record.map_err(|error| Refusal::conflict(error.to_string()))
    }

    /// Whether a failback of this epoch opens nothing, as only mutants have it.
    fn never_opens(&self, epoch: Epoch) -> bool {
        self.config.has(Mutant::FailbackNeverOpens)
            || (self.config.has(Mutant::SecondFailbackNeverOpens) && epoch.is_repeated())
    }

    /// An update is durable: whoever runs the pool is told.
    pub(in crate::pool) fn announce(&self, turn: &mut Turn<'_>, update: &Update) {
        turn.log(update.announcement());
    }

    /// An update has taken effect: whoever asked for it is told.
    pub(in crate::pool) fn confirm(&mut self, turn: &mut Turn<'_>, update: Update) {
        match update {
            Update::BeginFailover(job) | Update::BeginFailback(job) => self.jobs.begin(turn, job),
            Update::CompleteFailover(job) => self.jobs.complete(turn, job, "standing-in"),
            Update::CompleteFailback(job) => self.jobs.complete(turn, job, "none"),
            Update::Step(_, client) => turn.respond(client, reply::done()),
        }
    }

    /// An update is refused, or could not be made durable.
    pub(in crate::pool) fn refuse(&mut self, turn: &mut Turn<'_>, update: Update, why: &Refusal) {
        match update {
            Update::BeginFailover(job)
            | Update::CompleteFailover(job)
            | Update::BeginFailback(job)
            | Update::CompleteFailback(job) => self.jobs.fail(turn, job, why),
            Update::Step(_, client) => turn.respond(client, why.response()),
        }
    }

    /// Goes on with a failover or failback whose wait time has passed: a failover is to be
    /// completed here, for a failback the partner is told to open first.
    pub(in crate::pool) fn complete_due(&mut self, turn: &mut Turn<'_>) -> Option<Update> {
        let (job, kind) = self.jobs.begin_completion(turn.now)?;
        match kind {
            Kind::Failover => Some(Update::CompleteFailover(job)),
            Kind::Failback => {
                let epoch = self.jobs.epoch(job);
                self.ask_for_step(turn, job, FailbackStep::Open, epoch);
                None
            }
        }
    }
}
