//! One end changes the session: puts the other on hold, moves its media.

use sip::{Direction, Sdp, SessionId, StatusCode};

use super::application::Calls;
use super::call::{CallId, CallState, Pairing, PendingReinvite};
use super::context::{Context, circumstances};
use super::leg::{CallLeg, LocalMedia};
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::variant::Variant;

impl Calls {
    /// An end sends a re-INVITE. If the pool is in the middle of the media, it answers for itself; if it is not,
    /// the other end has to be asked; and while the two are being introduced to each other, it has to wait.
    pub(super) fn reinvited(
        &mut self,
        cx: &mut Context<'_, '_>,
        session: SessionId,
        mut sdp: Option<Sdp>,
    ) {
        let Some(id) = self.table.of_session(session) else {
            let gone = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
            return cx.ua.answer_reinvite(cx.now(), session, Err(gone));
        };
        if self.mishandles_change(cx, (id, session), &mut sdp) {
            return;
        }
        if sdp.is_none() && self.config.varies(Variant::RefusesInvitesWithoutOffer) {
            let refusal = Err(StatusCode::NOT_ACCEPTABLE_HERE);
            return cx.ua.answer_reinvite(cx.now(), session, refusal);
        }
        match self.table.get(id).map(|call| &call.state) {
            Some(CallState::Paired {
                pairing: Pairing::HandedOver { .. },
                ..
            }) => self.pass_offer_on(cx, id, session, sdp),
            Some(CallState::Paired {
                pairing: Pairing::Connecting(_),
                ..
            }) => {
                let pending = Err(StatusCode::REQUEST_PENDING);
                cx.ua.answer_reinvite(cx.now(), session, pending);
            }
            _ => self.answer_for_itself(cx, id, session, sdp),
        }
    }

