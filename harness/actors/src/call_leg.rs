//! A call leg: a call as the actor at one end of it knows it.

use std::net::SocketAddr;

use model::journal::event::Change;
use sip::sdp::{Direction, Formats, Sdp, SdpError};

/// An actor's leg of a call, from placing or alerting to its end.
pub(crate) struct CallLeg {
    /// The call's name in the journal: `<actor>/<number>`.
    pub(crate) name: String,
    /// This end's session in SDP: its id, and the version that was last described.
    session: u64,
    version: u64,
    /// Where the peer receives media, as it last said.
    media: Option<SocketAddr>,
    /// How the peer last described its session.
    described: Option<Sdp>,
    /// Whether this end has put the peer on hold: it wants no media.
    on_hold: bool,
}

/// What a description of the peer has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PeerUpdate {
    /// Where the peer receives media from now on, if that was elsewhere before.
    pub(crate) moved_to: Option<SocketAddr>,
}

impl CallLeg {
    /// A leg whose SDP has the session id `session`.
    pub(crate) fn new(name: String, session: u64) -> CallLeg {
        CallLeg {
            name,
            session,
            version: 0,
            media: None,
            described: None,
            on_hold: false,
        }
    }

    /// The offer that puts the peer on hold.
    pub(crate) fn hold(&mut self, rtp: SocketAddr) -> Sdp {
        self.on_hold = true;
        self.offer(rtp)
    }

    /// The offer that takes the call back, with media at `rtp` from now on.
    pub(crate) fn resume(&mut self, rtp: SocketAddr) -> Sdp {
        self.resumes();
        self.offer(rtp)
    }

    /// The call is on hold no more, whatever the other end offers.
    pub(crate) fn resumes(&mut self) {
        self.on_hold = false;
    }

    /// The answer to an offer of which nothing is taken.
    pub(crate) fn refusal(&mut self, offer: &Sdp) -> Sdp {
        let sdp = offer.refusal(self.session);
        self.next_version(&sdp)
    }

    /// The peer has refused this change.
    pub(crate) fn stays_as_it_was(&mut self, change: Change) {
        self.on_hold = change == Change::Resume;
    }

    /// What this end offers, with media at `rtp`.
    pub(crate) fn offer(&mut self, rtp: SocketAddr) -> Sdp {
        let sdp = Sdp::offer_of(Formats::Telephone, self.session, rtp);
        self.next_version(&sdp)
    }

    /// What this end answers to `offer`, with media at `rtp`.
    ///
    /// # Errors
    ///
    /// If nothing in the offer is acceptable.
    pub(crate) fn answer(&mut self, offer: &Sdp, rtp: SocketAddr) -> Result<Sdp, SdpError> {
        let sdp = offer.answer_of(Formats::Telephone, self.session, rtp)?;
        Ok(self.next_version(&sdp))
    }

    /// What this end answers to an offer within the call, which may take the audio out of it (RFC 3264
    /// section 8.2).
    ///
    /// # Errors
    ///
    /// If there is audio, and nothing of it is acceptable.
    pub(crate) fn answer_change(&mut self, offer: &Sdp, rtp: SocketAddr) -> Result<Sdp, SdpError> {
        if offer.is_without_audio() {
            let sdp = offer.refusal(self.session);
            return Ok(self.next_version(&sdp));
        }
        self.answer(offer, rtp)
    }

    /// Takes the peer's description, and gives what has changed. Nothing where its `o=` line says so,
    /// whatever follows: telephones look no further then (RFC 3264 section 8).
    pub(crate) fn update_peer(&mut self, peer: &Sdp) -> Option<PeerUpdate> {
        if let Some(before) = &self.described
            && peer.repeats(before)
        {
            return None;
        }
        self.described = Some(peer.clone());
        let media = peer.rtp();
        let before = self.media.replace(media);
        Some(PeerUpdate {
            moved_to: before.and_then(|before| (before != media).then_some(media)),
        })
    }

    /// The call goes on in another dialog, whose peer has a session of its own.
    pub(crate) fn change_dialog(&mut self) {
        self.described = None;
    }

    /// Each description of a session has a version above the one before (RFC 3264 section 8). While the
    /// peer is on hold none asks for media.
    fn next_version(&mut self, sdp: &Sdp) -> Sdp {
        self.version += 1;
        let sdp = sdp.reoriginated(self.session, self.version);
        match (self.on_hold, sdp.direction()) {
            (true, Direction::SendRecv) => sdp.with_direction(Direction::SendOnly),
            (true, Direction::RecvOnly) => sdp.with_direction(Direction::Inactive),
            _ => sdp,
        }
    }
}

