//! What a call does when its time comes: nobody is heard, nobody answers, it has waited too long.

use std::time::Duration;

use node::Now;

use super::stage::{Call, CallId, Leg, Pairing, Stage, Waiting};
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
            self.replan(id);
        }
    }

    /// When the next packet of music, or the next thing that a call does, is due.
    pub(in crate::pool) fn calls_deadline(&self) -> Option<Now> {
        let deadlines = [self.calls.deadline(), self.media.deadline()];
        deadlines.into_iter().flatten().min()
    }

    /// Goes on with all calls after the pool was not there for a while: that nobody was heard
    /// meanwhile means nothing.
    pub(in crate::pool) fn calls_go_on(&mut self, turn: &mut Turn<'_>) {
        self.media.pardon(turn.now);
        let ids: Vec<CallId> = self.calls.iter().map(|(id, _)| id).collect();
        for id in ids {
            self.replan(id);
        }
    }

    fn watch(&mut self, turn: &mut Turn<'_>, id: CallId) {
        let Some(call) = self.calls.get(id) else {
            return;
        };
        if self.silent_at(call).is_some_and(|at| at <= turn.now) {
            turn.log(format!("nothing is heard of {} any more", call.caller));
            return self.end_call(turn, id);
        }
        if errand(call).is_some_and(|until| until <= turn.now) {
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
            .is_some_and(|waiting| waiting.look.is_none_or(|look| look <= turn.now))
        {
            self.hunt(turn, id);
        }
    }

    /// Works out when a call next has something to do.
    pub(super) fn replan(&mut self, id: CallId) {
        let Some(call) = self.calls.get(id) else {
            return;
        };
        let mut due: Vec<Now> = self
            .silent_at(call)
            .into_iter()
            .chain(errand(call))
            .collect();
        if let Stage::Waiting(waiting) = &call.stage {
            due.extend(self.timeout(waiting).map(|(at, _)| at));
            due.extend(waiting.look);
            let alerts = waiting.alerts.values();
            due.extend(alerts.map(|alert| alert.rings_by.unwrap_or(alert.until)));
        }
        self.calls.set_due(id, due.into_iter().min());
    }

    /// When a call ends because nobody is heard. While it is in progress that is the front; once
    /// media is relayed, either end will do.
    fn silent_at(&self, call: &Call) -> Option<Now> {
        let timing = &self.config.timing;
        let heard = |leg: &Leg| self.media.heard(leg.port?);
        let (heard, limit): (Option<Now>, Duration) = match &call.stage {
            _ if self.mutant(Mutant::SilentCallersKept) => (None, timing.silence),
            // Its phone rings; there is no media yet.
            Stage::CallingAgent(_) => (None, timing.silence),
            Stage::Paired {
                back,
                pairing: Pairing::Relaying,
            } => {
                let either = heard(&call.front).max(heard(&back.leg));
                (either, timing.relay_silence)
            }
            // The two ends send their media to each other, or are about to.
            Stage::Paired {
                pairing: Pairing::HandedOver { .. } | Pairing::Joining(_),
                ..
            } => (None, timing.silence),
            Stage::Answered(_) | Stage::Waiting(_) | Stage::Paired { .. } => {
                (heard(&call.front), timing.silence)
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
fn errand(call: &Call) -> Option<Now> {
    match &call.stage {
        Stage::CallingAgent(errand) => Some(errand.until),
        Stage::Paired {
            pairing: Pairing::Calling(errand),
            ..
        } => errand.client.map(|_| errand.until),
        _ => None,
    }
}
