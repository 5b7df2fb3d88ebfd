//! A call, and how far it has come.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use node::{Now, RequestId};
use sip::{Sdp, SessionId, SipUri};

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
    Answered(First),
    /// It waits for somebody to take it.
    Waiting(Waiting),
    /// On behalf of a group: the agent, who is the front, is being called.
    CallingAgent(Box<Errand>),
    /// It has a second leg.
    Paired { back: Back, pairing: Pairing },
}

/// How far the two legs of a call have come with each other.
#[derive(Debug)]
pub(super) enum Pairing {
    /// On behalf of a group: the callee, who is the back, is being called.
    Calling(Box<Errand>),
    /// The two ends are being introduced to each other.
    Joining(Step),
    /// The pool sends on what comes in from either end.
    Relaying,
    /// Media flows from end to end. An end whose change of the session has been passed on to the
    /// other waits for the answer.
    HandedOver { asking: Option<SessionId> },
}

/// What is done first with a call that has been answered.
#[derive(Clone, Debug)]
pub(super) enum First {
    /// It waits in its queue.
    Queue(String),
    /// It is not to wait.
    Act(crate::store::action::Action),
}

/// A call that waits for somebody to take it.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The queue; none if it is being transferred to somebody who is no agent.
    pub(super) queue: Option<ObjectKey>,
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
    /// The agent whom the call keeps busy, on whichever leg.
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
#[derive(Clone, Debug)]
pub(super) struct Errand {
    pub(super) agent: String,
    pub(super) callee: Hop,
    /// The callee's address, as it is shown.
    pub(super) shown: SipUri,
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

impl Leg {
    /// What this leg's end is told of another end's media: that end's description, as if it were
    /// the pool's own (RFC 3725 section 10).
    pub(super) fn offer(&mut self, of_other_end: &Sdp) -> Sdp {
        let origin = self.origin.next();
        of_other_end.reoriginated(origin.session, origin.version)
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
            Stage::Answered(_) | Stage::CallingAgent(_) => Vec::new(),
            Stage::Waiting(waiting) => waiting.alerts.values().map(|alert| &alert.leg).collect(),
            Stage::Paired { back, .. } => vec![&back.leg],
        }
    }

    /// Whether the call keeps an agent busy.
    pub(super) fn occupies(&self, agent: &str) -> bool {
        match self {
            Stage::Answered(_) => false,
            Stage::Waiting(waiting) => waiting.is_asking(agent),
            Stage::CallingAgent(errand) => errand.agent == agent,
            Stage::Paired { back, .. } => back.agent.as_deref() == Some(agent),
        }
    }

    /// Whether the call goes on without the pool.
    pub(super) const fn is_handed_over(&self) -> bool {
        matches!(
            self,
            Stage::Paired {
                pairing: Pairing::HandedOver { .. },
                ..
            }
        )
    }

    /// Whether the call is connected to nobody yet.
    pub(super) const fn is_in_progress(&self) -> bool {
        !matches!(
            self,
            Stage::Paired {
                pairing: Pairing::HandedOver { .. } | Pairing::Relaying,
                ..
            }
        )
    }
}

impl Waiting {
    /// Waiting that begins now.
    pub(super) fn new(queue: Option<ObjectKey>, now: Now) -> Self {
        Waiting {
            queue,
            since: now,
            alerts: BTreeMap::new(),
            tried: BTreeSet::new(),
            aside: BTreeMap::new(),
            look: None,
        }
    }

    /// Whether an agent is being asked.
    pub(super) fn is_asking(&self, agent: &str) -> bool {
        let mut asked = self.alerts.values();
        asked.any(|alert| alert.agent.as_deref() == Some(agent))
    }
}
