//! Changes that this end asks for in an answered call: it puts the other on hold, and takes the call back
//! (RFC 3264 section 8.4): to receive media where it was, or at another port from then on (section 8.3.1), as a telephone
//! does that has moved to another network meanwhile; with an offer, or with a re-INVITE that asks for one (RFC 3261
//! section 14.1), as exchanges do.

use model::journal::event::{AudioDirection, Change, Event};
use model::programme::Resumption;
use node::{Now, Outputs};
use sip::sdp::Sdp;
use sip::{Direction, SessionId, StatusCode};

use super::Softphone;
use super::calls::EstablishedCall;
use crate::call_leg::CallLeg;

/// What an end of a call wants to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// That the other end sends no media.
    Hold,
    /// That the call on hold goes on.
    Resume(Resumption),
}

impl Softphone {
    /// Asks for a change of the answered call, if there is one. One that still waits for its turn is given up for it: to
    /// the other end it was never there.
    pub(super) fn change(&mut self, now: Now, wanted: Wanted, out: &mut Outputs<Event>) {
        let Some(mut call) = self.established.take() else {
            return;
        };
        if self.user_agent.is_change_waiting(call.session)
            && let Some(given_up) = call.changes.pop_back()
        {
            let pending = Err(StatusCode::REQUEST_PENDING);
            self.changed(now, &mut call, given_up, &pending, out);
        }
        let rtp = match wanted.moves() {
            true => self.media.begin_move(),
            false => self.media.address(),
        };
        let offer = match wanted {
            Wanted::Hold => Some(call.leg.hold(rtp)),
            Wanted::Resume(Resumption::WithoutOffer) => {
                call.leg.resumes();
                None
            }
            Wanted::Resume(_) => Some(call.leg.resume(rtp)),
        };
        call.changes.push_back(wanted);
        out.event(Event::Reinvited {
            call: call.leg.name.clone(),
            change: wanted.change(),
        });
        self.user_agent.reinvite(now, call.session, offer);
        self.established = Some(call);
    }

    /// What came of a change that this end wanted.
    fn changed(
        &mut self,
        now: Now,
        established: &mut EstablishedCall,
        wanted: Wanted,
        answer: &Result<Option<Sdp>, StatusCode>,
        out: &mut Outputs<Event>,
    ) {
        let call = established.leg.name.clone();
        if wanted.moves() {
            self.media.end_move(answer.is_ok());
        }
        if answer.is_err() {
            established.leg.stays_as_it_was(wanted.change());
        }
        let mut audio = answer.as_ref().ok().and_then(Option::as_ref);
        if wanted == Wanted::Resume(Resumption::WithoutOffer)
            && let Some(offer) = audio.take()
        {
            let (session, leg) = (established.session, &mut established.leg);
            if !self.answer_offer(now, (session, leg), offer) {
                leg.stays_as_it_was(wanted.change());
                let code = StatusCode::NOT_ACCEPTABLE_HERE.into_u16();
                return out.event(Event::ReinviteRefused { call, code });
            }
            // What is offered may be what there was on hold; then this end asks for more, unless it wants something
            // else by now.
            if offer.direction() != Direction::SendRecv && established.changes.is_empty() {
                let again = Wanted::Resume(Resumption::InPlace);
                established.changes.push_front(again);
                let offer = established.leg.resume(self.media.address());
                return self.user_agent.reinvite(now, session, Some(offer));
            }
        }
        out.event(match answer {
            Ok(_) => Event::ReinviteAnswered {
                call,
                audio: audio.map(|sdp| audio_direction(sdp.direction())),
            },
            Err(code) => Event::ReinviteRefused {
                call,
                code: code.into_u16(),
            },
        });
    }

    /// Answers the offer that came with a 2xx, in the ACK; whether anything of it is taken.
    pub(super) fn answer_offer(
        &mut self,
        now: Now,
        (session, leg): (SessionId, &mut CallLeg),
        offer: &Sdp,
    ) -> bool {
        let answer = leg.answer_change(offer, self.media.address());
        let is_answered = answer.is_ok();
        let answer = answer.unwrap_or_else(|_| leg.refusal(offer));
        self.user_agent.acknowledge(now, session, Some(answer));
        is_answered
    }

    /// The other end has answered a re-INVITE of this one.
    pub(super) fn reanswered(
        &mut self,
        now: Now,
        session: SessionId,
        answer: Result<Option<Sdp>, StatusCode>,
        out: &mut Outputs<Event>,
    ) {
        let established = self.established.take_if(|call| call.session == session);
        if let Some(mut established) = established {
            if let Some(wanted) = established.changes.pop_front() {
                self.changed(now, &mut established, wanted, &answer, out);
            }
            self.established = Some(established);
        }
        if let Ok(sdp) = answer {
            self.described(now, session, sdp.as_ref(), out);
        }
    }
}

impl Wanted {
    /// As it is told of.
    const fn change(self) -> Change {
        match self {
            Wanted::Hold => Change::Hold,
            Wanted::Resume(_) => Change::Resume,
        }
    }

    /// Whether this end wants to receive media elsewhere.
    const fn moves(self) -> bool {
        matches!(
            self,
            Wanted::Resume(Resumption::Elsewhere | Resumption::WithoutOffer)
        )
    }
}

const fn audio_direction(direction: Direction) -> AudioDirection {
    match direction {
        Direction::SendRecv => AudioDirection::SendRecv,
        Direction::SendOnly => AudioDirection::SendOnly,
        Direction::RecvOnly => AudioDirection::RecvOnly,
        Direction::Inactive => AudioDirection::Inactive,
    }
}