    fn pass_offer_on(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        session: SessionId,
        sdp: Option<Sdp>,
    ) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        let CallState::Paired {
            b_leg,
            pairing: Pairing::HandedOver { pending_reinvite },
        } = &mut call.state
        else {
            return;
        };
        let other = match session == call.a_leg.session {
            true => &mut b_leg.leg,
            false => &mut call.a_leg,
        };
        if pending_reinvite.is_some() {
            // One change at a time.
            let pending = StatusCode::REQUEST_PENDING;
            return cx.ua.answer_reinvite(cx.now(), session, Err(pending));
        }
        *pending_reinvite = Some(PendingReinvite {
            asked_by: session,
            wants_offer: sdp.is_none(),
        });
        // Without an offer, the other end is asked for one (RFC 3725 section 7).
        let offer = sdp.map(|offer| other.offer(&offer));
        cx.ua.reinvite(cx.now(), other.session, offer);
    }

    /// The other end has answered a change that was passed on to it.
    pub(super) fn pass_answer_back(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        answer: Result<Option<Sdp>, StatusCode>,
    ) {
        let Some(call) = self.table.get_mut(id) else {
            return;
        };
        let CallState::Paired {
            b_leg,
            pairing: Pairing::HandedOver { pending_reinvite },
        } = &mut call.state
        else {
            return;
        };
        let Some(pending) = *pending_reinvite else {
            return;
        };
        let asked = pending.asked_by;
        let leg = match asked == call.a_leg.session {
            true => &mut call.a_leg,
            false => &mut b_leg.leg,
        };
        let answer = answer.and_then(|sdp| sdp.ok_or(StatusCode::NOT_ACCEPTABLE_HERE));
        let answer = answer.map(|sdp| with_direction(&self.config, leg.offer(&sdp)));
        if !pending.wants_offer || answer.is_err() {
            *pending_reinvite = None;
        }
        cx.ua.answer_reinvite(cx.now(), asked, answer);
    }

    /// An end has acknowledged the answer to its change; with an answer of its own if it was made an offer.
    pub(super) fn change_confirmed(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        session: SessionId,
        sdp: Option<Sdp>,
    ) {
        let is_ignored = self.config.has(Mutant::LateAnswersToChangesIgnored);
        match self
            .table
            .get_mut(id)
            .map(|call| (&mut call.a_leg, &mut call.state))
        {
            Some((
                a_leg,
                CallState::Paired {
                    b_leg,
                    pairing: Pairing::HandedOver { pending_reinvite },
                },
            )) => {
                let is_his = |pending: &mut PendingReinvite| pending.asked_by == session;
                if pending_reinvite.take_if(is_his).is_some() {
                    let other = match session == a_leg.session {
                        true => &mut b_leg.leg,
                        false => a_leg,
                    };
                    let answer = sdp.filter(|_| !is_ignored);
                    let answer = answer.map(|sdp| other.offer(&sdp));
                    cx.ua.acknowledge(cx.now(), other.session, answer);
                }
            }
            Some((a_leg, state)) if !is_ignored => {
                if let (Some(sdp), Some(leg)) = (sdp, leg_of(a_leg, state, session)) {
                    redescribes(&self.config, leg, &sdp);
                    self.media_moves(cx, id, session, Some(&sdp));
                }
            }
            _ => {}
        }
    }

    fn answer_for_itself(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        session: SessionId,
        sdp: Option<Sdp>,
    ) {
        let answer = self.own_answer(id, session, sdp.as_ref());
        cx.ua.answer_reinvite(cx.now(), session, answer);
        self.media_moves(cx, id, session, sdp.as_ref());
        self.reschedule(cx, id);
    }

    /// An end takes media elsewhere than before, or none for a while.
    fn media_moves(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        session: SessionId,
        sdp: Option<&Sdp>,
    ) {
        let Some(call) = self.table.get(id) else {
            return;
        };
        if let CallState::Paired {
            pairing: Pairing::Relaying,
            ..
        } = call.state
        {
            self.relay(cx, id);
            return self.play_to_held(cx, id);
        }
        if let Some(sdp) = sdp
            && call.a_leg.session == session
        {
            self.a_leg_takes_media(cx, id, sdp);
        }
    }

    /// Whoever is on hold hears music, if the pool has it that way, also an end that holds the call itself, as with
    /// Asterisk.
    fn play_to_held(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(call) = self.table.get(id) else {
            return;
        };
        let CallState::Paired { b_leg, .. } = &call.state else {
            return;
        };
        let holders_hear = self.config.has(Mutant::HoldersHearMusic);
        if !self.config.varies(Variant::HoldMusic) && !holders_hear {
            return;
        }
        let about = circumstances(&self.config, cx, &call.group, 0);
        let legs = [&call.a_leg, &b_leg.leg];
        for (holder, held) in [(legs[0], legs[1]), (legs[1], legs[0])] {
            let listener = if holders_hear { holder } else { held };
            if holder.is_deaf()
                && let (Some(from), Some(port), Some(to)) =
                    (holder.port, listener.port, listener.remote)
            {
                self.media.hold(from);
                self.media.play_music(cx.turn, (port, to), about);
            }
        }
    }

    fn own_answer(
        &mut self,
        id: CallId,
        session: SessionId,
        sdp: Option<&Sdp>,
    ) -> Result<Sdp, StatusCode> {
        let gone = StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST;
        let call = self.table.get_mut(id).ok_or(gone)?;
        let leg = leg_of(&mut call.a_leg, &mut call.state, session).ok_or(gone)?;
        let mut end = LocalMedia {
            port: leg.port.ok_or(gone)?,
            origin: leg.origin,
        };
        leg.origin.next();
        let is_limited = leg.is_deaf() && self.config.varies(Variant::OffersWhatThereIs);
        if let Some(sdp) = sdp {
            redescribes(&self.config, leg, sdp);
        }
        let answer = self.describe(&mut end, sdp);
        let answer = answer.map(|answer| match sdp {
            None if is_limited => answer.with_direction(Direction::RecvOnly),
            _ => with_direction(&self.config, answer),
        });
        answer.ok_or(StatusCode::NOT_ACCEPTABLE_HERE)
    }
}

/// An end of a call has described itself anew.
fn redescribes(config: &PoolConfig, leg: &mut CallLeg, sdp: &Sdp) {
    match config.mutant {
        Some(Mutant::HeldCallsStaySilent) if leg.is_deaf() => leg.remote = Some(sdp.rtp()),
        Some(Mutant::RelaysToFirstAddress) => leg.direction = sdp.direction(),
        _ => leg.describes(sdp),
    }
}

/// What an end is answered that has asked for a change.
fn with_direction(config: &PoolConfig, answer: Sdp) -> Sdp {
    match config.has(Mutant::HoldsAnsweredAsNone) {
        true => answer.with_direction(Direction::SendRecv),
        false => answer,
    }
}

fn leg_of<'a>(
    a_leg: &'a mut CallLeg,
    state: &'a mut CallState,
    session: SessionId,
) -> Option<&'a mut CallLeg> {
    if a_leg.session == session {
        return Some(a_leg);
    }
    match state {
        CallState::Paired { b_leg, .. } if b_leg.leg.session == session => Some(&mut b_leg.leg),
        _ => None,
    }
}
