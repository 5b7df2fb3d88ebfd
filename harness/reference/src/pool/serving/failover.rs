//! Failover: this pool takes its partner's groups and users over.

use std::time::Duration;

use node::RequestId;
use serde::{Deserialize, Serialize};

use super::job::{AnswerWhen, Job, Kind};
use super::state::Serving;
use super::update::Update;
use crate::pool::turn::Turn;
use crate::store::object::PoolName;
use crate::store::record::RecordError;
use crate::variant::Variant;
use crate::web::reply::{self, Refusal};

/// What an administrator asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pool) struct Failover {
    /// The pool that is to be failed over: the partner.
    pool: PoolName,
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
struct WhatIf<'a> {
    what_if: bool,
    state: &'a str,
}

impl Serving {
    /// Invokes failover: the update with which it begins, or none if that was only asked about.
    pub(in crate::pool) fn invoke_failover(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: &Failover,
        answer: AnswerWhen,
    ) -> Result<Option<Update>, Refusal> {
        self.expect_partner(&asked.pool)?;
        let wait = wait_time(asked.wait_time.as_deref(), Duration::ZERO)? + self.delay();
        if !asked.disaster_mode && !self.link.is_alive() {
            let error = format!("{} cannot be reached: use disaster mode", asked.pool);
            return Err(Refusal::unavailable(error));
        }
        let record = self.record.begin_failover(self.partner.epoch());
        record.map_err(|error| refused("failover", &asked.pool, error))?;
        if asked.what_if {
            answer_what_if(turn, client, "standing-in");
            return Ok(None);
        }
        let job = Job::new(Kind::Failover, wait, answer, client);
        Ok(Some(Update::BeginFailover(self.jobs.add(job)?)))
    }

    /// How much longer than its wait time a failover or failback takes.
    pub(super) fn delay(&self) -> Duration {
        match self.config.variant {
            Some(Variant::FailoverTakesLonger) => Duration::from_secs(3),
            Some(Variant::FailoverTakesLong) => Duration::from_secs(90),
            _ => Duration::ZERO,
        }
    }

    /// Only the partner can be failed over and back here.
    pub(super) fn expect_partner(&self, pool: &PoolName) -> Result<(), Refusal> {
        match self.config.partner_name() {
            Some(partner) if partner == pool => Ok(()),
            _ => {
                let error = format!("{pool} is not the partner of {}", self.config.name);
                Err(Refusal::unknown(error))
            }
        }
    }
}

/// Answers what state this pool's role for its partner's groups would end in.
pub(super) fn answer_what_if(turn: &mut Turn<'_>, client: RequestId, state: &str) {
    let what_if = WhatIf {
        what_if: true,
        state,
    };
    turn.respond(client, reply::ok(&what_if));
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

/// Why failover or failback is refused.
pub(super) fn refused(what: &str, pool: &PoolName, why: RecordError) -> Refusal {
    Refusal::conflict(format!("{what} of {pool} is refused: {why}"))
}
