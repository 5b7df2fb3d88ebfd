//! Somebody has answered: the two ends are connected.
//!
//! *Regular*: third-party call control (RFC 3725). Either end is sent a re-INVITE with the other's
//! session description, under the pool's origin, and from then on sends its media there. The pool
//! gives its ports back; what is left to it is to pass on who hangs up. No session timer is
//! negotiated (RFC 4028): its refresh would end the call once the pool is lost.
//!
//! *Anonymous*: both ends stay with the pool, which sends on what comes in.

use sip::{Sdp, SessionId, StatusCode};

use super::application::Calls;
use super::call::{Alert, BLeg, CallId, CallState, GroupCall, Pairing, ThirdPartyStep, Waiting};
use super::context::{Context, circumstances};
use super::leg::CallLeg;
use crate::mutant::Mutant;
use crate::pool::media::Way;
use crate::store::record::StandInState;
use crate::store::workflow::Anonymity;
use crate::variant::Variant;

impl Calls {
    /// Somebody whom the pool called has answered.
    pub(super) fn answered(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        sdp: Option<Sdp>,
    ) {
        let Some(id) = self.table.of_session(session) else {
            return;
        };
        // Every INVITE of the pool makes an offer; an answer that takes nothing of it is of no use.
        let Some(sdp) = sdp.filter(|sdp| !sdp.is_without_audio() && sdp.voice().is_some()) else {
            return self.answered_wrongly(cx, id, session);
        };
        match self.table.get_mut(id).map(|call| &mut call.state) {
            Some(CallState::Waiting(_)) if self.config.has(Mutant::AnswersIgnored) => {}
            Some(CallState::Waiting(waiting)) => {
                if let Some(alert) = waiting.alerts.remove(&session) {
                    let target = alert.target;
                    if let (Some(group), Some(agent)) = (&target.group, &target.agent) {
                        self.table.last_asked.insert(group.clone(), agent.clone());
                    }
                    if self.drops_answered(id) {
                        cx.ua.hang_up(cx.now(), session);
                        return self.end_call(cx, id);
                    }
                    self.stop_asking_others(cx, id, target.agent.as_deref());
                    let (agent, leg) = (target.agent, alert.leg);
                    let waited = self.waiting_mut(id).map(Waiting::take).map(Box::new);
                    let b_leg = BLeg { agent, leg, waited };
                    self.connect(cx, id, b_leg, &sdp);
                }
            }
            Some(CallState::CallingAgent(_)) => self.agent_answered(cx, id, &sdp),
            Some(CallState::Paired { .. }) => self.callee_answered(cx, id, &sdp),
            Some(CallState::Early { .. } | CallState::Answered(_) | CallState::Greeted { .. })
            | None => {}
        }
    }

    /// Somebody has answered and has nothing to be heard by: that costs an agent the call, and not its
    /// caller, who goes on waiting.
    fn answered_wrongly(&mut self, cx: &mut Context<'_, '_>, id: CallId, session: SessionId) {
        match self.waiting(id) {
            Some(_) => {
                cx.ua.hang_up(cx.now(), session);
                self.alert_failed(cx, session);
                self.reschedule(cx, id);
            }
            None => self.end_call(cx, id),
        }
    }

    /// Whether this is a call to a copy that a mutant ends at the answer.
    fn drops_answered(&self, id: CallId) -> bool {
        let is_copy = |call: &GroupCall| call.group.is_copy(&self.config);
        self.config.has(Mutant::CopiesDropAnsweredCalls) && self.table.get(id).is_some_and(is_copy)
    }

    /// One has answered: the others are not needed.
    fn stop_asking_others(&mut self, cx: &mut Context<'_, '_>, id: CallId, agent: Option<&str>) {
        let (mutant, waiting) = (self.config.mutant, self.waiting_mut(id));
        let is_left = |alert: &Alert| match mutant {
            Some(Mutant::LosersLeftRinging) => true,
            Some(Mutant::OtherTelephonesLeftRinging) => alert.target.agent.as_deref() == agent,
            _ => false,
        };
        let left = waiting.map(|waiting| waiting.alerts.extract_if(.., |_, alert| is_left(alert)));
        for (session, alert) in left.into_iter().flatten().collect::<Vec<_>>() {
            self.leave_ringing(session, alert);
        }
        self.cancel_alerts(cx, id);
    }

