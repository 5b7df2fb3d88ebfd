//! What only mutants do: something happens to the pool, and it lays hands on calls that are to go on as
//! they are; or an end asks for a change of its call, and it makes something else of it.

use std::time::Duration;

use sip::{Direction, Sdp, Session, SessionId, StatusCode};

use super::application::Calls;
use super::call::{CallId, CallState, GroupCall, Pairing, ThirdPartyStep};
use super::context::Context;
use super::leg::CallLeg;
use crate::mutant::Mutant;
use crate::store::record::{Epoch, StandInState};

/// How long after its users have left a pool ends their calls.
const A_MOMENT: Duration = Duration::from_secs(1);

/// What happens to a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Occasion {
    /// It stands in for its partner from now on.
    StandsIn,
    /// Its partner is back.
    PartnerReturns,
    /// It serves its copies no more.
    CopiesClose,
    /// Its partner's users are the partner's again.
    UsersLeave,
    /// It serves its own groups again as before.
    Opens,
}

/// Which calls a mutant ends on an occasion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victims {
    /// Calls to copies that go on without the pool.
    Regular,
    /// Calls to copies that the pool relays.
    Anonymous,
    /// Calls to copies that nobody has taken yet.
    Waiting,
    /// Calls to copies that the pool relays, of which an end is on hold.
    Held,
    /// Calls on behalf of copies.
    OnBehalf,
    /// All calls to copies.
    Copies,
    /// Calls of agents homed in the partner.
    PartnersAgents,
    /// All calls to the pool's own groups.
    Own,
}

impl Victims {
    fn of(mutant: Mutant, occasion: Occasion) -> Option<Self> {
        use Occasion::{CopiesClose, Opens, PartnerReturns, StandsIn, UsersLeave};
        Some(match (mutant, occasion) {
            (Mutant::StandingInEndsRegularCalls, StandsIn)
            | (Mutant::ReturnedPartnerEndsRegularCalls, PartnerReturns)
            | (Mutant::ReturningEndsRegularCalls, CopiesClose)
            | (Mutant::RestEndsRegularCalls, UsersLeave) => Victims::Regular,
            (Mutant::StandingInEndsAnonymousCalls, StandsIn)
            | (Mutant::ReturningEndsAnonymousCalls, CopiesClose)
            | (Mutant::RestEndsAnonymousCalls, UsersLeave) => Victims::Anonymous,
            (Mutant::StandingInEndsWaitingCalls, StandsIn)
            | (Mutant::ReturnedPartnerEndsWaitingCalls, PartnerReturns) => Victims::Waiting,
            (Mutant::StandingInEndsHeldCalls, StandsIn)
            | (Mutant::ReturningEndsHeldCalls, CopiesClose)
            | (Mutant::RestEndsHeldCalls, UsersLeave) => Victims::Held,
            (Mutant::ReturningEndsCallsOnBehalf, CopiesClose)
            | (Mutant::RestEndsCallsOnBehalf, UsersLeave) => Victims::OnBehalf,
            (Mutant::ReturnedPartnerEndsCopiesCalls, PartnerReturns)
            | (Mutant::RestEndsCopiesCalls, UsersLeave) => Victims::Copies,
            (Mutant::LeavingUsersCallsEnded, UsersLeave) => Victims::PartnersAgents,
            (Mutant::StandingInEndsOwnCalls, StandsIn)
            | (Mutant::RestEndsOwnCalls, UsersLeave)
            | (Mutant::OpeningEndsCalls, Opens) => Victims::Own,
            _ => return None,
        })
    }
}

impl Calls {
    /// Something happens to the pool.
    pub(in crate::pool) fn meddle(&mut self, cx: &mut Context<'_, '_>, occasion: Occasion) {
        match occasion {
            // Failback is complete by then, whatever the order of messages.
            Occasion::UsersLeave => self.meddling = Some((cx.now() + A_MOMENT, occasion)),
            _ => self.meddle_now(cx, occasion),
        }
    }

