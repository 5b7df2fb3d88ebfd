//! Jobs: failover and failback take their time, and an administrator may wait or come back.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use node::{Now, RequestId};
use serde::Serialize;

use crate::pool::turn::Turn;
use crate::store::record::Epoch;
use crate::web::reply::{self, Refusal};

/// The number of a job, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::pool) struct JobId(u64);

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Failover,
    Failback,
}

/// How an administrator wants to hear of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum AnswerWhen {
    /// When it is complete.
    Done,
    /// At once, and asks later.
    Begun,
}

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
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
    kind: Kind,
    wait: Duration,
    answer: AnswerWhen,
    progress: Progress,
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
    pub(super) fn new(kind: Kind, wait: Duration, answer: AnswerWhen, client: RequestId) -> Self {
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

    /// The epoch of a failback.
    pub(super) fn epoch(&self, id: JobId) -> Epoch {
        self.jobs.get(&id).map(|job| job.epoch).unwrap_or_default()
    }

    /// When the next job is to be completed.
    pub(super) fn deadline(&self) -> Option<Now> {
        let waiting = self.jobs.values().filter_map(|job| match job.progress {
            Progress::Waiting(until) => Some(until),
            _ => None,
        });
        waiting.min()
    }

    /// Begins to complete a job that has waited long enough.
    pub(super) fn begin_completion(&mut self, now: Now) -> Option<(JobId, Kind)> {
        self.jobs
            .iter_mut()
            .find_map(|(id, job)| match job.progress {
                Progress::Waiting(until) if until <= now => {
                    job.progress = Progress::Completing;
                    Some((*id, job.kind))
                }
                _ => None,
            })
    }

    /// A job has begun: its beginning is durable, and its wait time runs.
    pub(super) fn begin(&mut self, turn: &mut Turn<'_>, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        job.progress = Progress::Waiting(turn.now + job.wait);
        if job.answer == AnswerWhen::Begun
            && let Some(client) = job.client.take()
        {
            let job = id.0.to_string();
            turn.respond(client, reply::json(StatusCode::ACCEPTED, &Begun { job }));
        }
    }

    /// A job is complete.
    pub(super) fn complete(&mut self, turn: &mut Turn<'_>, id: JobId, state: &str) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        job.progress = Progress::Done;
        if let Some(client) = job.client.take() {
            turn.respond(client, reply::ok(&Finished { state }));
        }
    }

    /// A job cannot go on.
    pub(super) fn fail(&mut self, turn: &mut Turn<'_>, id: JobId, why: &Refusal) {
        let Some(job) = self.jobs.get_mut(&id) else {
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
    pub(super) fn status(&self, id: &str) -> Result<Response<Bytes>, Refusal> {
        let id = id.parse().ok().map(JobId);
        let Some(job) = id.and_then(|id| self.jobs.get(&id)) else {
            return Err(Refusal::unknown("there is no such job"));
        };
        let status = Status {
            done: !job.is_under_way(),
            error: job.error.as_deref(),
        };
        Ok(reply::ok(&status))
    }
}