    fn connect(&mut self, cx: &mut Context<'_, '_>, id: CallId, mut b_leg: BLeg, sdp: &Sdp) {
        b_leg.leg.describes(sdp);
        let Some(call) = self.table.get(id) else {
            return;
        };
        let stays = !self.hands_over(cx, &call.group)
            || self.anchors(cx, &call.group, b_leg.waited.as_deref());
        let is_anonymous = call.group.agents == Anonymity::Hidden;
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        let who = b_leg.agent.as_deref().unwrap_or("somebody");
        cx.turn
            .log(format!("{} is connected to {who}", call.caller));
        let pairing = match stays {
            true => Pairing::Relaying,
            false => Pairing::Connecting(ThirdPartyStep::OfferToA),
        };
        call.connected = Some(cx.now());
        call.state = CallState::Paired { b_leg, pairing };
        match stays {
            true => self.relay(cx, id),
            false if self.config.varies(Variant::HandsOverWithoutOffer) => self.ask_b_leg(cx, id),
            false => self.offer_to_a_leg(cx, id, sdp),
        }
        if is_anonymous && stays {
            self.disclose(cx, id, sdp);
        }
        self.reschedule(cx, id);
    }

    /// Asks the B leg for an offer, for the A leg to answer (RFC 3725 section 4.3, flow III).
    fn ask_b_leg(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        if let Some(call) = self.table.get_mut(id)
            && let CallState::Paired { b_leg, pairing } = &mut call.state
        {
            *pairing = Pairing::Connecting(ThirdPartyStep::OfferFromB);
            cx.ua.reinvite(cx.now(), b_leg.leg.session, None);
        }
    }

    /// The B leg has made an offer: it is passed to the A leg.
    fn pass_offer_to_a_leg(&mut self, cx: &mut Context<'_, '_>, id: CallId, sdp: &Sdp) {
        if let Some(call) = self.table.get_mut(id)
            && let CallState::Paired { pairing, .. } = &mut call.state
        {
            *pairing = Pairing::Connecting(ThirdPartyStep::AnswerFromA);
        }
        self.offer_to_a_leg(cx, id, sdp);
    }

    /// The A leg has answered the B leg's offer: the B leg is told, and the two know each other.
    fn answer_b_leg(&mut self, cx: &mut Context<'_, '_>, id: CallId, sdp: &Sdp) {
        if let Some(call) = self.table.get_mut(id)
            && let CallState::Paired { b_leg, .. } = &mut call.state
        {
            let answer = b_leg.leg.offer(sdp);
            cx.ua.acknowledge(cx.now(), b_leg.leg.session, Some(answer));
        }
        self.hand_over(cx, id);
    }

    /// Sends on what comes in from either end.
    pub(super) fn relay(&mut self, cx: &Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get(id) else {
            return;
        };
        let CallState::Paired { b_leg, .. } = &call.state else {
            return;
        };
        let calls = self.table.iter().filter(|(other, _)| *other != id);
        let relayed = calls.filter(|(_, call)| call.state.is_relayed()).count();
        let ends = |leg: &CallLeg| Some((leg.port?, leg.remote?));
        let heeds_holds = !self.config.has(Mutant::HoldersGoOnHearing);
        let deaf = [&call.a_leg, &b_leg.leg].map(|leg| heeds_holds && leg.is_deaf());
        if let (Some(a_leg), Some(b_leg)) = (ends(&call.a_leg), ends(&b_leg.leg)) {
            self.media.expect(a_leg.0, a_leg.1);
            self.media.expect(b_leg.0, b_leg.1);
            let about = circumstances(&self.config, cx, &call.group, relayed);
            let is_copy = about.is_copy;
            if !(is_copy && self.config.has(Mutant::CopiesMuteCallers)) {
                let way = (Way::FromCaller, about);
                self.media.relay(a_leg.0, b_leg, way);
            }
            if !(is_copy && self.config.has(Mutant::CopiesMuteAgents)) {
                let way = (Way::FromAgent, about);
                self.media.relay(b_leg.0, a_leg, way);
            }
            for (port, _) in [b_leg.0, a_leg.0]
                .iter()
                .zip(deaf)
                .filter(|(_, deaf)| *deaf)
            {
                self.media.hold(*port);
            }
        }
    }

