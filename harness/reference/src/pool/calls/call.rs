//! A call, and how far it has come.

use std::collections::{BTreeMap, BTreeSet};

use node::{Now, RequestId};
use sip::{Sdp, SessionId, SipUri};

use super::alerting::AlertTarget;
use super::leg::CallLeg;
use crate::config::PoolConfig;
use crate::pool::location::{Hop, Through};
use crate::store::object::{ObjectKey, PoolName};
use crate::store::workflow::Anonymity;

/// The number of a call, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::pool) struct CallId(pub(super) u64);

/// A call of a response group.
#[derive(Debug)]
pub(super) struct GroupCall {
    pub(super) group: Group,
    /// Whom agents are shown as the caller: the user part of the address.
    pub(super) caller: String,
    /// The leg that the call began with: the A leg.
    pub(super) a_leg: CallLeg,
    pub(super) state: CallState,
    /// Since when it has had an agent.
    pub(super) connected: Option<Now>,
    /// When it next has something to do.
    pub(super) due: Option<Now>,
}

impl GroupCall {
    /// The pool's port for the media of one of the two ends.
    pub(super) fn port_of(&self, session: SessionId) -> Option<u16> {
        let mut legs = self.state.other_legs().into_iter().chain([&self.a_leg]);
        legs.find(|leg| leg.session == session)?.port
    }
}

/// The group that a call belongs to. It outlives a change of the configuration.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) owner: PoolName,
    pub(super) agents: Anonymity,
}

impl Group {
    /// Whether what this pool has of the group is a copy: another pool owns it.
    pub(super) fn is_copy(&self, config: &PoolConfig) -> bool {
        self.owner != config.name
    }
}

/// How far a call has come.
#[derive(Debug)]
pub(super) enum CallState {
    /// It rings, or has early media, until it is answered, with this description.
    Early {
        first: Treatment,
        answer: Box<Sdp>,
        until: Now,
    },
    /// It was answered, and the caller has not acknowledged that yet.
    Answered(Treatment),
    /// The caller is greeted until then.
    Greeted { first: Treatment, until: Now },
    /// It waits for somebody to take it.
    Waiting(Waiting),
    /// On behalf of a group: the agent, who is the A leg, is being called.
    CallingAgent(Box<PendingOnBehalf>),
    /// It has a second leg.
    Paired { b_leg: BLeg, pairing: Pairing },
}

/// How far the two legs of a call have come with each other.
#[derive(Debug)]
pub(super) enum Pairing {
    /// On behalf of a group: the callee, who is the B leg, is being called.
    Calling(Box<PendingOnBehalf>),
    /// The two ends are being introduced to each other.
    Connecting(ThirdPartyStep),
    /// The pool sends on what comes in from either end.
    Relaying,
    /// Media flows from end to end.
    HandedOver {
        pending_reinvite: Option<PendingReinvite>,
    },
}

/// A change of the session that has been passed on to the other end.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingReinvite {
    /// Who waits for the answer.
    pub(super) asked_by: SessionId,
    /// Whether it asked for an offer, which it answers in its ACK.
    pub(super) wants_offer: bool,
}

/// What is done first with a call that has been answered.
#[derive(Clone, Debug)]
pub(super) enum Treatment {
    /// It waits in its queue.
    Queue(String),
    /// It is not to wait.
    Action(crate::store::action::Action),
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
    /// Who has declined, and is not to be asked before when.
    pub(super) retry_at: BTreeMap<String, Now>,
}

/// Somebody is being asked to take a call.
#[derive(Debug)]
pub(super) struct Alert {
    pub(super) target: AlertTarget,
    pub(super) leg: CallLeg,
    pub(super) through: Through,
    /// Until when something has to be heard of the phone; none once it was.
    pub(super) heard_by: Option<Now>,
}

/// The second leg of a call: the B leg.
#[derive(Debug)]
pub(super) struct BLeg {
    /// The agent whom the call keeps busy, on whichever leg.
    pub(super) agent: Option<String>,
    pub(super) leg: CallLeg,
    /// How the call waited before, to which it goes back if the two ends cannot be introduced to each other.
    pub(super) waited: Option<Box<Waiting>>,
}

