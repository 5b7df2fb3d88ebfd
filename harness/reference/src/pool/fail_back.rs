//! Failback: this pool gives its partner's groups and users back.
//!
//! First the partner agrees to take calls again, in a new epoch; then this pool stops serving the
//! copies; and when the wait time has passed the partner opens for its users, and this pool
//! forgets theirs. If the partner cannot be reached for either step, failback stops there, says
//! so, and can be invoked again.

use bytes::Bytes;
use http::{Method, Response};
use node::RequestId;
use serde::{Deserialize, Serialize};

use super::core::Core;
use super::fail_over::{WhatIf, refused, wait_time};
use super::job::{Answer, Job, JobId, Kind};
use super::requests::{Ask, Outcome, Purpose};
use super::task::{Decision, Task};
use super::turn::Turn;
use crate::mutant::Mutant;
use crate::store::object::PoolName;
use crate::store::record::Epoch;
use crate::web::reply::{self, Refusal};

/// What an administrator asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailBack {
    /// The pool that is to be failed back: the partner.
    pub(super) pool: PoolName,
    /// How long it takes.
    #[serde(default)]
    wait_time: Option<String>,
    /// Whether it is only to be said what would be done.
    #[serde(default)]
    what_if: bool,
}

/// A step that the stand-in asks of the owner.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailbackRequest {
    pub(super) step: FailbackStep,
    pub(super) epoch: Epoch,
}

/// Which step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailbackStep {
    /// To take calls again, and nothing else.
    TakeCalls,
    /// To serve as before.
    Open,
}

impl Core {
    /// Begins a failback: asks the partner to take calls again.
    pub(super) fn fail_back(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: &FailBack,
        answer: Answer,
    ) -> Result<(), Refusal> {
        self.expect_partner(&asked.pool)?;
        let default = self.config.timing.fail_back_wait;
        let wait = wait_time(asked.wait_time.as_deref(), default)?;
        let epoch = self
            .record
            .failback_epoch(self.known.epoch())
            .map_err(|error| refused("failback", &asked.pool, error))?;
        if asked.what_if {
            let state = "none";
            turn.respond(
                client,
                reply::ok(&WhatIf {
                    what_if: true,
                    state,
                }),
            );
            return Ok(());
        }
        let mut job = Job::new(Kind::FailBack, wait, answer, client);
        job.epoch = epoch;
        let id = self.jobs.add(job)?;
        self.ask_step(turn, id, FailbackStep::TakeCalls, epoch);
        Ok(())
    }

    /// The partner has agreed to take calls, or not.
    pub(super) fn asked_to_take_calls(&mut self, turn: &mut Turn<'_>, id: JobId, outcome: Outcome) {
        match self.step_taken(outcome) {
            Ok(()) => self.enqueue(turn, Task::Decide(Decision::BeginFailback, id)),
            Err(why) => self.job_failed(turn, id, &why),
        }
    }

    /// The wait time has passed: the partner is told to open.
    pub(super) fn complete_fail_back(&mut self, turn: &mut Turn<'_>, id: JobId) {
        if let Some(job) = self.jobs.get(id) {
            let epoch = job.epoch;
            self.ask_step(turn, id, FailbackStep::Open, epoch);
        }
    }

    /// The partner has opened, or not.
    pub(super) fn told_to_open(&mut self, turn: &mut Turn<'_>, id: JobId, outcome: Outcome) {
        match self.step_taken(outcome) {
            Ok(()) => self.enqueue(turn, Task::Decide(Decision::CompleteFailback, id)),
            Err(why) => self.job_failed(turn, id, &why),
        }
    }

    /// The partner, which stands in for this pool, asks it to take a step.
    pub(super) fn take_step(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        step: FailbackRequest,
    ) -> Result<(), Refusal> {
        self.enqueue(turn, Task::Step(step, client));
        Ok(())
    }

    /// This pool has taken the step.
    pub(super) fn step_done(
        &mut self,
        turn: &mut Turn<'_>,
        step: FailbackRequest,
        client: RequestId,
    ) {
        match step.step {
            FailbackStep::TakeCalls => {
                turn.log("failback is under way: calls are taken");
                self.bindings.clear();
                if self.mutant(Mutant::FailbackEndsHandedOverCalls) {
                    self.end_handed_over_calls(turn);
                }
            }
            FailbackStep::Open => turn.log("failback is complete: open"),
        }
        turn.respond(client, reply::done());
    }

    fn ask_step(&mut self, turn: &mut Turn<'_>, id: JobId, step: FailbackStep, epoch: Epoch) {
        let Some(to) = self.config.partner.as_ref().map(|partner| partner.http) else {
            return;
        };
        let ask = Ask {
            to,
            method: Method::POST,
            path: "/partner/fail-back",
            body: &FailbackRequest { step, epoch },
            // The partner has to ask its database; that takes as long as it takes.
            timeout: self.config.timing.forward + self.config.timing.database,
        };
        let purpose = match step {
            FailbackStep::TakeCalls => Purpose::AskToTakeCalls(id),
            FailbackStep::Open => Purpose::TellToOpen(id),
        };
        self.ask(turn, purpose, &ask);
    }

    fn step_taken(&self, outcome: Outcome) -> Result<(), Refusal> {
        let partner = self
            .config
            .partner_name()
            .map_or("", |name| name.0.as_str());
        let why = match outcome {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => reply::error_of(&response),
            Err(_) => "it cannot be reached".to_owned(),
        };
        let error = format!("failback stops: {partner} does not take part: {why}");
        Err(Refusal::unavailable(error))
    }

    /// The serving record, for people.
    pub(super) fn status(&self) -> Response<Bytes> {
        #[derive(Serialize)]
        struct Status<'a> {
            pool: &'a PoolName,
            record: crate::store::record::ServingRecord,
            partner_alive: bool,
        }
        reply::ok(&Status {
            pool: self.here(),
            record: self.record,
            partner_alive: self.link.is_alive(),
        })
    }
}
