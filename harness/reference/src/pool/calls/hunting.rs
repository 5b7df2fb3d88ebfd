//! Calls in queues look for agents.

use std::collections::{BTreeMap, BTreeSet};

use node::Now;
use sip::uri;

use super::alerting::AlertTarget;
use super::call::{CallId, CallState, Waiting};
use super::routing;
use crate::mutant::Mutant;
use crate::pool::core::Core;
use crate::pool::reach::{Hop, Reach};
use crate::pool::turn::Turn;
use crate::store::agent_group::{AgentGroup, Participation, Routing};
use crate::store::object::{Kind, Object, ObjectKey, PoolName};
use crate::store::queue::{Overflow, Taken};
use crate::store::sign_in::SignIn;

/// An agent group of a queue.
struct QueueGroup {
    key: ObjectKey,
    name: String,
    spec: AgentGroup,
}

impl Core {
    /// Puts a call into a queue. One without any agent disconnects it.
    pub(super) fn enter_queue(&mut self, turn: &mut Turn<'_>, id: CallId, queue: &str) {
        self.cancel_alerts(turn, id);
        let Some(call) = self.calls.get(id) else {
            return;
        };
        let queue = self.store.referred(Kind::Queue, queue, &call.group.owner);
        let Some(key) = queue.map(Object::key) else {
            return self.end_call(turn, id);
        };
        let groups = self.queue_groups(&key);
        if groups.iter().all(|group| group.spec.agents.is_empty()) {
            return self.end_call(turn, id);
        }
        if let Some(call) = self.calls.get_mut(id) {
            call.state = CallState::Waiting(Waiting::new(Some(key.clone()), turn.now));
        }
        self.overflow(turn, &key);
        self.hunt(turn, id);
    }

