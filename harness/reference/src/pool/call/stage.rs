//! A call, and how far it has come.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use node::{Now, RequestId};
use sip::SessionId;

use crate::pool::reach::{Hop, Through};
use crate::store::object::{ObjectKey, PoolName};
use crate::store::workflow::Anonymity;

/// A call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::pool) struct CallId(pub(super) u64);

/// A call of a response group.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) group: Group,
    /// Whom agents are shown as the caller: the user part of the address.
    pub(super) caller: String,
    /// The leg that the call began with.
    pub(super) front: Leg,
    pub(super) stage: Stage,
    /// When it next has something to do.
    pub(super) due: Option<Now>,
}

/// The group that a call belongs to. It outlives a change of the configuration.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) owner: PoolName,
    pub(super) agents: Anonymity,
}

/// The pool's end of one of a call's two sessions.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) session: SessionId,
    /// The pool's port for this leg's media, while the pool is in its path.
    pub(super) port: Option<u16>,
    /// Where the other end takes media.
    pub(super) remote: Option<SocketAddr>,
    pub(super) origin: Origin,
}

/// The pool's end of a session that there may not be yet: what a session description needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) port: u16,
    pub(super) origin: Origin,
}

/// What the `o=` line says of all session descriptions that the pool sends to one party (RFC 8866
/// section 5.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) session: u64,
    pub(super) version: u64,
}

/// How far a call has come.
#[derive(Debug)]
pub(super) enum Stage {
    /// It was answered, and the caller has not acknowledged that yet.
    Answered { first: First },
    /// It waits in a queue.
    Waiting(Waiting),
    /// It is being transferred to somebody who is no agent.
    Transferring(Alert),
    /// Somebody has answered; the two ends are being introduced to each other.
    Joining { back: Back, step: Step },
    /// The pool relays media.
    Relaying(Back),
    /// Media flows from end to end. `asking`: the end whose change of the session has been
    /// passed on to the other.
    HandedOver {
        back: Back,
        asking: Option<SessionId>,
    },
    /// On behalf of a group: the agent's phone rings.
    CallingAgent { errand: Errand },
    /// On behalf of a group: the agent has answered, the callee's phone is being called.
    CallingCallee { errand: Errand, back: Leg },
}

/// What is done first with a call that has been answered.
#[derive(Clone, Debug)]
pub(super) enum First {
    /// It waits in its queue.
    Queue(String),
    /// It is not to wait.
    Act(crate::store::action::Action),
}

/// A call in a queue.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) queue: ObjectKey,
    pub(super) since: Now,
    /// Who is being asked.
    pub(super) alerts: BTreeMap<SessionId, Alert>,
    /// Who was asked since all were asked.
    pub(super) tried: BTreeSet<String>,
    /// Who is not to be asked before when.
    pub(super) aside: BTreeMap<String, Now>,
    /// When agents are next looked for.
    pub(super) look: Option<Now>,
}

/// Somebody is being asked to take a call.
#[derive(Debug)]
pub(super) struct Alert {
    /// The agent; none if it is no agent.
    pub(super) agent: Option<String>,
    /// The agent group that asks.
    pub(super) group: Option<ObjectKey>,
    pub(super) leg: Leg,
    pub(super) through: Through,
    /// Until when the phone rings.
    pub(super) until: Now,
    /// Until when the phone has to ring; none once it does.
    pub(super) rings_by: Option<Now>,
}

/// The second leg of a call.
#[derive(Debug)]
pub(super) struct Back {
    pub(super) agent: Option<String>,
    pub(super) leg: Leg,
}

/// What is awaited while two ends are being introduced to each other (RFC 3725).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The front's answer to the back's description; then the back is told.
    Front,
    /// The back's answer to the front's description.
    Back,
    /// The front's answer; the back knows the front's description already.
    LastFront,
}

/// A call on behalf of a group that has not come to its callee yet.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) agent: String,
    pub(super) callee: Hop,
    pub(super) callee_name: String,
    /// Who asked for it, until that is answered.
    pub(super) client: Option<RequestId>,
    pub(super) until: Now,
}

impl End {
    /// The end of this session.
    pub(super) const fn of(self, session: SessionId) -> Leg {
        Leg {
            session,
            port: Some(self.port),
            remote: None,
            origin: self.origin,
        }
    }
}

impl Origin {
    /// The origin of the next description.
    pub(super) fn next(&mut self) -> Origin {
        self.version += 1;
        *self
    }
}

impl Stage {
    /// The legs besides the front.
    pub(super) fn other_legs(&self) -> Vec<&Leg> {
        match self {
            Stage::Answered { .. } | Stage::CallingAgent { .. } => Vec::new(),
            Stage::Waiting(waiting) => waiting.alerts.values().map(|alert| &alert.leg).collect(),
            Stage::Transferring(alert) => vec![&alert.leg],
            Stage::Joining { back, .. } | Stage::Relaying(back) => vec![&back.leg],
            Stage::HandedOver { back, .. } => vec![&back.leg],
            Stage::CallingCallee { back, .. } => vec![back],
        }
    }

    /// The agents who are busy with the call.
    pub(super) fn agents(&self) -> Vec<&String> {
        match self {
            Stage::Answered { .. } => Vec::new(),
            Stage::Waiting(waiting) => {
                let alerts = waiting.alerts.values();
                alerts.filter_map(|alert| alert.agent.as_ref()).collect()
            }
            Stage::Transferring(alert) => alert.agent.iter().collect(),
            Stage::Joining { back, .. } | Stage::Relaying(back) => back.agent.iter().collect(),
            Stage::HandedOver { back, .. } => back.agent.iter().collect(),
            Stage::CallingAgent { errand } | Stage::CallingCallee { errand, .. } => {
                vec![&errand.agent]
            }
        }
    }

    /// Whether the call goes on without the pool.
    pub(super) const fn is_handed_over(&self) -> bool {
        matches!(self, Stage::HandedOver { .. })
    }

    /// Whether the call is connected to nobody yet.
    pub(super) const fn is_in_progress(&self) -> bool {
        !matches!(self, Stage::HandedOver { .. } | Stage::Relaying(_))
    }
}
