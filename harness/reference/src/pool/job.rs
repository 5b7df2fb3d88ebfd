//! Jobs: failover and failback take their time, and an administrator may wait or come back.

use std::collections::BTreeMap;

use node::{Now, RequestId};
use serde::Serialize;

use super::core::Core;
use super::turn::Turn;
use crate::store::record::Epoch;
use crate::web::reply::{self, Refusal};

/// A job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct JobId(pub(super) u64);

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    FailOver,
    FailBack,
}

/// How an administrator wants to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// When it is complete.
    WhenDone,
    /// At once, and asks later.
    WhenBegun,
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It is being begun.
    Beginning,
    /// It is under way until then.
    Waiting(Now),
    /// It is being completed.
    Completing,
    Done,
    Failed,
}

/// A failover or a failback.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) kind: Kind,
    pub(super) wait: std::time::Duration,
    pub(super) answer: Answer,
    pub(super) progress: Progress,
    /// The epoch of a failback.
    pub(super) epoch: Epoch,
    /// Who waits for an answer.
    client: Option<RequestId>,
    error: Option<String>,
}

/// The jobs that were begun since the pool started.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    last: u64,
    jobs: BTreeMap<JobId, Job>,
}

/// What an administrator is told who comes back.
#[derive(Serialize)]
struct Status<'a> {
    done: bool,
    error: Option<&'a str>,
}

/// What an administrator is told who does not wait.
#[derive(Serialize)]
struct Begun {
    job: String,
}

/// What an administrator is told who has waited.
#[derive(Serialize)]
struct Finished<'a> {
    state: &'a str,
}

impl Job {
    pub(super) fn new(
        kind: Kind,
        wait: std::time::Duration,
        answer: Answer,
        client: RequestId,
    ) -> Self {
        Job {
            kind,
            wait,
            answer,
            progress: Progress::Beginning,
            epoch: Epoch::default(),
            client: Some(client),
            error: None,
        }
    }

    fn is_under_way(&self) -> bool {
        !matches!(self.progress, Progress::Done | Progress::Failed)
    }
}

impl Jobs {
    /// Adds a job; refused while another one is under way.
    pub(super) fn add(&mut self, job: Job) -> Result<JobId, Refusal> {
        if self.jobs.values().any(Job::is_under_way) {
            return Err(Refusal::conflict("a failover or failback is under way"));
        }
        self.last += 1;
        let id = JobId(self.last);
        self.jobs.insert(id, job);
        Ok(id)
    }

    pub(super) fn get(&self, id: JobId) -> Option<&Job> {
        self.jobs.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: JobId) -> Option<&mut Job> {
        self.jobs.get_mut(&id)
    }

    /// When the next job is to be completed.
    pub(super) fn deadline(&self) -> Option<Now> {
        let waiting = self.jobs.values().filter_map(|job| match job.progress {
            Progress::Waiting(until) => Some(until),
            _ => None,
        });
        waiting.min()
    }

    fn due(&self, now: Now) -> Option<(JobId, Kind)> {
        self.jobs.iter().find_map(|(id, job)| match job.progress {
            Progress::Waiting(until) if until <= now => Some((*id, job.kind)),
            _ => None,
        })
    }
}

impl Core {
    /// Completes the jobs that have waited long enough.
    pub(super) fn tick_jobs(&mut self, turn: &mut Turn<'_>) {
        while let Some((id, kind)) = self.jobs.due(turn.now) {
            if let Some(job) = self.jobs.get_mut(id) {
                job.progress = Progress::Completing;
            }
            match kind {
                Kind::FailOver => self.complete_fail_over(turn, id),
                Kind::FailBack => self.complete_fail_back(turn, id),
            }
        }
    }

    /// A job has begun: its beginning is durable, and its wait time runs.
    pub(super) fn job_begun(&mut self, turn: &mut Turn<'_>, id: JobId) {
        let Some(job) = self.jobs.get_mut(id) else {
            return;
        };
        job.progress = Progress::Waiting(turn.now + job.wait);
        if job.answer == Answer::WhenBegun
            && let Some(client) = job.client.take()
        {
            let job = id.0.to_string();
            turn.respond(
                client,
                reply::json(http::StatusCode::ACCEPTED, &Begun { job }),
            );
        }
    }

    /// A job is complete.
    pub(super) fn job_done(&mut self, turn: &mut Turn<'_>, id: JobId, state: &str) {
        let Some(job) = self.jobs.get_mut(id) else {
            return;
        };
        job.progress = Progress::Done;
        if let Some(client) = job.client.take() {
            turn.respond(client, reply::ok(&Finished { state }));
        }
    }

    /// A job cannot go on.
    pub(super) fn job_failed(&mut self, turn: &mut Turn<'_>, id: JobId, why: &Refusal) {
        let Some(job) = self.jobs.get_mut(id) else {
            return;
        };
        job.progress = Progress::Failed;
        job.error = Some(why.error.clone());
        if let Some(client) = job.client.take() {
            turn.respond(client, why.response());
        }
        turn.log(why.error.clone());
    }

    /// What has become of a job.
    pub(super) fn job_status(&self, id: &str) -> Result<http::Response<bytes::Bytes>, Refusal> {
        let id = id.parse().ok().map(JobId);
        let Some(job) = id.and_then(|id| self.jobs.get(id)) else {
            return Err(Refusal::unknown("there is no such job"));
        };
        let status = Status {
            done: !job.is_under_way(),
            error: job.error.as_deref(),
        };
        Ok(reply::ok(&status))
    }
}
