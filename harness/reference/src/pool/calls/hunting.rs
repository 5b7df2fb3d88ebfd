//! Calls in queues look for agents.

use std::collections::BTreeSet;

use node::Now;

use super::alerting::AlertTarget;
use super::application::Calls;
use super::call::{CallId, CallState, GroupCall, Waiting};
use super::context::Context;
use super::selection::{QueueGroup, Selection, queue_groups};
use crate::mutant::Mutant;
use crate::pool::location::Hop;
use crate::recognition::CALLERS;
use crate::store::object::{Kind, Object, ObjectKey};
use crate::store::queue::{Overflow, Taken};
use crate::store::record::{OwnerState, StandInState};
use crate::variant::Variant;

impl Calls {
    /// Puts a call into a queue. One without any agent disconnects it.
    pub(super) fn enter_queue(&mut self, cx: &mut Context<'_, '_>, id: CallId, queue: &str) {
        self.cancel_alerts(cx, id);
        let Some(call) = self.table.get(id) else {
            return;
        };
        let queue = cx.store.referred(Kind::Queue, queue, &call.group.owner);
        let Some(key) = queue.map(Object::key) else {
            return self.end_call(cx, id);
        };
        let groups = queue_groups(cx.store, &key);
        if groups.iter().all(|group| group.spec.agents.is_empty()) {
            return self.end_call(cx, id);
        }
        if self.is_one_too_many(&key) {
            return self.end_call(cx, id);
        }
        if let Some(call) = self.table.get_mut(id) {
            call.state = CallState::Waiting(Waiting::new(Some(key.clone()), cx.now()));
        }
        self.overflow(cx, &key);
        self.hunt(cx, id);
    }

    /// Whether a queue takes no further call, as only a mutant has it.
    fn is_one_too_many(&self, queue: &ObjectKey) -> bool {
        let waits_there = |call: &GroupCall| match &call.state {
            CallState::Waiting(waiting) => waiting.queue.as_ref() == Some(queue),
            _ => false,
        };
        self.config.has(Mutant::CopiesThirdWaitingCallEnded)
            && queue.owner != self.config.name
            && self
                .table
                .iter()
                .filter(|(_, call)| waits_there(call))
                .count()
                >= 2
    }

    /// Takes a call out of a queue that holds too many.
    fn overflow(&mut self, cx: &mut Context<'_, '_>, queue: &ObjectKey) {
        let spec = cx.store.object(queue).and_then(Object::queue);
        let Some(Overflow {
            threshold,
            takes,
            action,
        }) = spec.and_then(|queue| queue.overflow.clone())
        else {
            return;
        };
        let waiting = self
            .table
            .iter()
            .filter_map(|(id, call)| match &call.state {
                CallState::Waiting(waiting) if waiting.queue.as_ref() == Some(queue) => {
                    Some((waiting.since, id))
                }
                _ => None,
            });
        let waiting: BTreeSet<(Now, CallId)> = waiting.collect();
        if waiting.len() <= usize::from(threshold) {
            return;
        }
        let taken = match takes {
            Taken::Newest => waiting.last(),
            Taken::Oldest => waiting.first(),
        };
        if let Some((_, id)) = taken {
            self.act(cx, *id, &action);
        }
    }

    /// Asks agents to take a call, if there are any whose turn it is.
    pub(super) fn hunt(&mut self, cx: &mut Context<'_, '_>, id: CallId) {
        let Some(waiting) = self.waiting(id) else {
            return;
        };
        if waiting.queue.is_none() && waiting.alerts.is_empty() {
            // Whom it was to be transferred to did not take it.
            return self.end_call(cx, id);
        }
        if let Some((group, agents)) = self.choose(cx, id) {
            for (agent, hop) in agents {
                self.alert_agent(cx, id, &group, agent, hop);
            }
        }
        let retry = cx.now() + self.config.timing.agent_retry;
        if let Some(waiting) = self.waiting_mut(id) {
            waiting.hunt_at = Some(retry);
        }
        self.reschedule(cx, id);
    }

