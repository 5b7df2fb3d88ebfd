//! What a call does when its time comes: nobody is heard, nobody answers, it has waited too long.

use std::time::Duration;

use node::Now;

use super::call::{CallId, CallLeg, CallState, GroupCall, Pairing, Waiting};
use crate::mutant::Mutant;
use crate::pool::core::Core;
use crate::pool::turn::Turn;
use crate::store::object::Object;
use crate::store::queue::Timeout;

impl Core {
    /// Does what is due.
    pub(in crate::pool) fn tick_calls(&mut self, turn: &mut Turn<'_>) {
        self.tick_music(turn);
        while let Some(id) = self.calls.due(turn.now) {
            self.calls.set_due(id, None);
            self.watch(turn, id);
            self.reschedule(id);
        }
    }

    /// When the next packet of music, or the next thing that a call does, is due.
    pub(in crate::pool) fn calls_deadline(&self) -> Option<Now> {
        let deadlines = [self.calls.deadline(), self.media.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// Goes on with all calls after the pool was not there for a while: that nobody was heard
    /// meanwhile means nothing.
    pub(in crate::pool) fn resume_calls(&mut self, turn: &mut Turn<'_>) {
        self.media.pardon(turn.now);
        let ids: Vec<CallId> = self.calls.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.reschedule(id);
        }
    }

    fn watch(&mut self, turn: &mut Turn<'_>, id: CallId) {
        let Some(call) = self.calls.get(id) else {
            return;
        };
        if self.media_timeout_at(call).is_some_and(|at| at <= turn.now) {
            turn.log(format!("nothing is heard of {} any more", call.caller));
            return self.end_call(turn, id);
        }
        if pending(call).is_some_and(|until| until <= turn.now) {
            return self.end_call(turn, id);
        }
        if let Some(waiting) = self.waiting(id)
            && let Some((at, timeout)) = self.timeout(waiting)
            && at <= turn.now
        {
            return self.act(turn, id, &timeout.action);
        }
        self.expire_alerts(turn, id);
        if self
            .waiting(id)
            .is_some_and(|waiting| waiting.hunt_at.is_none_or(|look| look <= turn.now))
        {
            self.hunt(turn, id);
        }
    }

    /// Works out when a call next has something to do.
    pub(super) fn reschedule(&mut self, id: CallId) {
        let Some(call) = self.calls.get(id) else {
            return;
        };
        let mut due: Vec<Now> = self
            .media_timeout_at(call)
            .into_iter()
            .chain(pending(call))
            .collect();
        if let CallState::Waiting(waiting) = &call.state {
            due.extend(self.timeout(waiting).map(|(at, _)| at));
            due.extend(waiting.hunt_at);
            let alerts = waiting.alerts.values();
            due.extend(alerts.map(|alert| alert.rings_by.unwrap_or(alert.until)));
        }
        self.calls.set_due(id, due.into_iter().min());
    }

    /// When a call ends because nobody is heard. While it is in progress that is the A leg; once
    /// media is relayed, either end will do.
    fn media_timeout_at(&self, call: &GroupCall) -> Option<Now> {
        let timing = &self.config.timing;
        let heard = |leg: &CallLeg| self.media.heard(leg.port?);
        let (heard, limit): (Option<Now>, Duration) = match &call.state {
            _ if self.mutant(Mutant::SilentCallersKept) => (None, timing.silence),
            // Its phone rings; there is no media yet.
            CallState::CallingAgent(_) => (None, timing.silence),
            CallState::Paired {
                b_leg,
                pairing: Pairing::Relaying,
            } => {
                let either = heard(&call.a_leg).max(heard(&b_leg.leg));
                (either, timing.relay_silence)
            }
            // The two ends send their media to each other, or are about to.
            CallState::Paired {
                pairing: Pairing::HandedOver { .. } | Pairing::Connecting(_),
                ..
            } => (None, timing.silence),
            CallState::Answered(_) | CallState::Waiting(_) | CallState::Paired { .. } => {
                (heard(&call.a_leg), timing.silence)
            }
        };
        heard.map(|heard| heard + limit)
    }

    /// When a call has waited too long, if there is a limit.
    fn timeout(&self, waiting: &Waiting) -> Option<(Now, Timeout)> {
        let queue = self.store.object(waiting.queue.as_ref()?);
        let timeout = queue.and_then(Object::queue)?.timeout.clone()?;
        Some((waiting.since + timeout.after, timeout))
    }
}

/// Until when a call on behalf of a group has to come to its callee.
fn pending(call: &GroupCall) -> Option<Now> {
    match &call.state {
        CallState::CallingAgent(pending) => Some(pending.until),
        CallState::Paired {
            pairing: Pairing::Calling(pending),
            ..
        } => pending.client.map(|_| pending.until),
        _ => None,
    }
}
