//! Failover: this pool takes its partner's groups and users over.

use std::time::Duration;

use node::RequestId;
use serde::{Deserialize, Serialize};

use super::core::Core;
use super::job::{Answer, Job, JobId, Kind};
use super::task::{Decision, Task};
use super::turn::Turn;
use crate::store::object::PoolName;
use crate::store::record::RecordError;
use crate::web::reply::{self, Refusal};

/// What an administrator asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailOver {
    /// The pool that is to be failed over: the partner.
    pub(super) pool: PoolName,
    /// Whether the pool is lost. Without it, failover is refused unless the pool is there.
    #[serde(default)]
    disaster_mode: bool,
    /// How long it takes.
    #[serde(default)]
    wait_time: Option<String>,
    /// Whether it is only to be said what would be done.
    #[serde(default)]
    what_if: bool,
}

/// What would be done.
#[derive(Serialize)]
pub(super) struct WhatIf<'a> {
    pub(super) what_if: bool,
    pub(super) state: &'a str,
}

impl Core {
    /// Begins a failover.
    pub(super) fn fail_over(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: &FailOver,
        answer: Answer,
    ) -> Result<(), Refusal> {
        self.expect_partner(&asked.pool)?;
        let wait = wait_time(asked.wait_time.as_deref(), Duration::ZERO)?;
        if !asked.disaster_mode && !self.link.is_alive() {
            let error = format!("{} cannot be reached: use disaster mode", asked.pool);
            return Err(Refusal::unavailable(error));
        }
        let record = self.record.begin_failover(self.known.epoch());
        record.map_err(|error| refused("failover", &asked.pool, error))?;
        if asked.what_if {
            let state = "standing-in";
            turn.respond(
                client,
                reply::ok(&WhatIf {
                    what_if: true,
                    state,
                }),
            );
            return Ok(());
        }
        let job = self
            .jobs
            .add(Job::new(Kind::FailOver, wait, answer, client))?;
        self.enqueue(turn, Task::Decide(Decision::BeginFailover, job));
        Ok(())
    }

    /// The wait time has passed.
    pub(super) fn complete_fail_over(&mut self, turn: &mut Turn<'_>, job: JobId) {
        self.enqueue(turn, Task::Decide(Decision::CompleteFailover, job));
    }

    /// Only the partner can be failed over and back here.
    pub(super) fn expect_partner(&self, pool: &PoolName) -> Result<(), Refusal> {
        match self.config.partner_name() {
            Some(partner) if partner == pool => Ok(()),
            _ => {
                let error = format!("{pool} is not the partner of {}", self.here());
                Err(Refusal::unknown(error))
            }
        }
    }
}

/// The wait time that was asked for, or else `default`.
pub(super) fn wait_time(asked: Option<&str>, default: Duration) -> Result<Duration, Refusal> {
    match asked {
        None => Ok(default),
        Some(text) => {
            crate::duration::parse(text).map_err(|error| Refusal::malformed(error.to_string()))
        }
    }
}

/// Why a decision is refused.
pub(super) fn refused(what: &str, pool: &PoolName, why: RecordError) -> Refusal {
    Refusal::conflict(format!("{what} of {pool} is refused: {why}"))
}
