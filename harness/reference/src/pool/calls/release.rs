//! A call ends, from whichever side.

use std::time::Duration;

use sip::SessionId;

use super::application::Calls;
use super::call::{CallId, CallState, GroupCall, Pairing};
use super::context::{Context, circumstances};
use super::deadlines;
use super::leg::CallLeg;
use crate::mutant::Mutant;
use crate::store::record::{Epoch, StandInState};
use crate::variant::Variant;
use crate::web::reply::{self, Refusal};

/// How long a variant has agents wrap up.
const WRAP_UP: Duration = Duration::from_secs(2);

/// The length of a call whose end a mutant does not pass on.
const LATE: Duration = Duration::from_secs(12);

impl Calls {
    /// The pool ends a call: everybody in it is told.
    pub(super) fn end_call(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        self.end_but(cx, id, None);
    }

    /// Somebody has left a call: the others are told.
    pub(super) fn leg_ended(&mut self, cx: &mut Context<'_, '_>, session: SessionId) {
        if let Some(id) = self.table.of_session(session) {
            self.end_but(cx, id, Some(session));
        }
    }

    fn end_but(&mut self, cx: &mut Context<'_, '_>, id: CallId, gone: Option<SessionId>) {
        if let Some(call) = self.table.remove(id) {
            self.finish_call(cx, call, gone);
        }
    }

    /// Tells everybody in a call but who is gone, and frees what the call held.
    fn finish_call(
        &mut self,
        cx: &mut Context<'_, '_>,
        mut call: GroupCall,
        gone: Option<SessionId>,
    ) {
        self.keep_stuck(cx, &call, gone);
        let (caller, group) = (&call.caller, &call.group.name);
        cx.turn.log(format!("the call of {caller} to {group} ends"));
        for leg in call.state.other_legs().into_iter().chain([&call.a_leg]) {
            if Some(leg.session) != gone && !self.loses_hang_up(cx, &call, leg.session, gone) {
                cx.ua.hang_up(cx.now(), leg.session);
            }
            if let Some(port) = leg.port {
                self.media.release(port);
            }
        }
        self.free_agents(cx, &call);
        self.answer_pending(cx, &mut call.state);
    }

    /// Whether a mutant does not tell a leg that its call is over.
    fn loses_hang_up(
        &self,
        cx: &Context<'_, '_>,
        call: &GroupCall,
        leg: SessionId,
        gone: Option<SessionId>,
    ) -> bool {
        let Some(mutant) = self.config.mutant else {
            return false;
        };
        let is_copy = call.group.is_copy(&self.config);
        let is_callers = leg == call.a_leg.session;
        let callers_hang_up = gone == Some(call.a_leg.session);
        let lasted = call.connected.map(|since| cx.now().since(since));
        let timed_out = |waiting| {
            let timeout = deadlines::queue_timeout(waiting, &self.config, cx.store);
            timeout.is_some_and(|(at, _)| at <= cx.now())
        };
        let stand_in = cx.store.record().stand_in;
        match (&call.state, mutant) {
            (CallState::Paired { pairing, .. }, Mutant::AnonymousCallersHangUpsLost) => {
                callers_hang_up && matches!(pairing, Pairing::Relaying)
            }
            (CallState::Paired { .. }, Mutant::AgentsHangUpsLost) => is_callers && gone.is_some(),
            // The agent is the A leg of a call on behalf.
            (CallState::Paired { b_leg, .. }, Mutant::OnBehalfLosesCalleesHangUp) => {
                is_callers && gone == Some(b_leg.leg.session) && call.is_on_behalf()
            }
            (CallState::Paired { pairing, .. }, Mutant::OnBehalfLosesDeclines) => {
                is_callers && matches!(pairing, Pairing::Calling(_))
            }
            (CallState::Paired { pairing, .. }, Mutant::OnBehalfRingsOn) => {
                callers_hang_up && matches!(pairing, Pairing::Calling(_))
            }
            (CallState::Paired { .. }, Mutant::LateHangUpsLost) => {
                gone.is_some() && lasted.is_some_and(|lasted| lasted >= LATE)
            }
            (
                CallState::Paired { b_leg, .. },
                Mutant::HoldersHangUpsLost | Mutant::HangUpsOnHoldLost,
            ) => {
                let is_lost = |holder: &CallLeg| match mutant {
                    Mutant::HoldersHangUpsLost => gone == Some(holder.session),
                    _ => gone.is_some_and(|gone| gone != holder.session),
                };
                let mut holders = [&call.a_leg, &b_leg.leg].into_iter();
                holders.any(|leg| leg.is_on_hold() && is_lost(leg))
            }
            (CallState::Paired { .. }, Mutant::StoodInLosesCallersHangUps) => {
                callers_hang_up && is_copy && stand_in.epoch > Epoch::default()
            }
            (CallState::Waiting(_), Mutant::CopiesRingOn) => callers_hang_up && is_copy,
            (CallState::Waiting(waiting), Mutant::TimeOutLeavesPhonesRinging) => {
                !is_callers && gone.is_none() && timed_out(waiting)
            }
            (CallState::Waiting(_), Mutant::ReturningLeavesPhonesRinging) => {
                !is_callers
                    && gone.is_none()
                    && is_copy
                    && stand_in.state == StandInState::Returning
            }
            _ => false,
        }
    }