/// Whether an offer that begins a call has audio that this end can take.
pub(crate) fn is_acceptable(offer: &Sdp) -> bool {
    offer.answer_of(Formats::Telephone, 0, offer.rtp()).is_ok()
}

/// Where media for `peer` is to be sent now: nowhere while it only sends, holds the call or has
/// refused the stream (RFC 3264 sections 6 and 8.4).
pub(crate) fn media_destination(peer: &Sdp) -> Option<SocketAddr> {
    let receives = matches!(peer.direction(), Direction::SendRecv | Direction::RecvOnly);
    Some(peer.rtp()).filter(|rtp| receives && rtp.port() != 0)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn rtp(address: &str) -> SocketAddr {
        address.parse().unwrap()
    }

    #[rstest]
    #[case(Direction::SendRecv, true)]
    #[case(Direction::RecvOnly, true)]
    #[case(Direction::SendOnly, false)]
    #[case(Direction::Inactive, false)]
    fn media_is_sent_to_those_who_receive(#[case] direction: Direction, #[case] receives: bool) {
        let peer = Sdp::offer(1, rtp("198.18.0.1:20000")).with_direction(direction);
        assert_eq!(media_destination(&peer), receives.then(|| peer.rtp()));
    }

    #[rstest]
    #[case("0.0.0.0:20000")]
    #[case("198.18.0.1:0")]
    fn media_is_sent_nowhere_without_address_or_port(#[case] address: &str) {
        assert_eq!(media_destination(&Sdp::offer(1, rtp(address))), None);
    }

    #[test]
    fn only_a_higher_version_changes_anything_and_only_another_address_moves_the_peer() {
        let mut leg = CallLeg::new("alice/1".to_owned(), 1);
        let (first, second) = (rtp("198.18.0.1:20000"), rtp("198.18.0.1:20002"));
        let described = |rtp, version| Sdp::offer(1, rtp).reoriginated(1, version);
        let moved_to = |moved_to| Some(PeerUpdate { moved_to });
        assert_eq!(leg.update_peer(&described(first, 1)), moved_to(None));
        assert_eq!(leg.update_peer(&described(second, 1)), None);
        assert_eq!(leg.update_peer(&described(first, 2)), moved_to(None));
        assert_eq!(
            leg.update_peer(&described(second, 3)),
            moved_to(Some(second))
        );
    }

    #[test]
    fn on_hold_no_description_asks_for_media() {
        let (own, peer) = (rtp("198.18.0.9:16000"), rtp("198.18.0.1:20000"));
        let mut leg = CallLeg::new("alice/1".to_owned(), 7);
        assert_eq!(leg.hold(own).direction(), Direction::SendOnly);
        let offers = [Direction::SendRecv, Direction::SendOnly]
            .map(|direction| Sdp::offer(1, peer).with_direction(direction));
        let answers = offers.map(|offer| leg.answer_change(&offer, own).unwrap().direction());
        assert_eq!(answers, [Direction::SendOnly, Direction::Inactive]);
        assert_eq!(leg.resume(own).direction(), Direction::SendRecv);
    }

    #[test]
    fn a_change_that_is_refused_changes_nothing() {
        let own = rtp("198.18.0.9:16000");
        let mut leg = CallLeg::new("alice/1".to_owned(), 7);
        leg.hold(own);
        leg.stays_as_it_was(Change::Hold);
        assert_eq!(leg.offer(own).direction(), Direction::SendRecv);
        leg.hold(own);
        leg.resume(own);
        leg.stays_as_it_was(Change::Resume);
        assert_eq!(leg.offer(own).direction(), Direction::SendOnly);
    }

    #[test]
    fn each_description_has_a_higher_version() {
        let mut leg = CallLeg::new("alice/1".to_owned(), 7);
        let own = rtp("198.18.0.9:16000");
        let peer = Sdp::offer(1, rtp("198.18.0.1:20000"));
        let described = [leg.offer(own), leg.answer(&peer, own).unwrap()];
        for (sdp, origin) in described.iter().zip(["o=- 7 1 ", "o=- 7 2 "]) {
            let text = String::from_utf8(sdp.to_bytes().to_vec()).unwrap();
            assert!(text.contains(origin), "{text}");
        }
    }
}