    fn meddle_now(&mut self, cx: &mut Context<'_, '_>, occasion: Occasion) {
        let Some(mutant) = self.config.mutant else {
            return;
        };
        if let Some(victims) = Victims::of(mutant, occasion) {
            let config = self.config.clone();
            let is_copy = |call: &GroupCall| call.group.is_copy(&config);
            let is_partners = |agent: &str| {
                let user = config.user(agent);
                user.is_some_and(|user| user.home != config.name)
            };
            self.end_calls(cx, |call| match victims {
                Victims::Regular => is_copy(call) && call.state.is_handed_over(),
                Victims::Anonymous => is_copy(call) && call.state.is_relayed(),
                Victims::Waiting => is_copy(call) && call.state.is_in_progress(),
                Victims::Held => is_copy(call) && call.state.is_relayed() && is_on_hold(call),
                Victims::OnBehalf => is_copy(call) && call.is_on_behalf(),
                Victims::Copies => is_copy(call),
                Victims::PartnersAgents => call.state.agent().is_some_and(is_partners),
                Victims::Own => !is_copy(call),
            });
        }
        if (mutant, occasion) == (Mutant::StandingInRestartsQueueClock, Occasion::StandsIn) {
            self.restart_queue_clocks(cx);
        }
        if (mutant, occasion) == (Mutant::ReturningForgetsCalls, Occasion::CopiesClose) {
            self.forget_copies_calls();
        }
        if (mutant, occasion)
            == (
                Mutant::ReturnedPartnerHandsCallsOver,
                Occasion::PartnerReturns,
            )
        {
            self.hand_relayed_calls_over(cx);
        }
    }

    /// From time to time.
    pub(in crate::pool) fn meddle_on(&mut self, cx: &mut Context<'_, '_>) {
        let due = self.meddling.take_if(|(due, _)| *due <= cx.now());
        if let Some((_, occasion)) = due {
            self.meddle_now(cx, occasion);
        }
        let stand_in = cx.store.record().stand_in;
        let is_time = match self.config.mutant {
            Some(Mutant::StandingInHandsCallsOver) => stand_in.state == StandInState::StandingIn,
            Some(Mutant::ReturningHandsCallsOver) => stand_in.state == StandInState::Returning,
            Some(Mutant::RestHandsCallsOver) => {
                stand_in.state == StandInState::None && stand_in.epoch > Epoch::default()
            }
            _ => false,
        };
        if is_time {
            self.hand_relayed_calls_over(cx);
        }
    }

    /// An end of a call asks for a change: whether a mutant has dealt with it. Else what it asks for may be
    /// something else now.
    pub(super) fn mishandles_change(
        &mut self,
        cx: &mut Context<'_, '_>,
        (id, session): (CallId, SessionId),
        sdp: &mut Option<Sdp>,
    ) -> bool {
        let (Some(mutant), Some(call)) = (self.config.mutant, self.table.get(id)) else {
            return false;
        };
        let refusal = Err(StatusCode::NOT_ACCEPTABLE_HERE);
        let is_callers = session == call.a_leg.session;
        let Some(offer) = sdp.as_mut() else {
            match mutant {
                Mutant::LongHoldsEndCalls => return self.ends_long_hold(cx, (id, session), false),
                Mutant::ChangesUnanswered => return true,
                Mutant::ChangesRefused | Mutant::ChangesWithoutOfferRefused => {}
                Mutant::AgentsChangesRefused if !is_callers => {}
                _ => return false,
            }
            cx.ua.answer_reinvite(cx.now(), session, refusal);
            return true;
        };
        let is_copy = call.group.is_copy(&self.config);
        let is_hold = offer.direction() != Direction::SendRecv;
        let (regular, anonymous) = (call.state.is_handed_over(), call.state.is_relayed());
        let waits = matches!(call.state, CallState::Waiting(_));
        let on_behalf = call.is_on_behalf();
        let others = call.state.other_legs().into_iter().chain([&call.a_leg]);
        let others: Vec<SessionId> = others.map(|leg| leg.session).collect();
        if is_hold && remembers_hold(mutant, waits) {
            self.table.held_at.insert(session, cx.now());
        }
        if !(regular || anonymous) {
            return self.mishandles_waiting(cx, (id, session), (waits, is_hold));
        }
        let described = |session| cx.ua.session(session).and_then(Session::remote_sdp);
        let before = described(session);
        if mutant == Mutant::LongHoldsEndCalls {
            return self.ends_long_hold(cx, (id, session), is_hold);
        }
        match mutant {
            Mutant::ChangesRefused => {}
            Mutant::AgentsChangesRefused if !is_callers => {}
            Mutant::ChangesUnanswered => return true,
            Mutant::HoldsEndCalls if is_hold => {
                self.end_call(cx, id);
                return true;
            }
            Mutant::HoldsEndCallsOnBehalf if is_hold && on_behalf => {
                self.end_call(cx, id);
                return true;
            }
            Mutant::HoldsEndCopiesAnonymousCalls if is_hold && is_copy && anonymous => {
                self.end_call(cx, id);
                return true;
            }
            Mutant::HoldsNotPassedOn if regular => {
                *offer = offer.clone().with_direction(Direction::SendRecv);
                return false;
            }
            Mutant::ResumptionsInPlaceIgnored | Mutant::ResumptionsWhileHeldIgnored if !is_hold => {
                let holds = |sdp: &Sdp| {
                    matches!(sdp.direction(), Direction::SendOnly | Direction::Inactive)
                };
                let mut others = others.into_iter().filter(|other| *other != session);
                let is_ignored = match mutant {
                    Mutant::ResumptionsWhileHeldIgnored => {
                        others.any(|other| described(other).is_some_and(holds))
                    }
                    _ => before.is_some_and(|before| before.rtp() == offer.rtp()),
                };
                if let Some(before) = before.filter(|_| is_ignored) {
                    *offer = before.clone();
                }
                return false;
            }
            Mutant::NewAddressesNotPassedOn if regular && !is_hold => {
                if let Some(before) = before {
                    *offer = before.clone().with_direction(Direction::SendRecv);
                }
                return false;
            }
            _ => return false,
        }
        cx.ua.answer_reinvite(cx.now(), session, refusal);
        true
    }