    /// Remembers whom mutants keep busy after a call.
    fn keep_stuck(&mut self, cx: &Context<'_, '_>, call: &GroupCall, gone: Option<SessionId>) {
        let about = circumstances(&self.config, cx, &call.group, 0);
        let used_once =
            (about.is_copy && about.stands_in && self.config.has(Mutant::StandInUsesAgentsOnce))
                || (!about.is_copy
                    && about.is_restored
                    && self.config.has(Mutant::RestoredOwnerUsesAgentsOnce));
        let mut legs = call.state.other_legs().into_iter().chain([&call.a_leg]);
        let was_on_hold = self.config.has(Mutant::HoldsKeepAgentsBusy)
            && legs.any(|leg| self.table.held_at.contains_key(&leg.session));
        let stuck: Vec<String> = match &call.state {
            CallState::Paired { b_leg, .. } if used_once || was_on_hold => {
                b_leg.agent.iter().cloned().collect()
            }
            CallState::Paired { b_leg, .. }
                if gone.is_none() && self.config.has(Mutant::BrokenCallsKeepAgentsBusy) =>
            {
                b_leg.agent.iter().cloned().collect()
            }
            CallState::Paired { b_leg, pairing } if self.is_kept_busy(call, pairing, gone) => {
                b_leg.agent.iter().cloned().collect()
            }
            CallState::Waiting(waiting)
                if gone.is_some() && self.config.has(Mutant::AbandonedCallsKeepAgentsReserved) =>
            {
                let alerts = waiting.alerts.values();
                alerts
                    .filter_map(|alert| alert.target.agent.clone())
                    .collect()
            }
            _ => return,
        };
        self.table.stuck.extend(stuck);
    }

    /// Whether a mutant keeps an agent busy whose call on behalf of a group did not come to its callee.
    fn is_kept_busy(&self, call: &GroupCall, pairing: &Pairing, gone: Option<SessionId>) -> bool {
        let is_given_up = gone == Some(call.a_leg.session);
        let keeps = match self.config.mutant {
            Some(Mutant::GivenUpOnBehalfKeepsAgentBusy) => is_given_up,
            Some(Mutant::DeclinedOnBehalfKeepsAgentBusy) => !is_given_up,
            _ => false,
        };
        keeps && matches!(pairing, Pairing::Calling(_))
    }

    /// Gives a leg's port back.
    pub(super) fn release_leg(&mut self, leg: &mut CallLeg) {
        if let Some(port) = leg.port.take() {
            self.media.release(port);
        }
    }

