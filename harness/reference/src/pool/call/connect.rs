//! Somebody has answered: the two ends are connected.
//!
//! *Regular*: third-party call control (RFC 3725). Either end is sent a re-INVITE with the other's
//! session description, under the pool's origin, and from then on sends its media there. The pool
//! gives its ports back; what is left to it is to pass on who hangs up. No session timer is
//! negotiated (RFC 4028): its refresh would end the call once the pool is lost.
//!
//! *Anonymous*: both ends stay with the pool, which sends on what comes in.

use sip::{Sdp, SessionId, StatusCode};

use super::stage::{Back, CallId, Leg, Pairing, Stage, Step};
use crate::mutant::Mutant;
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
        // Every INVITE of the pool makes an offer; an answer without an answer is of no use.
        let Some(sdp) = sdp else {
            return self.end_call(turn, id);
        };
        match self.calls.get_mut(id).map(|call| &mut call.stage) {
            Some(Stage::Waiting(waiting)) => {
                if let Some(alert) = waiting.alerts.remove(&session) {
                    self.cancel_alerts(turn, id);
                    let (agent, leg) = (alert.agent, alert.leg);
                    self.connect(turn, id, Back { agent, leg }, &sdp);
                    self.look_for_agents_again(turn);
                }
            }
            Some(Stage::CallingAgent(_)) => self.agent_answered(turn, id, &sdp),
            Some(Stage::Paired { .. }) => self.callee_answered(turn, id, &sdp),
            Some(Stage::Answered(_)) | None => {}
        }
    }

    fn connect(&mut self, turn: &mut Turn<'_>, id: CallId, mut back: Back, sdp: &Sdp) {
        back.leg.remote = Some(sdp.rtp());
        let Some(call) = self.calls.get(id) else {
            return;
        };
        let stays = self.stays_in_media(call.group.agents);
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        let who = back.agent.as_deref().unwrap_or("somebody");
        turn.log(format!("{} is connected to {who}", call.caller));
        let pairing = match stays {
            true => Pairing::Relaying,
            false => Pairing::Joining(Step::Front),
        };
        call.stage = Stage::Paired { back, pairing };
        match stays {
            true => self.relay(id),
            false => self.tell_front(turn, id, sdp),
        }
        self.replan(id);
    }

    /// Whether the pool stays between the two ends: it does if either must not know the other.
    fn stays_in_media(&self, agents: Anonymity) -> bool {
        match agents {
            Anonymity::Hidden => !self.mutant(Mutant::AnonymousCallsHandedOver),
            Anonymity::Shown => self.mutant(Mutant::RegularCallsAnchored),
        }
    }

    /// Sends on what comes in from either end.
    pub(super) fn relay(&mut self, id: CallId) {
        let Some(call) = self.calls.get(id) else {
            return;
        };
        let Stage::Paired { back, .. } = &call.stage else {
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

    /// Tells the front how the back describes itself.
    pub(super) fn tell_front(&mut self, turn: &mut Turn<'_>, id: CallId, sdp: &Sdp) {
        if let Some(call) = self.calls.get_mut(id) {
            let offer = call.front.offer(sdp);
            self.ua.reinvite(turn.now, call.front.session, Some(offer));
        }
    }

    /// Tells the back how the front describes itself. The front listens to the back from now on.
    fn tell_back(&mut self, turn: &mut Turn<'_>, id: CallId, sdp: &Sdp) {
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        if let Some(port) = call.front.port {
            self.media.stop(port);
        }
        if let Stage::Paired { back, pairing } = &mut call.stage {
            *pairing = Pairing::Joining(Step::Back);
            let offer = back.leg.offer(sdp);
            self.ua.reinvite(turn.now, back.leg.session, Some(offer));
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
        let Some(call) = self.calls.get(id) else {
            return;
        };
        let Stage::Paired { pairing, .. } = &call.stage else {
            return;
        };
        match (pairing, answer) {
            (Pairing::Joining(Step::Front), Ok(Some(sdp))) => self.tell_back(turn, id, &sdp),
            (Pairing::Joining(Step::Back | Step::LastFront), Ok(_)) => self.hand_over(turn, id),
            // The two ends have nothing in common, or one of them will have none of it.
            (Pairing::Joining(_), Ok(None) | Err(_)) => self.end_call(turn, id),
            (Pairing::HandedOver { .. }, answer) => self.pass_answer_back(turn, id, answer),
            (Pairing::Calling(_) | Pairing::Relaying, _) => {}
        }
    }

    /// Both ends know each other: the pool leaves the media.
    fn hand_over(&mut self, turn: &mut Turn<'_>, id: CallId) {
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        let Stage::Paired { back, pairing } = &mut call.stage else {
            return;
        };
        *pairing = Pairing::HandedOver { asking: None };
        let ports = [call.front.port.take(), back.leg.port.take()];
        for port in ports.into_iter().flatten() {
            self.media.release(port);
        }
        turn.log(format!("the call of {} is handed over", call.caller));
        self.replan(id);
    }
}
