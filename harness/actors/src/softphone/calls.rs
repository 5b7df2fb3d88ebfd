//! What a softphone remembers of its calls.

use std::collections::VecDeque;
use std::net::SocketAddr;

use model::programme::Offers;
use node::Now;
use sip::SessionId;
use sip::sdp::Sdp;

use super::change::Wanted;
use crate::call_leg::CallLeg;
use crate::hops::{Hop, Way};

/// A call that is placed and not answered yet.
pub(super) struct OutgoingCall {
    pub(super) session: SessionId,
    pub(super) leg: CallLeg,
    /// When the hop is given up; never once it has sent a provisional response.
    pub(super) timeout: Option<Now>,
    pub(super) to: String,
    /// Who offers media.
    pub(super) offers: Offers,
    pub(super) hop: Hop,
    /// The hops that are still to be tried.
    pub(super) way: Way,
}

/// A call that came here and is not answered yet.
pub(super) struct IncomingCall {
    pub(super) leg: CallLeg,
    /// When it will be accepted, if it will.
    pub(super) accept: Option<Now>,
    /// When it will be declined, if it will.
    pub(super) decline: Option<Now>,
    /// What the caller offers; absent if it wants an offer from here.
    pub(super) offer: Option<Sdp>,
}

/// Through whom requests go to a registrar's pool.
pub(crate) struct ServiceRoute {
    /// The values of Route.
    pub(crate) values: Vec<String>,
    /// The first of them, if that is a numeric address.
    pub(crate) first: Option<SocketAddr>,
}

/// A call that is answered, from either side.
pub(super) struct EstablishedCall {
    pub(super) session: SessionId,
    pub(super) leg: CallLeg,
    /// What this end has asked for and is not answered yet, in order.
    pub(super) changes: VecDeque<Wanted>,
}

impl EstablishedCall {
    pub(super) fn new(session: SessionId, leg: CallLeg) -> EstablishedCall {
        EstablishedCall {
            session,
            leg,
            changes: VecDeque::new(),
        }
    }
}