    /// An agent who had the call is idle from now on, and whoever was kept busy can be asked.
    fn free_agents(&mut self, cx: &mut Context<'_, '_>, call: &GroupCall) {
        if call.state.occupies_somebody() {
            self.seeking.all(cx.now());
        }
        if let CallState::Paired { b_leg, .. } = &call.state
            && let Some(agent) = &b_leg.agent
        {
            self.table.idle_since.insert(agent.clone(), cx.now());
            if self.config.has(Mutant::WaitingCallsMissOthersAgents) {
                self.leave_out(cx, agent, |other| other.group.name != call.group.name);
            }
            if self.config.varies(Variant::AgentsWrapUp) {
                let until = cx.now() + WRAP_UP;
                self.seeking.leave_alone(agent.clone(), until);
            }
        }
    }

    /// Ends all calls but those that go on without the pool.
    pub(in crate::pool) fn end_calls_that_need_the_pool(&mut self, cx: &mut Context<'_, '_>) {
        if self.config.has(Mutant::FenceKeepsCalls) {
            return;
        }
        let all = self.config.has(Mutant::FenceEndsHandedOverCalls);
        self.end_calls(cx, |call| all || !call.state.is_handed_over());
    }

    /// Ends the calls that go on without the pool, as only a mutant does.
    pub(in crate::pool) fn end_handed_over_calls(&mut self, cx: &mut Context<'_, '_>) {
        self.end_calls(cx, |call| call.state.is_handed_over());
    }

    /// Ends the calls in which this agent is, as only a mutant does.
    pub(in crate::pool) fn end_calls_of(&mut self, cx: &mut Context<'_, '_>, agent: &str) {
        self.end_calls(cx, |call| call.state.occupies(agent));
    }

    /// Ends the calls to the partner's groups that are connected to nobody yet.
    pub(in crate::pool) fn end_copies_waiting(&mut self, cx: &mut Context<'_, '_>) {
        if self.config.has(Mutant::ReturningKeepsInProgressCalls) {
            return;
        }
        let config = self.config.clone();
        let keeps_alerting = self.config.has(Mutant::ReturningKeepsAlertingCalls);
        self.end_calls(cx, |call| {
            let is_kept = keeps_alerting && call.state.alerts_somebody();
            call.group.is_copy(&config) && call.state.is_in_progress() && !is_kept
        });
    }

    /// Forgets the calls to copies that go on without the pool, as only a mutant does: nobody is told.
    pub(super) fn forget_copies_calls(&mut self) {
        let calls = self.table.iter();
        let lost = calls
            .filter(|(_, call)| call.group.is_copy(&self.config) && call.state.is_handed_over());
        let lost: Vec<CallId> = lost.map(|(id, _)| id).collect();
        for id in lost {
            self.table.remove(id);
        }
    }

    /// Ends calls. None of them gets an agent whom another one frees.
    pub(super) fn end_calls(
        &mut self,
        cx: &mut Context<'_, '_>,
        which: impl Fn(&GroupCall) -> bool,
    ) {
        let chosen = self.table.iter().filter(|(_, call)| which(call));
        let ids: Vec<CallId> = chosen.map(|(id, _)| id).collect();
        let calls: Vec<GroupCall> = ids
            .into_iter()
            .filter_map(|id| self.table.remove(id))
            .collect();
        for call in calls {
            self.finish_call(cx, call, None);
        }
    }

    /// Whoever asked for a call on behalf of a group, and has not heard of it yet, hears now.
    fn answer_pending(&self, cx: &mut Context<'_, '_>, state: &mut CallState) {
        let pending = match state {
            CallState::CallingAgent(pending) => pending,
            CallState::Paired {
                pairing: Pairing::Calling(pending),
                ..
            } => pending,
            _ => return,
        };
        let Some(client) = pending.client.take() else {
            return;
        };
        let response = match self.config.has(Mutant::OnBehalfIsAlwaysDone) {
            true => reply::done(),
            false => Refusal::unavailable("the call on behalf of the group has failed").response(),
        };
        cx.turn.respond(client, response);
    }
}
