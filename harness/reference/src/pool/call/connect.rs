//! Somebody has answered: the two ends are connected.
//!
//! *Regular*: third-party call control (RFC 3725). Either end is sent a re-INVITE with the other's
//! session description, under the pool's origin, and from then on sends its media there. The pool
//! gives its ports back; what is left to it is to pass on who hangs up. No session timer is
//! negotiated (RFC 4028): its refresh would end the call once the pool is lost.
//!
//! *Anonymous*: both ends stay with the pool, which sends on what comes in.

use sip::{Sdp, SessionId, StatusCode};

use super::stage::{Back, CallId, Leg, Stage, Step};
use crate::pool::core::Core;
use crate::pool::turn::Turn;
use crate::store::workflow::Anonymity;

impl Core {
    /// Somebody whom the pool called has answered.
    pub(in crate::pool) fn answered(
        &mut self,
        turn: &mut Turn<'_>,
        session: SessionId,
        sdp: Option<Sdp>,
    ) {
        let Some(id) = self.calls.of_session(session) else {
            return;
        };
        // All INVITEs of the pool have an offer, so every answer has an answer.
        let Some(sdp) = sdp else {
            return self.leg_lost(turn, session);
        };
        match self.calls.get_mut(id).map(|call| &mut call.stage) {
            Some(Stage::Waiting(waiting)) => {
                let Some(alert) = waiting.alerts.remove(&session) else {
                    return;
                };
                self.cancel_alerts(turn, id);
                let (agent, leg) = (alert.agent, alert.leg);
                self.connect(turn, id, Back { agent, leg }, &sdp);
                self.look_for_agents_again(turn);
            }
            Some(Stage::Transferring(_)) => self.transferred(turn, id, &sdp),
            Some(Stage::CallingAgent { .. }) => self.agent_answered(turn, id, &sdp),
            Some(Stage::CallingCallee { .. }) => self.callee_answered(turn, id, &sdp),
            _ => {}
        }
    }

    fn transferred(&mut self, turn: &mut Turn<'_>, id: CallId, sdp: &Sdp) {
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        // The stage is replaced at once by what comes of connecting.
        let nothing = Stage::Answered {
            first: super::stage::First::Act(Default::default()),
        };
        match std::mem::replace(&mut call.stage, nothing) {
            Stage::Transferring(alert) => {
                let (agent, leg) = (alert.agent, alert.leg);
                self.connect(turn, id, Back { agent, leg }, sdp);
            }
            other => call.stage = other,
        }
    }

    fn connect(&mut self, turn: &mut Turn<'_>, id: CallId, mut back: Back, sdp: &Sdp) {
        back.leg.remote = Some(sdp.rtp());
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        let who = back.agent.as_deref().unwrap_or("somebody");
        turn.log(format!("{} is connected to {who}", call.caller));
        match call.group.agents {
            Anonymity::Shown => {
                let origin = call.front.origin.next();
                let offer = sdp.reoriginated(origin.session, origin.version);
                let front = call.front.session;
                let step = Step::Front;
                call.stage = Stage::Joining { back, step };
                self.ua.reinvite(turn.now, front, Some(offer));
            }
            Anonymity::Hidden => {
                call.stage = Stage::Relaying(back);
                self.relay(id);
            }
        }
        self.replan(id);
    }

    /// Sends on what comes in from either end.
    pub(super) fn relay(&mut self, id: CallId) {
        let Some(call) = self.calls.get(id) else {
            return;
        };
        let Stage::Relaying(back) = &call.stage else {
            return;
        };
        let ends = |leg: &Leg| Some((leg.port?, leg.remote?));
        if let (Some(front), Some(back)) = (ends(&call.front), ends(&back.leg)) {
            self.media.expect(front.0, front.1);
            self.media.expect(back.0, back.1);
            self.media.relay(front.0, back.0, back.1);
            self.media.relay(back.0, front.0, front.1);
        }
    }

    /// An end has answered a re-INVITE.
    pub(in crate::pool) fn reanswered(
        &mut self,
        turn: &mut Turn<'_>,
        session: SessionId,
        answer: Result<Option<Sdp>, StatusCode>,
    ) {
        let Some(id) = self.calls.of_session(session) else {
            return;
        };
        match self.calls.get(id).map(|call| &call.stage) {
            Some(Stage::Joining { step, .. }) => match (*step, answer) {
                (Step::Front, Ok(Some(sdp))) => self.tell_back(turn, id, &sdp),
                (Step::Back | Step::LastFront, Ok(_)) => self.handed_over(turn, id),
                // The two ends have nothing in common, or one of them will have none of it.
                (Step::Front, Ok(None)) | (_, Err(_)) => self.end_call(turn, id),
            },
            Some(Stage::HandedOver { .. }) => self.pass_answer_back(turn, id, answer),
            _ => {}
        }
    }

    /// The front knows the back's description, and has said its own: the back is told.
    fn tell_back(&mut self, turn: &mut Turn<'_>, id: CallId, sdp: &Sdp) {
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        if let Stage::Joining { back, step } = &mut call.stage {
            *step = Step::Back;
            let origin = back.leg.origin.next();
            let offer = sdp.reoriginated(origin.session, origin.version);
            let session = back.leg.session;
            if let Some(port) = call.front.port {
                self.media.stop(port);
            }
            self.ua.reinvite(turn.now, session, Some(offer));
        }
    }

    /// Both ends know each other: the pool leaves the media.
    fn handed_over(&mut self, turn: &mut Turn<'_>, id: CallId) {
        let Some(mut call) = self.calls.remove(id) else {
            return;
        };
        if let Stage::Joining { mut back, .. } = call.stage {
            self.release_leg(&mut call.front);
            self.release_leg(&mut back.leg);
            turn.log(format!("the call of {} is handed over", call.caller));
            let asking = None;
            call.stage = Stage::HandedOver { back, asking };
        }
        self.restore_call(id, call);
        self.replan(id);
    }
}