    /// Tells the A leg how the B leg describes itself.
    pub(super) fn offer_to_a_leg(&mut self, cx: &mut Context<'_, '_>, id: CallId, sdp: &Sdp) {
        if let Some(call) = self.table.get_mut(id) {
            let offer = call.a_leg.offer(sdp);
            cx.ua.reinvite(cx.now(), call.a_leg.session, Some(offer));
        }
    }

    /// Tells the B leg how the A leg describes itself. The A leg listens to the B leg from now on.
    fn offer_to_b_leg(&mut self, cx: &mut Context<'_, '_>, id: CallId, sdp: &Sdp) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        if let Some(port) = call.a_leg.port {
            self.media.stop(port);
        }
        let is_copy = call.group.is_copy(&self.config);
        let stands_in = cx.store.record().stand_in.state == StandInState::StandingIn;
        let callers_only = match self.config.mutant {
            Some(Mutant::CopiesIntroduceCallersOnly) => is_copy,
            Some(Mutant::StandInIntroducesOwnCallersOnly) => !is_copy && stands_in,
            _ => false,
        };
        if callers_only {
            return self.hand_over(cx, id);
        }
        if let CallState::Paired { b_leg, pairing } = &mut call.state {
            *pairing = Pairing::Connecting(ThirdPartyStep::OfferToB);
            let offer = b_leg.leg.offer(sdp);
            cx.ua.reinvite(cx.now(), b_leg.leg.session, Some(offer));
        }
    }

    /// An end has answered a re-INVITE.
    pub(super) fn reanswered(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        answer: Result<Option<Sdp>, StatusCode>,
    ) {
        // It was given up for another one that the pool has asked for since, whose answer is awaited.
        if answer == Err(StatusCode::REQUEST_PENDING) {
            return;
        }
        let Some(id) = self.table.of_session(session) else {
            return;
        };
        let Some(call) = self.table.get(id) else {
            return;
        };
        let is_agents = session != call.a_leg.session && !call.is_on_behalf();
        let (b_leg, pairing) = match (&call.state, answer.as_ref()) {
            (CallState::Paired { b_leg, pairing }, _) => (b_leg, pairing),
            // A caller who has come back to the queue.
            (CallState::Waiting(_), Ok(Some(sdp))) => {
                return self.a_leg_takes_media(cx, id, sdp);
            }
            _ => return,
        };
        match (pairing, answer) {
            (Pairing::Connecting(ThirdPartyStep::OfferToA), Ok(Some(sdp))) => {
                self.offer_to_b_leg(cx, id, &sdp)
            }
            (Pairing::Connecting(ThirdPartyStep::OfferFromB), Ok(Some(sdp))) => {
                self.pass_offer_to_a_leg(cx, id, &sdp)
            }
            (Pairing::Connecting(ThirdPartyStep::AnswerFromA), Ok(Some(sdp))) => {
                self.answer_b_leg(cx, id, &sdp)
            }
            (Pairing::Connecting(ThirdPartyStep::FinalOfferToA), Ok(Some(sdp))) => {
                match b_leg.leg.knows(&sdp) {
                    true => self.hand_over(cx, id),
                    false => self.offer_to_b_leg(cx, id, &sdp),
                }
            }
            (
                Pairing::Connecting(ThirdPartyStep::OfferToB | ThirdPartyStep::FinalOfferToA),
                Ok(_),
            ) => self.hand_over(cx, id),
            (Pairing::Connecting(_), Ok(None) | Err(_)) if is_agents => self.wait_again(cx, id),
            // The two ends have nothing in common, or one of them will have none of it.
            (Pairing::Connecting(_), Ok(None) | Err(_)) => self.end_call(cx, id),
            (Pairing::HandedOver { .. }, answer) => self.pass_answer_back(cx, id, answer),
            (Pairing::Calling(_) | Pairing::Relaying, _) => {}
        }
    }

    /// Both ends know each other: the pool leaves the media.
    fn hand_over(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        let CallState::Paired { b_leg, pairing } = &mut call.state else {
            return;
        };
        *pairing = Pairing::HandedOver {
            pending_reinvite: None,
        };
        let ports = [call.a_leg.port.take(), b_leg.leg.port.take()];
        for port in ports.into_iter().flatten() {
            self.media.release(port);
        }
        cx.turn
            .log(format!("the call of {} is handed over", call.caller));
        self.reschedule(cx, id);
    }
}