    /// The same, of a call that is connected to nobody yet.
    fn mishandles_waiting(
        &mut self,
        cx: &mut Context<'_, '_>,
        (id, session): (CallId, SessionId),
        (waits, is_hold): (bool, bool),
    ) -> bool {
        match self.config.mutant {
            Some(Mutant::WaitingHoldsEndCalls) if waits && is_hold => self.end_call(cx, id),
            Some(Mutant::LongWaitingHoldsEndCalls) if waits => {
                return self.ends_long_hold(cx, (id, session), is_hold);
            }
            Some(Mutant::HoldsRestartQueueClock) if waits && is_hold => {
                self.restart_queue_clock(cx, id);
                return false;
            }
            Some(Mutant::WaitingChangesRefused) if waits => {
                let refusal = Err(StatusCode::NOT_ACCEPTABLE_HERE);
                cx.ua.answer_reinvite(cx.now(), session, refusal);
            }
            _ => return false,
        }
        true
    }

    /// An end holds a call, or takes it back: whether it is ended then, as it was on hold for long.
    fn ends_long_hold(
        &mut self,
        cx: &mut Context<'_, '_>,
        (id, session): (CallId, SessionId),
        is_hold: bool,
    ) -> bool {
        const LONG: Duration = Duration::from_secs(5);
        if is_hold {
            self.table.held_at.insert(session, cx.now());
            return false;
        }
        let held = self.table.held_at.remove(&session);
        let is_long = held.is_some_and(|held| cx.now().since(held) > LONG);
        if is_long {
            self.end_call(cx, id);
        }
        is_long
    }

    /// Calls to copies that wait do so from now on.
    fn restart_queue_clocks(&mut self, cx: &Context<'_, '_>) {
        let calls = self.table.iter();
        let ids: Vec<CallId> = calls
            .filter(|(_, call)| call.group.is_copy(&self.config))
            .map(|(id, _)| id)
            .collect();
        for id in ids {
            self.restart_queue_clock(cx, id);
        }
    }

    /// A call waits from now on, if it does.
    pub(super) fn restart_queue_clock(&mut self, cx: &Context<'_, '_>, id: CallId) {
        if let Some(waiting) = self.waiting_mut(id) {
            waiting.since = cx.now();
        }
        self.reschedule(cx, id);
    }

    /// The pool leaves the media of calls to copies that it relays.
    fn hand_relayed_calls_over(&mut self, cx: &mut Context<'_, '_>) {
        let calls = self.table.iter();
        let relayed =
            calls.filter(|(_, call)| call.group.is_copy(&self.config) && call.state.is_relayed());
        let relayed: Vec<CallId> = relayed.map(|(id, _)| id).collect();
        for id in relayed {
            let Some(call) = self.table.get_mut(id) else {
                continue;
            };
            let CallState::Paired { b_leg, pairing } = &mut call.state else {
                continue;
            };
            let agents = cx
                .ua
                .session(b_leg.leg.session)
                .and_then(Session::remote_sdp);
            let Some(agents): Option<Sdp> = agents.cloned() else {
                continue;
            };
            *pairing = Pairing::Connecting(ThirdPartyStep::OfferToA);
            self.offer_to_a_leg(cx, id, &agents);
        }
    }
}

/// Whether an end has put the other on hold.
fn is_on_hold(call: &GroupCall) -> bool {
    let legs = call.state.other_legs().into_iter();
    legs.chain([&call.a_leg]).any(CallLeg::is_on_hold)
}

/// Whether a mutant remembers that an end has held a call, waiting or connected.
const fn remembers_hold(mutant: Mutant, waits: bool) -> bool {
    match mutant {
        Mutant::HoldsKeepAgentsBusy => !waits,
        Mutant::WaitingHoldsForgetCalls | Mutant::WaitingHoldsEndMusic => waits,
        _ => false,
    }
}
