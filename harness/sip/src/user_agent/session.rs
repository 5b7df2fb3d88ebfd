//! A session: a dialog begun by INVITE, and what is being negotiated in it.

use std::net::SocketAddr;

use node::Now;

use crate::authentication::Authentication;
use crate::{Dialog, Headers, Request, Sdp, SipUri};

use super::early::EarlyDialogs;
use super::event::{ClientId, ServerId};
use super::reliable::Unpracked;
use super::sent_invite::InviteKey;
use super::timer::SessionTimer;
use super::unacknowledged::Unacknowledged;

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// We called; there is no final response.
    Calling {
        /// The INVITE.
        client: ClientId,
    },
    /// We called and gave up; there is no final response.
    Cancelling {
        /// The INVITE.
        client: ClientId,
    },
    /// We were called, and have not answered.
    Invited {
        /// The INVITE.
        server: ServerId,
    },
    /// Answered, by us or by the peer.
    Established,
    /// We sent a BYE, which was not answered.
    HangingUp {
        /// The BYE.
        client: ClientId,
    },
}

/// A session begun by INVITE (RFC 3261 §13 to §15).
#[derive(Debug)]
pub struct Session {
    pub(super) state: SessionState,
    pub(super) role: Role,
    pub(super) dialog: Dialog,
    pub(super) remote_sdp: Option<Sdp>,
    pub(super) negotiation: Negotiation,
    /// A re-INVITE that waits until the present negotiation is over.
    pub(super) queued: Option<Reoffer>,
    /// While we are calling: the dialogs with those who have answered provisionally.
    pub(super) early: EarlyDialogs,
    /// The last session description that we sent.
    pub(super) local_sdp: Option<Sdp>,
    /// Whether the peer understands UPDATE.
    pub(super) takes_update: bool,
    /// Our provisional response that waits for its PRACK, and how many there were.
    pub(super) unpracked: Option<Unpracked>,
    pub(super) rseq: u32,
    pub(super) timer: Option<SessionTimer>,
    pub(super) authentication: Option<Authentication>,
}

/// A re-INVITE that is to be sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Reoffer {
    /// Its body: an offer, or none to get one.
    pub(super) sdp: Option<Sdp>,
    /// Headers that it has besides its own, or in the place of those.
    pub(super) headers: Headers,
}

/// Who began the session; the caller owns its Call-ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Caller,
    Callee,
}

/// What is being negotiated in an established session. There is one INVITE at a time, in either
/// direction (RFC 3261 §14).
#[derive(Debug)]
pub(super) enum Negotiation {
    Idle,
    /// Our re-INVITE has no final response.
    Offering {
        client: ClientId,
        offer: Reoffer,
    },
    /// A 2xx with an offer waits for our user's answer.
    Acknowledging {
        key: InviteKey,
        offer: Sdp,
    },
    /// Our re-INVITE met the peer's (491): it is sent again at `until` (§14.1).
    BackedOff {
        until: Now,
        offer: Reoffer,
    },
    /// The peer's re-INVITE waits for our user's answer.
    Offered {
        server: ServerId,
    },
    /// Our 2xx waits for the peer's ACK.
    Unacknowledged(Unacknowledged),
}

impl Negotiation {
    /// When something is next due.
    pub(super) fn deadline(&self) -> Option<Now> {
        match self {
            Negotiation::BackedOff { until, .. } => Some(*until),
            Negotiation::Unacknowledged(unacknowledged) => Some(unacknowledged.deadline()),
            _ => None,
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        matches!(self, Negotiation::Idle)
    }
}

impl Session {
    pub(super) fn new(state: SessionState, role: Role, dialog: Dialog) -> Self {
        Session {
            state,
            role,
            dialog,
            remote_sdp: None,
            negotiation: Negotiation::Idle,
            queued: None,
            early: EarlyDialogs::new(),
            local_sdp: None,
            takes_update: false,
            unpracked: None,
            rseq: 0,
            timer: None,
            authentication: None,
        }
    }

    /// When something is next due.
    pub(super) fn deadline(&self) -> Option<Now> {
        let unpracked = self.unpracked.as_ref().map(Unpracked::deadline);
        let timer = self.timer.as_ref().map(SessionTimer::deadline);
        let all = [self.negotiation.deadline(), unpracked, timer];
        all.into_iter().flatten().min()
    }

    /// The dialog that a request of the peer's is in: the session's, or an early one.
    pub(super) fn dialog_of(&mut self, request: &Request) -> &mut Dialog {
        let early = request.from_tag().and_then(|tag| self.early.get_mut(tag));
        match early {
            Some(early) => &mut early.dialog,
            None => &mut self.dialog,
        }
    }

    /// The dialog that a request of ours is in: the session's, or an early one.
    pub(super) fn dialog_of_own(&mut self, request: &Request) -> &mut Dialog {
        let early = request.to_tag().and_then(|tag| self.early.get_mut(tag));
        match early {
            Some(early) => &mut early.dialog,
            None => &mut self.dialog,
        }
    }

    /// The peer's INVITE that has no final response from us.
    pub(super) fn unanswered(&self) -> Option<ServerId> {
        match (self.state, &self.negotiation) {
            (SessionState::Invited { server }, _) => Some(server),
            (_, Negotiation::Offered { server }) => Some(*server),
            _ => None,
        }
    }

    /// The peer has made an offer; what was to be offered again waits.
    pub(super) fn set_offered(&mut self, server: ServerId) {
        let before = std::mem::replace(&mut self.negotiation, Negotiation::Offered { server });
        if let Negotiation::BackedOff { offer, .. } = before {
            self.queued.get_or_insert(offer);
        }
    }

    /// How far the session has come.
    pub fn state(&self) -> SessionState {
        self.state
    }

    /// The Call-ID.
    pub fn call_id(&self) -> &str {
        self.dialog.call_id()
    }

    /// Who we are in this session, if that is a SIP URI.
    pub fn local_uri(&self) -> Option<SipUri> {
        self.dialog.local_uri()
    }

    /// Who the peer is in this session, if that is a SIP URI.
    pub fn remote_uri(&self) -> Option<SipUri> {
        self.dialog.remote_uri()
    }

    /// The last session description that the peer sent.
    pub fn remote_sdp(&self) -> Option<&Sdp> {
        self.remote_sdp.as_ref()
    }

    /// Where our requests in this session go next.
    pub fn peer(&self) -> SocketAddr {
        self.dialog.next_hop()
    }

    /// The dialog; while we are calling and nobody has answered, our half of it.
    pub fn dialog(&self) -> &Dialog {
        &self.dialog
    }
}
