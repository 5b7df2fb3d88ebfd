//! The two legs of a call, of which the pool is the middle: a back-to-back user agent (RFC 3261
//! section 6).

use std::net::SocketAddr;

use node::Now;
use rand::Rng;
use sip::{Direction, Sdp, SessionId};

use super::context::Context;
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::store::record::StandInState;

/// One of the two sessions of a call.
#[derive(Debug)]
pub(super) struct CallLeg {
    pub(super) session: SessionId,
    /// The pool's port for this leg's media, while the pool is in its path.
    pub(super) port: Option<u16>,
    /// Where the other end takes media.
    pub(super) remote: Option<SocketAddr>,
    /// In which direction the other end has media.
    pub(super) direction: Direction,
    /// What its end was last told of where the other end takes media, and in which direction it has some.
    told: Option<(SocketAddr, Direction)>,
    /// When its telephone was last asked whether it is there.
    pub(super) asked: Option<Now>,
    pub(super) origin: Origin,
}

/// The local side of a session that there may not be yet: what a session description needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct LocalMedia {
    pub(super) port: u16,
    pub(super) origin: Origin,
}

/// What the `o=` line says of all session descriptions that the pool sends to one party (RFC 8866
/// section 5.2).
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) session: u64,
    pub(super) version: u64,
    /// By how much the next description's version is higher: 0 with a mutant only.
    step: u64,
}

impl LocalMedia {
    /// The end of this session.
    pub(super) const fn of(self, session: SessionId) -> CallLeg {
        CallLeg::new(session, Some(self.port), self.origin)
    }
}

impl CallLeg {
    /// A leg whose end has not described itself yet.
    pub(super) const fn new(session: SessionId, port: Option<u16>, origin: Origin) -> CallLeg {
        CallLeg {
            session,
            port,
            remote: None,
            direction: Direction::SendRecv,
            told: None,
            asked: None,
            origin,
        }
    }

    /// The leg whose end was called with an offer that passes on how another end describes itself.
    pub(super) fn called_for(session: SessionId, origin: Origin, other_end: &Sdp) -> CallLeg {
        let mut leg = CallLeg::new(session, None, origin);
        leg.told = Some(media_of(other_end));
        leg
    }

    /// Whether its end was told that the other end describes itself so, and nothing else since.
    pub(super) fn knows(&self, other_end: &Sdp) -> bool {
        self.told == Some(media_of(other_end))
    }

    /// The other end has described itself.
    pub(super) fn describes(&mut self, sdp: &Sdp) {
        let (remote, direction) = media_of(sdp);
        (self.remote, self.direction) = (Some(remote), direction);
    }

    /// Whether the other end wants to hear nothing: it holds the call, or has no audio (RFC 3264 section 8.4).
    pub(super) fn is_deaf(&self) -> bool {
        matches!(self.direction, Direction::SendOnly | Direction::Inactive)
            || self.remote.is_some_and(|remote| remote.port() == 0)
    }

    /// Whether the other end may be silent for as long as it likes: it holds the call, or is muted.
    pub(super) fn is_on_hold(&self) -> bool {
        self.is_deaf() || self.direction == Direction::RecvOnly
    }

    /// What this leg's end is told of another end's media: that end's description, as if it were
    /// the pool's own (RFC 3725 section 10).
    pub(super) fn offer(&mut self, of_other_end: &Sdp) -> Sdp {
        let origin = self.origin.next();
        self.told = Some(media_of(of_other_end));
        of_other_end.reoriginated(origin.session, origin.version)
    }
}

/// Where an end takes media, and in which direction it has some.
fn media_of(sdp: &Sdp) -> (SocketAddr, Direction) {
    (sdp.rtp(), sdp.direction())
}

impl Origin {
    /// An origin that no other session has. RFC 8866 asks for a number; many a reader takes 63
    /// bits at most.
    pub(super) fn new(cx: &mut Context<'_, '_>, config: &PoolConfig) -> Origin {
        let stands_in = cx.store.record().stand_in.state == StandInState::StandingIn;
        let is_kept = stands_in && config.has(Mutant::StandInKeepsSdpVersions);
        Origin {
            session: cx.turn.rng.next_u64() >> 2,
            version: u64::from(is_kept),
            step: u64::from(!is_kept),
        }
    }

    /// The origin of the next description.
    pub(super) fn next(&mut self) -> Origin {
        self.version += self.step;
        *self
    }
}
