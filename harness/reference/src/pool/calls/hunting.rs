//! Calls in queues look for agents.

use std::collections::BTreeSet;
use std::time::Duration;

use node::Now;

use super::alerting::AlertTarget;
use super::application::Calls;
use super::call::{CallId, CallState, GroupCall, Waiting};
use super::context::Context;
use super::seeking::Seekers;
use super::selection::{QueueGroup, Selection, queue_groups};
use crate::mutant::Mutant;
use crate::pool::location::Hop;
use crate::recognition::CALLERS;
use crate::store::object::{Kind, Object, ObjectKey};
use crate::store::queue::{Overflow, Taken};
use crate::store::record::{OwnerState, StandInState};
use crate::variant::Variant;

/// For how long a call waits until a mutant offers it to nobody any more.
const LONG: Duration = Duration::from_secs(20);

/// For how long a mutant asks nobody to take a call: longer than any lasts.
const STARVES: Duration = Duration::from_secs(3600);

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
        let mut waiting = Waiting::new(Some(key.clone()), cx.now());
        if self.config.has(Mutant::ThirdWaitingCallStarves) && self.has_two_waiting(&key) {
            let agents = groups.iter().flat_map(|group| &group.spec.agents).cloned();
            let never = cx.now() + STARVES;
            waiting.retry_at = agents.map(|agent| (agent, never)).collect();
        }
        if let Some(call) = self.table.get_mut(id) {
            call.state = CallState::Waiting(waiting);
        }
        self.reschedule(cx, id);
        self.overflow(cx, &key);
        self.seeking.call(id);
    }

    /// Whether a queue takes no further call, as only a mutant has it.
    fn is_one_too_many(&self, queue: &ObjectKey) -> bool {
        self.config.has(Mutant::CopiesThirdWaitingCallEnded)
            && queue.owner != self.config.name
            && self.has_two_waiting(queue)
    }

    /// Whether two calls wait in a queue, or more.
    fn has_two_waiting(&self, queue: &ObjectKey) -> bool {
        let waits_there = |call: &GroupCall| match &call.state {
            CallState::Waiting(waiting) => waiting.queue.as_ref() == Some(queue),
            _ => false,
        };
        let calls = self.table.iter();
        calls.filter(|(_, call)| waits_there(call)).nth(1).is_some()
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

    /// Has calls that wait ask agents, where it is time to; whether it was for any.
    pub(in crate::pool) fn look_for_agents(&mut self, cx: &mut Context<'_, '_>) -> bool {
        let Some(seekers) = self.seeking.take(cx.now()) else {
            return false;
        };
        let mut seekers: Vec<CallId> = match seekers {
            Seekers::Some(calls) => calls.into_iter().collect(),
            Seekers::All => self.table.iter().map(|(id, _)| id).collect(),
        };
        if self.config.has(Mutant::QueuesAreStacks) {
            seekers.reverse();
        }
        let mut exhausted = BTreeSet::new();
        for id in seekers {
            if self.waiting(id).is_some() {
                if !self.is_passed_over(id, cx.now()) {
                    self.hunt(cx, id, &mut exhausted);
                }
                self.seeking.all(cx.now() + self.config.timing.agent_retry);
            }
        }
        true
    }

    /// Whether nobody is asked to take a call that waits: its caller holds it, or, with a mutant, has held it or has
    /// waited for long.
    fn is_passed_over(&self, id: CallId, now: Now) -> bool {
        let Some(call) = self.table.get(id) else {
            return false;
        };
        let has_waited_long = || matches!(&call.state, CallState::Waiting(waiting) if now.since(waiting.since) > LONG);
        let has_held = || self.table.held_at.contains_key(&call.a_leg.session);
        (call.a_leg.is_deaf() && self.config.varies(Variant::HeldCallsSeekNobody))
            || (self.config.has(Mutant::WaitingHoldsForgetCalls) && has_held())
            || (self.config.has(Mutant::LongWaitsForgotten) && has_waited_long())
    }

    /// All calls that wait look for agents: somebody may have become available.
    pub(in crate::pool) fn look_again(&mut self, cx: &mut Context<'_, '_>) {
        self.seeking.all(cx.now());
    }

    /// An agent has signed in to a group.
    pub(in crate::pool) fn agent_signs_in(&mut self, cx: &mut Context<'_, '_>, agent: &str) {
        if self.config.has(Mutant::WaitingCallsMissWhoSignsIn) {
            self.leave_out(cx, agent, |_| true);
        }
        self.look_again(cx);
    }

    /// Calls that wait do not ask an agent any more, as only a mutant has it.
    pub(super) fn leave_out(
        &mut self,
        cx: &Context<'_, '_>,
        agent: &str,
        which: impl Fn(&GroupCall) -> bool,
    ) {
        const FOR_GOOD: Duration = Duration::from_secs(3_600);
        let calls = self.table.iter().filter(|(_, call)| which(call));
        let ids: Vec<CallId> = calls.map(|(id, _)| id).collect();
        for id in ids {
            if let Some(waiting) = self.waiting_mut(id) {
                let until = cx.now() + FOR_GOOD;
                waiting.retry_at.insert(agent.to_owned(), until);
            }
        }
    }

    /// An agent has signed out of a group.
    pub(in crate::pool) fn agent_signs_out(&mut self, cx: &mut Context<'_, '_>, agent: &str) {
        match self.config.mutant {
            Some(Mutant::SignOutsEndCalls) => self.end_calls_of(cx, agent),
            Some(Mutant::SignOutsEndAlertingCalls) => self.end_calls(cx, |call| {
                call.state.alerts_somebody() && call.state.occupies(agent)
            }),
            _ => {}
        }
        self.look_again(cx);
    }

    /// An agent has registered who was not there.
    pub(in crate::pool) fn agent_arrives(&mut self, cx: &mut Context<'_, '_>, agent: &str) {
        if self.config.has(Mutant::RegistrationFreesAgents) {
            self.table.forget_busy(agent);
        }
        self.seeking.welcome(agent);
        self.look_again(cx);
    }

    /// Asks agents to take a call, if there are any whose turn it is. None is in a queue that is
    /// `exhausted`.
    fn hunt(&mut self, cx: &mut Context<'_, '_>, id: CallId, exhausted: &mut BTreeSet<ObjectKey>) {
        let Some(waiting) = self.waiting(id) else {
            return;
        };
        let Some(queue) = waiting.queue.clone() else {
            if waiting.alerts.is_empty() {
                // Whom it was to be transferred to did not take it.
                self.end_call(cx, id);
            }
            return;
        };
        if self.alerts_nobody(cx, id, &queue) || exhausted.contains(&queue) {
            return;
        }
        let groups = queue_groups(cx.store, &queue);
        match self.choose(cx, id, &groups) {
            Some((group, agents)) => {
                for (agent, hop) in agents {
                    self.alert_agent(cx, id, group, agent, hop);
                }
            }
            None if !self.has_agents(cx, &groups) => drop(exhausted.insert(queue)),
            None => {}
        }
    }

    /// The agents to be asked now. Agent groups are searched in the order in which the queue
    /// lists them; when all were asked, they are asked again.
    fn choose<'g, 's>(
        &mut self,
        cx: &Context<'_, '_>,
        id: CallId,
        groups: &'g [QueueGroup<'s>],
    ) -> Option<(&'g QueueGroup<'s>, Vec<(String, Hop)>)> {
        loop {
            let waiting = self.waiting(id)?;
            let selection = self.selection(cx);
            let chosen = groups.iter().find_map(|group| {
                let agents = selection.agents(group, waiting);
                (!agents.is_empty()).then_some((group, agents))
            });
            if chosen.is_some() {
                return chosen;
            }
            let waiting = self.waiting_mut(id)?;
            if !waiting.alerts.is_empty() || waiting.tried.is_empty() {
                return None;
            }
            waiting.tried.clear();
        }
    }

    /// Whether any agent of these groups could be asked now, for whichever call.
    fn has_agents(&self, cx: &Context<'_, '_>, groups: &[QueueGroup<'_>]) -> bool {
        let selection = self.selection(cx);
        groups.iter().any(|group| selection.has_agents(group))
    }

    fn selection<'a>(&'a self, cx: &Context<'a, '_>) -> Selection<'a> {
        Selection {
            config: &self.config,
            table: &self.table,
            seeking: &self.seeking,
            store: cx.store,
            location: cx.location,
            now: cx.now(),
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
        group: &QueueGroup<'_>,
        agent: String,
        hop: Hop,
    ) {
        let target = AlertTarget {
            shown: self.config.address_of_record(&agent),
            agent: Some(agent.clone()),
            group: Some(group.key.clone()),
            until: cx.now() + self.rings(group.spec.alert_time),
            redirects: 0,
        };
        // All telephones of an agent ring.
        let is_copy = group.key.owner != self.config.name;
        if !(is_copy && self.config.has(Mutant::CopiesRingOneTelephone)) {
            for other in cx.location.other_telephones(&agent, &hop, cx.now()) {
                self.alert(cx, id, target.clone(), other);
            }
        }
        self.alert(cx, id, target, hop);
        if self.config.varies(Variant::AlertsCountAsCalls) {
            self.table.idle_since.insert(agent.clone(), cx.now());
        }
        if !self.config.varies(Variant::TurnsFollowAnswers) {
            self.table.last_asked.insert(group.key.clone(), agent);
        }
    }
}
