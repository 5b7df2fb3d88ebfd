//! The changes of the serving record by failover and failback.

use node::RequestId;
use serde::{Deserialize, Serialize};

use super::job::JobId;
use crate::store::record::Epoch;

/// What the stand-in asks of the owner.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::pool) struct FailbackRequest {
    pub(super) step: FailbackStep,
    pub(super) epoch: Epoch,
}

/// The steps that the owner takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailbackStep {
    /// To take calls again, and nothing else.
    TakeCalls,
    /// To serve as before.
    Open,
}

/// A change of the serving record.
#[derive(Clone, Copy, Debug)]
pub(in crate::pool) enum Update {
    BeginFailover(JobId),
    CompleteFailover(JobId),
    BeginFailback(JobId),
    CompleteFailback(JobId),
    /// The partner, which stands in for this pool, gives its groups back.
    Step(FailbackRequest, RequestId),
}

/// What an update means for the other parts of the pool, once it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Effect {
    /// Nothing.
    None,
    /// The pool stands in for its partner.
    StandsIn,
    /// The copies of the partner's groups are served here no more.
    CopiesClose,
    /// The partner's users are the partner's again.
    UsersLeave,
    /// The pool's own groups take calls again, and its users do not come yet.
    CallsOnly,
    /// The pool serves its own groups and users as before.
    Opens,
}

impl Update {
    /// What it means for the other parts of the pool.
    pub(in crate::pool) fn effect(&self) -> Effect {
        match self {
            Update::BeginFailover(_) => Effect::None,
            Update::CompleteFailover(_) => Effect::StandsIn,
            Update::BeginFailback(_) => Effect::CopiesClose,
            Update::CompleteFailback(_) => Effect::UsersLeave,
            Update::Step(request, _) => match request.step {
                FailbackStep::TakeCalls => Effect::CallsOnly,
                FailbackStep::Open => Effect::Opens,
            },
        }
    }

    /// Whether a new epoch of standing in begins, or begins again.
    pub(in crate::pool) const fn begins_anew(&self) -> bool {
        matches!(self, Update::BeginFailover(_))
    }

    /// What is told whoever runs the pool.
    pub(super) fn announcement(&self) -> &'static str {
        match self {
            Update::BeginFailover(_) => "failover is under way",
            Update::CompleteFailover(_) => "failover is complete: standing in",
            Update::BeginFailback(_) => "failback is under way",
            Update::CompleteFailback(_) => "failback is complete",
            Update::Step(request, _) => match request.step {
                FailbackStep::TakeCalls => "failback is under way: calls are taken",
                FailbackStep::Open => "failback is complete: open",
            },
        }
    }
}
