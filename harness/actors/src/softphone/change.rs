//! Changes that this end asks for in an answered call: it puts the other on hold, and takes the call back
//! (RFC 3264 section 8.4), to receive media at another port from then on (section 8.3.1), as a telephone does
//! that has moved to another network meanwhile.

use model::journal::event::{AudioDirection, Change, Event};
use node::{Now, Outputs};
use sip::sdp::Sdp;
use sip::{Direction, SessionId, StatusCode};

use super::Softphone;

impl Softphone {
    /// Asks for a change of the answered call, if there is one.
    pub(super) fn change(&mut self, now: Now, change: Change, out: &mut Outputs<Event>) {
        let Some(call) = &mut self.established else {
            return;
        };
        let offer = match change {
            Change::Hold => call.leg.hold(self.media.address()),
            Change::Resume => call.leg.resume(self.media.begin_move()),
        };
        call.changes.push_back(change);
        out.event(Event::Reinvited {
            call: call.leg.name.clone(),
            change,
        });
        self.user_agent.reinvite(now, call.session, Some(offer));
    }

    /// The other end has answered a re-INVITE of this one.
    pub(super) fn reanswered(
        &mut self,
        now: Now,
        session: SessionId,
        answer: Result<Option<Sdp>, StatusCode>,
        out: &mut Outputs<Event>,
    ) {
        let established = self.established.as_mut();
        if let Some(established) = established.filter(|call| call.session == session)
            && let Some(change) = established.changes.pop_front()
        {
            let call = established.leg.name.clone();
            if change == Change::Resume {
                self.media.end_move(answer.is_ok());
            }
            if answer.is_err() {
                established.leg.stays_as_it_was(change);
            }
            out.event(match &answer {
                Ok(sdp) => Event::ReinviteAnswered {
                    call,
                    audio: sdp.as_ref().map(|sdp| audio_direction(sdp.direction())),
                },
                Err(code) => Event::ReinviteRefused {
                    call,
                    code: code.into_u16(),
                },
            });
        }
        if let Ok(sdp) = answer {
            self.described(now, session, sdp.as_ref(), out);
        }
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
