//! Failback: this pool gives its partner's groups and users back.
//!
//! First the partner agrees to take calls again, in a new epoch; then this pool stops serving the
//! copies; and when the wait time has passed the partner opens for its users, and this pool
//! forgets theirs. If the partner cannot be reached for either step, failback stops there, says
//! so, and can be invoked again.

use http::Method;
use node::RequestId;
use serde::Deserialize;

use super::failover::{answer_what_if, refused, wait_time};
use super::job::{AnswerWhen, Job, JobId, Kind};
use super::state::{Pending, Serving};
use super::update::{FailbackRequest, FailbackStep};
use crate::pool::http_client::{HttpRequest, Outcome};
use crate::pool::turn::Turn;
use crate::store::object::PoolName;
use crate::store::record::Epoch;
use crate::web::reply::{self, Refusal};

/// What an administrator asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pool) struct Failback {
    /// The pool that is to be failed back: the partner.
    pool: PoolName,
    /// How long it takes.
    #[serde(default)]
    wait_time: Option<String>,
    /// Whether it is only to be said what would be done.
    #[serde(default)]
    what_if: bool,
}

impl Serving {
    /// Invokes failback: asks the partner to take calls again.
    pub(in crate::pool) fn invoke_failback(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: &Failback,
        answer: AnswerWhen,
    ) -> Result<(), Refusal> {
        self.expect_partner(&asked.pool)?;
        let default = self.config.timing.fail_back_wait;
        let wait = wait_time(asked.wait_time.as_deref(), default)? + self.delay();
        let epoch = self
            .record
            .failback_epoch(self.partner.epoch())
            .map_err(|error| refused("failback", &asked.pool, error))?;
        if asked.what_if {
            answer_what_if(turn, client, "none");
            return Ok(());
        }
        let mut job = Job::new(Kind::Failback, wait, answer, client);
        job.epoch = epoch;
        let id = self.jobs.add(job)?;
        self.ask_for_step(turn, id, FailbackStep::TakeCalls, epoch);
        Ok(())
    }

    /// Whether the partner has taken a step; if not, failback stops.
    pub(super) fn has_taken_step(
        &mut self,
        turn: &mut Turn<'_>,
        id: JobId,
        outcome: Outcome,
    ) -> bool {
        let taken = self.step_taken(outcome);
        if let Err(why) = &taken {
            self.jobs.fail(turn, id, why);
        }
        taken.is_ok()
    }

    pub(super) fn ask_for_step(
        &mut self,
        turn: &mut Turn<'_>,
        id: JobId,
        step: FailbackStep,
        epoch: Epoch,
    ) {
        let Some(to) = self.config.partner.as_ref().map(|partner| partner.http) else {
            return;
        };
        let request = turn.request(&HttpRequest {
            to,
            method: Method::POST,
            path: "/partner/fail-back",
            body: &FailbackRequest { step, epoch },
            // The partner has to ask its database; that takes as long as it takes.
            timeout: self.config.timing.forward + self.config.timing.database,
        });
        let pending = match step {
            FailbackStep::TakeCalls => Pending::AskToTakeCalls(id),
            FailbackStep::Open => Pending::TellToOpen(id),
        };
        self.pending.insert(request, pending);
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
}