    /// The agents to be asked now. Agent groups are searched in the order in which the queue
    /// lists them; when all were asked, they are asked again.
    fn choose(
        &mut self,
        cx: &Context<'_, '_>,
        id: CallId,
    ) -> Option<(QueueGroup, Vec<(String, Hop)>)> {
        let queue = self.waiting(id)?.queue.clone()?;
        if self.alerts_nobody(cx, id, &queue) {
            return None;
        }
        loop {
            let selection = Selection {
                config: &self.config,
                table: &self.table,
                store: cx.store,
                location: cx.location,
                now: cx.now(),
            };
            let waiting = self.waiting(id)?;
            for group in queue_groups(cx.store, &queue) {
                let agents = selection.agents(&group, waiting);
                if !agents.is_empty() {
                    return Some((group, agents));
                }
            }
            let waiting = self.waiting_mut(id)?;
            if !waiting.alerts.is_empty() || waiting.tried.is_empty() {
                return None;
            }
            waiting.tried.clear();
        }
    }

    /// Whether nobody is asked for calls in this queue, as only mutants have it.
    fn alerts_nobody(&self, cx: &Context<'_, '_>, id: CallId, queue: &ObjectKey) -> bool {
        let Some(mutant) = self.config.mutant else {
            return false;
        };
        let serving = cx.location.serving_record();
        let stand_in = serving.stand_in.state;
        let is_copy = queue.owner != self.config.name;
        match mutant {
            Mutant::CopiesAlertNobody => is_copy,
            Mutant::OnlyKnownCallersServed => is_copy && !self.is_known_caller(id),
            Mutant::TakingAlertsNobody => is_copy && stand_in == StandInState::Taking,
            Mutant::StandInNeglectsOwnGroups => !is_copy && stand_in == StandInState::StandingIn,
            Mutant::OldestWaitingCallOnly => self.is_behind_another(id, queue),
            Mutant::FailbackAlertsNobody => {
                !is_copy && serving.owner.state == OwnerState::CallsOnly
            }
            _ => false,
        }
    }

    /// Whether the caller is known from drills.
    fn is_known_caller(&self, id: CallId) -> bool {
        let call = self.table.get(id);
        call.is_some_and(|call| CALLERS.contains(&call.caller.as_str()))
    }

    /// Whether an older call waits in the same queue.
    fn is_behind_another(&self, id: CallId, queue: &ObjectKey) -> bool {
        let mut older = self.table.iter().take_while(|(other, _)| *other < id);
        older.any(|(_, call)| match &call.state {
            CallState::Waiting(waiting) => waiting.queue.as_ref() == Some(queue),
            _ => false,
        })
    }

    fn alert_agent(
        &mut self,
        cx: &mut Context<'_, '_>,
        id: CallId,
        group: &QueueGroup,
        agent: String,
        hop: Hop,
    ) {
        let target = AlertTarget {
            shown: self.config.address_of_record(&agent),
            agent: Some(agent.clone()),
            group: Some(group.key.clone()),
            rings: group.spec.alert_time,
        };
        self.alert(cx, id, target, hop);
        if self.config.varies(Variant::AlertsCountAsCalls) {
            self.table.idle_since.insert(agent.clone(), cx.now());
        }
        if !self.config.varies(Variant::TurnsFollowAnswers) {
            self.table.last_asked.insert(group.key.clone(), agent);
        }
    }

    /// Somebody may have become available: all calls that wait look again.
    pub(in crate::pool) fn hunt_for_all(&mut self, cx: &mut Context<'_, '_>) {
        let waiting: Vec<CallId> = self
            .table
            .iter()
            .filter(|(_, call)| matches!(call.state, CallState::Waiting(_)))
            .map(|(id, _)| id)
            .collect();
        for id in waiting {
            self.hunt(cx, id);
        }
    }
}
