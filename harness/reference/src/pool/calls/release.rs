//! A call ends, from whichever side.

use sip::SessionId;

use super::call::{CallId, CallLeg, CallState, GroupCall, Pairing};
use crate::mutant::Mutant;
use crate::pool::core::Core;
use crate::pool::turn::Turn;
use crate::web::reply::Refusal;

impl Core {
    /// The pool ends a call: everybody in it is told.
    pub(super) fn end_call(&mut self, turn: &mut Turn<'_>, id: CallId) {
        self.end_but(turn, id, None);
    }

    /// Somebody has left a call: the others are told.
    pub(in crate::pool) fn leg_ended(&mut self, turn: &mut Turn<'_>, session: SessionId) {
        if let Some(id) = self.calls.of_session(session) {
            self.end_but(turn, id, Some(session));
        }
    }

    fn end_but(&mut self, turn: &mut Turn<'_>, id: CallId, gone: Option<SessionId>) {
        if let Some(call) = self.calls.remove(id) {
            self.finish_call(turn, call, gone);
            self.hunt_for_all(turn);
        }
    }

    /// Tells everybody in a call but who is gone, and frees what the call held.
    fn finish_call(&mut self, turn: &mut Turn<'_>, mut call: GroupCall, gone: Option<SessionId>) {
        let (caller, group) = (&call.caller, &call.group.name);
        turn.log(format!("the call of {caller} to {group} ends"));
        for leg in call.state.other_legs().into_iter().chain([&call.a_leg]) {
            if Some(leg.session) != gone {
                self.ua.hang_up(turn.now, leg.session);
            }
            if let Some(port) = leg.port {
                self.media.release(port);
            }
        }
        self.free_agent(turn, &call);
        refuse_pending(turn, &mut call.state);
    }

    /// Gives a leg's port back.
    pub(super) fn release_leg(&mut self, leg: &mut CallLeg) {
        if let Some(port) = leg.port.take() {
            self.media.release(port);
        }
    }

    /// An agent who had the call is idle from now on.
    fn free_agent(&mut self, turn: &Turn<'_>, call: &GroupCall) {
        if let CallState::Paired { b_leg, .. } = &call.state
            && let Some(agent) = &b_leg.agent
        {
            self.calls.idle_since.insert(agent.clone(), turn.now);
        }
    }

    /// Ends all calls but those that go on without the pool.
    pub(in crate::pool) fn end_calls_that_need_the_pool(&mut self, turn: &mut Turn<'_>) {
        if self.mutant(Mutant::FenceKeepsCalls) {
            return;
        }
        let all = self.mutant(Mutant::FenceEndsHandedOverCalls);
        self.end_calls(turn, |call| all || !call.state.is_handed_over());
    }

    /// Ends the calls that go on without the pool, as only a mutant does.
    pub(in crate::pool) fn end_handed_over_calls(&mut self, turn: &mut Turn<'_>) {
        self.end_calls(turn, |call| call.state.is_handed_over());
    }

    /// Ends the calls in which this agent is, as only a mutant does.
    pub(in crate::pool) fn end_calls_of(&mut self, turn: &mut Turn<'_>, agent: &str) {
        self.end_calls(turn, |call| call.state.occupies(agent));
    }

    /// Ends all calls to the partner's groups, as only a mutant does.
    pub(in crate::pool) fn end_calls_to_copies(&mut self, turn: &mut Turn<'_>) {
        let here = self.here().clone();
        self.end_calls(turn, |call| call.group.owner != here);
    }

    /// Ends the calls to the partner's groups that are connected to nobody yet.
    pub(in crate::pool) fn end_copies_waiting(&mut self, turn: &mut Turn<'_>) {
        if self.mutant(Mutant::ReturningEndsAnonymousCalls) {
            self.end_calls_to_copies(turn);
        }
        if self.mutant(Mutant::ReturningKeepsInProgressCalls) {
            return;
        }
        let here = self.here().clone();
        self.end_calls(turn, |call| {
            call.group.owner != here && call.state.is_in_progress()
        });
    }

    /// Ends calls. None of them gets an agent whom another one frees.
    fn end_calls(&mut self, turn: &mut Turn<'_>, which: impl Fn(&GroupCall) -> bool) {
        let chosen = self.calls.iter().filter(|(_, call)| which(call));
        let ids: Vec<CallId> = chosen.map(|(id, _)| id).collect();
        let calls: Vec<GroupCall> = ids
            .into_iter()
            .filter_map(|id| self.calls.remove(id))
            .collect();
        for call in calls {
            self.finish_call(turn, call, None);
        }
        self.hunt_for_all(turn);
    }
}

/// Whoever asked for a call on behalf of a group, and has not heard of it yet, hears now.
fn refuse_pending(turn: &mut Turn<'_>, state: &mut CallState) {
    let pending = match state {
        CallState::CallingAgent(pending) => pending,
        CallState::Paired {
            pairing: Pairing::Calling(pending),
            ..
        } => pending,
        _ => return,
    };
    if let Some(client) = pending.client.take() {
        let refusal = Refusal::unavailable("the call on behalf of the group has failed");
        turn.respond(client, refusal.response());
    }
}
