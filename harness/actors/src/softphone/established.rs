//! The call that is answered: its peer changes the session, or ends it.

use model::journal::event::{EndedBy, Event};
use node::{Now, Outputs};
use sip::sdp::Sdp;
use sip::{SessionId, StatusCode};

use super::Softphone;
use crate::call_leg::{CallLeg, media_destination};

impl Softphone {
    /// The peer described its media.
    pub(super) fn described(
        &mut self,
        now: Now,
        session: SessionId,
        sdp: Option<&Sdp>,
        out: &mut Outputs<Event>,
    ) {
        let (Some(leg), Some(sdp)) = (self.established_leg(session), sdp) else {
            return;
        };
        let Some(update) = leg.update_peer(sdp) else {
            return;
        };
        if let Some(media) = update.moved_to {
            let call = leg.name.clone();
            out.event(Event::Moved { call, media });
        }
        self.media.speak(sdp);
        self.media.send_to(now, media_destination(sdp), out);
    }

    /// A re-INVITE: with an offer, which is answered; or without, then this end offers, and the
    /// answer comes with the ACK.
    pub(super) fn reinvited(
        &mut self,
        now: Now,
        session: SessionId,
        offer: Option<Sdp>,
        out: &mut Outputs<Event>,
    ) {
        let rtp = self.media.address();
        let Some(leg) = self.talking_leg(session) else {
            let gone = Err(StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST);
            return self.user_agent.answer_reinvite(now, session, gone);
        };
        let own = match &offer {
            Some(offer) => leg.answer_change(offer, rtp),
            None => Ok(leg.offer(rtp)),
        };
        let acceptable = own.is_ok();
        let own = own.map_err(|_| StatusCode::NOT_ACCEPTABLE_HERE);
        self.user_agent.answer_reinvite(now, session, own);
        if acceptable {
            self.described(now, session, offer.as_ref(), out);
        }
    }

    pub(super) fn ended(
        &mut self,
        now: Now,
        session: SessionId,
        why: sip::EndedBy,
        out: &mut Outputs<Event>,
    ) {
        let by = match why {
            sip::EndedBy::Bye => EndedBy::Bye,
            sip::EndedBy::NoAck | sip::EndedBy::DialogGone | sip::EndedBy::Expired => {
                EndedBy::Broken
            }
        };
        if self.left_by_referrer(session) {
            return;
        }
        if let Some(call) = self.established.take_if(|call| call.session == session) {
            self.abandon_transfer(now);
            self.close(call.leg, by, out);
        }
    }

    /// The leg of the call in which `session` may change media: the answered one, or one whose callee
    /// has described them early.
    fn talking_leg(&mut self, session: SessionId) -> Option<&mut CallLeg> {
        if self
            .outgoing
            .as_ref()
            .is_some_and(|call| call.session == session)
        {
            return self.outgoing.as_mut().map(|call| &mut call.leg);
        }
        self.established_leg(session)
    }

    /// The leg of the answered call, if that is `session`.
    fn established_leg(&mut self, session: SessionId) -> Option<&mut CallLeg> {
        let call = self.established.as_mut()?;
        (call.session == session).then_some(&mut call.leg)
    }
}