/// What is awaited while two ends are being introduced to each other (RFC 3725).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ThirdPartyStep {
    /// The A leg's answer to the B leg's description; then the B leg is told.
    OfferToA,
    /// The B leg's answer to the A leg's description.
    OfferToB,
    /// The B leg's offer, for which it was asked.
    OfferFromB,
    /// The A leg's answer to that offer.
    AnswerFromA,
    /// The A leg's answer; the B leg knows the A leg's description, if that has not changed meanwhile.
    FinalOfferToA,
}

/// A call on behalf of a group that has not come to its callee yet.
#[derive(Clone, Debug)]
pub(super) struct PendingOnBehalf {
    pub(super) agent: String,
    pub(super) callee: Hop,
    /// The callee's address, as it is shown.
    pub(super) shown: SipUri,
    /// Who asked for it, until that is answered.
    pub(super) client: Option<RequestId>,
    pub(super) until: Now,
}

impl CallState {
    /// The legs besides the A leg.
    pub(super) fn other_legs(&self) -> Vec<&CallLeg> {
        match self {
            CallState::Early { .. }
            | CallState::Answered(_)
            | CallState::Greeted { .. }
            | CallState::CallingAgent(_) => Vec::new(),
            CallState::Waiting(waiting) => {
                waiting.alerts.values().map(|alert| &alert.leg).collect()
            }
            CallState::Paired { b_leg, .. } => vec![&b_leg.leg],
        }
    }

    /// Whether the call keeps an agent busy.
    pub(super) fn occupies(&self, agent: &str) -> bool {
        match self {
            CallState::Early { .. } | CallState::Answered(_) | CallState::Greeted { .. } => false,
            CallState::Waiting(waiting) => waiting.is_asking(agent),
            CallState::CallingAgent(pending) => pending.agent == agent,
            CallState::Paired { b_leg, .. } => b_leg.agent.as_deref() == Some(agent),
        }
    }

    /// Whether the call keeps any agent busy.
    pub(super) fn occupies_somebody(&self) -> bool {
        match self {
            CallState::Early { .. } | CallState::Answered(_) | CallState::Greeted { .. } => false,
            CallState::Waiting(waiting) => !waiting.alerts.is_empty(),
            CallState::CallingAgent(_) => true,
            CallState::Paired { b_leg, .. } => b_leg.agent.is_some(),
        }
    }

    /// The agent who has taken the call.
    pub(super) fn agent(&self) -> Option<&str> {
        match self {
            CallState::Paired { b_leg, .. } => b_leg.agent.as_deref(),
            _ => None,
        }
    }

    /// Whether the pool sends on what comes in from either end.
    pub(super) const fn is_relayed(&self) -> bool {
        matches!(
            self,
            CallState::Paired {
                pairing: Pairing::Relaying,
                ..
            }
        )
    }

    /// Whether the call goes on without the pool.
    pub(super) const fn is_handed_over(&self) -> bool {
        matches!(
            self,
            CallState::Paired {
                pairing: Pairing::HandedOver { .. },
                ..
            }
        )
    }

    /// Whether the call waits, and agents are alerted.
    pub(super) fn alerts_somebody(&self) -> bool {
        matches!(self, CallState::Waiting(waiting) if !waiting.alerts.is_empty())
    }

    /// Whether the call is connected to nobody yet.
    pub(super) const fn is_in_progress(&self) -> bool {
        !matches!(
            self,
            CallState::Paired {
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
            retry_at: BTreeMap::new(),
        }
    }

    /// The same waiting, in which nobody is asked.
    pub(super) fn take(&mut self) -> Self {
        Waiting {
            queue: self.queue.clone(),
            since: self.since,
            alerts: BTreeMap::new(),
            tried: std::mem::take(&mut self.tried),
            retry_at: std::mem::take(&mut self.retry_at),
        }
    }

    /// Whether an agent is being asked.
    pub(super) fn is_asking(&self, agent: &str) -> bool {
        let mut asked = self.alerts.values();
        asked.any(|alert| alert.target.agent.as_deref() == Some(agent))
    }
}
