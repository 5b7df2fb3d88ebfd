//! A call as the actor at this end knows it.

use std::net::SocketAddr;

use sip::sdp::{Direction, Sdp, SdpError};

/// A call at this end, from placing or alerting to its end.
pub(crate) struct Call {
    /// `<actor>/<number>`.
    pub(crate) name: String,
    /// This end's session in SDP: its id, and the version that was last described.
    session: u64,
    version: u64,
    /// Where the other end wants media, as it last said.
    media: Option<SocketAddr>,
}

impl Call {
    /// A call whose SDP has the session id `session`.
    pub(crate) fn new(name: String, session: u64) -> Call {
        Call {
            name,
            session,
            version: 0,
            media: None,
        }
    }

    /// What this end offers, with media at `rtp`.
    pub(crate) fn offer(&mut self, rtp: SocketAddr) -> Sdp {
        let sdp = Sdp::offer(self.session, rtp);
        self.next_version(&sdp)
    }

    /// What this end answers to `offer`, with media at `rtp`.
    ///
    /// # Errors
    ///
    /// If nothing in the offer is acceptable.
    pub(crate) fn answer(&mut self, offer: &Sdp, rtp: SocketAddr) -> Result<Sdp, SdpError> {
        let sdp = offer.answer(self.session, rtp)?;
        Ok(self.next_version(&sdp))
    }

    /// The other end said where it wants media. That place, if it is another one than before.
    pub(crate) fn moved(&mut self, peer: &Sdp) -> Option<SocketAddr> {
        let before = self.media.replace(peer.rtp());
        self.media
            .filter(|media| before.is_some_and(|before| before != *media))
    }

    /// Each description of a session has a version above the one before (RFC 3264 section 8).
    fn next_version(&mut self, sdp: &Sdp) -> Sdp {
        self.version += 1;
        sdp.reoriginated(self.session, self.version)
    }
}

/// Where `peer` wants media to go now: nowhere while it only sends, holds the call or has refused
/// the stream (RFC 3264 sections 6 and 8.4).
pub(crate) fn wanted_at(peer: &Sdp) -> Option<SocketAddr> {
    let receives = matches!(peer.direction(), Direction::SendRecv | Direction::RecvOnly);
    Some(peer.rtp()).filter(|rtp| receives && rtp.port() != 0)
}