    /// Takes a call out of a queue that holds too many.
    fn overflow(&mut self, turn: &mut Turn<'_>, queue: &ObjectKey) {
        let spec = self.store.object(queue).and_then(Object::queue);
        let Some(Overflow {
            threshold,
            takes,
            action,
        }) = spec.and_then(|queue| queue.overflow.clone())
        else {
            return;
        };
        let waiting = self
            .calls
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
            self.act(turn, *id, &action);
        }
    }

    /// Asks agents to take a call, if there are any whose turn it is.
    pub(super) fn hunt(&mut self, turn: &mut Turn<'_>, id: CallId) {
        let Some(waiting) = self.waiting(id) else {
            return;
        };
        if waiting.queue.is_none() && waiting.alerts.is_empty() {
            // Whom it was to be transferred to did not take it.
            return self.end_call(turn, id);
        }
        if let Some((group, agents)) = self.choose(turn.now, id) {
            for (agent, hop) in agents {
                self.alert_agent(turn, id, &group, agent, hop);
            }
        }
        let retry = turn.now + self.config.timing.agent_retry;
        if let Some(waiting) = self.waiting_mut(id) {
            waiting.hunt_at = Some(retry);
        }
        self.reschedule(id);
    }

    /// The agents to be asked now. Agent groups are searched in the order in which the queue
    /// lists them; when all were asked, they are asked again.
    fn choose(&mut self, now: Now, id: CallId) -> Option<(QueueGroup, Vec<(String, Hop)>)> {
        let queue = self.waiting(id)?.queue.clone()?;
        loop {
            for group in self.queue_groups(&queue) {
                let agents = self.choose_in(now, id, &group);
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

    /// The agents of a group to be asked now. While some are being asked, only a group that asks
    /// all at once asks further ones.
    fn choose_in(&self, now: Now, id: CallId, group: &QueueGroup) -> Vec<(String, Hop)> {
        let Some(waiting) = self.waiting(id) else {
            return Vec::new();
        };
        let AgentGroup {
            agents, routing, ..
        } = &group.spec;
        let asks_further = matches!(routing, Routing::Parallel | Routing::Attendant)
            && waiting
                .alerts
                .values()
                .all(|alert| alert.group.as_ref() == Some(&group.key));
        if !waiting.alerts.is_empty() && !asks_further {
            return Vec::new();
        }
        let reachable: BTreeMap<&String, Hop> = agents
            .iter()
            .filter(|agent| !waiting.tried.contains(*agent))
            .filter(|agent| {
                waiting
                    .retry_at
                    .get(*agent)
                    .is_none_or(|until| *until <= now)
            })
            .filter(|agent| self.is_present(group, agent, waiting))
            .filter_map(|agent| match self.reach(agent, now) {
                Reach::At(hop) => Some((agent, hop)),
                Reach::Unreachable | Reach::Unknown => None,
            })
            .collect();
        let available: Vec<&String> = agents
            .iter()
            .filter(|agent| reachable.contains_key(agent))
            .collect();
        let last = self.calls.last_asked.get(&group.key);
        let idle = &self.calls.idle_since;
        routing::choose(*routing, agents, &available, last, idle)
            .into_iter()
            .filter_map(|agent| Some((agent.clone(), reachable.get(agent)?.clone())))
            .collect()
    }

    /// Whether an agent is signed in to the group, and free. An attendant group asks whoever is
    /// signed in.
    fn is_present(&self, group: &QueueGroup, agent: &str, waiting: &Waiting) -> bool {
        let is_signed_in = match group.spec.participation {
            Participation::Informal => true,
            Participation::Formal if self.mutant(Mutant::SignInHasNoEffect) => false,
            Participation::Formal => self.store.is_signed_in(&SignIn {
                owner: group.key.owner.clone(),
                group: group.name.clone(),
                agent: agent.to_owned(),
            }),
        };
        let is_free = match group.spec.routing {
            Routing::Attendant => true,
            _ => !self.calls.is_busy(agent),
        };
        is_signed_in && !waiting.is_asking(agent) && is_free
    }

    fn alert_agent(
        &mut self,
        turn: &mut Turn<'_>,
        id: CallId,
        group: &QueueGroup,
        agent: String,
        hop: Hop,
    ) {
        let target = AlertTarget {
            shown: uri(&agent, self.config.sip),
            agent: Some(agent.clone()),
            group: Some(group.key.clone()),
            rings: group.spec.alert_time,
        };
        self.alert(turn, id, target, hop);
        self.calls.last_asked.insert(group.key.clone(), agent);
    }

    /// The agent groups of a queue, in its order.
    fn queue_groups(&self, queue: &ObjectKey) -> Vec<QueueGroup> {
        let object = self.store.object(queue);
        let names = object
            .and_then(Object::queue)
            .map(|queue| queue.agent_groups.as_slice());
        let names = names.unwrap_or_default().iter();
        names
            .filter_map(|name| self.queue_group(name, &queue.owner))
            .collect()
    }

    fn queue_group(&self, name: &str, owner: &PoolName) -> Option<QueueGroup> {
        let object = self.store.referred(Kind::AgentGroup, name, owner)?;
        Some(QueueGroup {
            key: object.key(),
            name: object.name.clone(),
            spec: object.agent_group()?.clone(),
        })
    }

    /// Somebody may have become available: all calls that wait look again.
    pub(in crate::pool) fn hunt_for_all(&mut self, turn: &mut Turn<'_>) {
        let waiting: Vec<CallId> = self
            .calls
            .iter()
            .filter(|(_, call)| matches!(call.state, CallState::Waiting(_)))
            .map(|(id, _)| id)
            .collect();
        for id in waiting {
            self.hunt(turn, id);
        }
    }

    pub(super) fn waiting(&self, id: CallId) -> Option<&Waiting> {
        match &self.calls.get(id)?.state {
            CallState::Waiting(waiting) => Some(waiting),
            _ => None,
        }
    }

    pub(super) fn waiting_mut(&mut self, id: CallId) -> Option<&mut Waiting> {
        match &mut self.calls.get_mut(id)?.state {
            CallState::Waiting(waiting) => Some(waiting),
            _ => None,
        }
    }
}
