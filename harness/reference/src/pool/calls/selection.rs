//! Which agents are to be asked: those of the group who are signed in, free and reachable, in the
//! order of the group's routing method.

use std::collections::BTreeMap;

use node::Now;

use super::call::{CallState, Waiting};
use super::routing;
use super::table::CallTable;
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::pool::location::{Hop, Location, Reach};
use crate::recognition::FORMAL_AGENTS;
use crate::store::agent_group::{AgentGroup, Participation, Routing};
use crate::store::cache::Store;
use crate::store::object::{Kind, Object, ObjectKey, PoolName};
use crate::store::sign_in::SignIn;

/// An agent group of a queue.
pub(super) struct QueueGroup {
    pub(super) key: ObjectKey,
    pub(super) name: String,
    pub(super) spec: AgentGroup,
}

/// What decides who is asked.
pub(super) struct Selection<'a> {
    pub(super) config: &'a PoolConfig,
    pub(super) table: &'a CallTable,
    pub(super) store: &'a Store,
    pub(super) location: Location<'a>,
    pub(super) now: Now,
}

impl Selection<'_> {
    /// The agents of a group to be asked now. While some are being asked, only a group that asks
    /// all at once asks further ones.
    pub(super) fn agents(&self, group: &QueueGroup, waiting: &Waiting) -> Vec<(String, Hop)> {
        let AgentGroup {
            agents, routing, ..
        } = &group.spec;
        let asks_further = matches!(routing, Routing::Parallel | Routing::Attendant)
            && !self.config.has(Mutant::ParallelAlertsOne)
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
                    .is_none_or(|until| *until <= self.now)
            })
            .filter(|agent| self.is_present(group, agent, waiting))
            .filter(|agent| !self.location.is_forgotten(agent, &group.key.owner))
            .filter_map(|agent| match self.location.reach(agent, self.now) {
                Reach::At(hop) => Some((agent, hop)),
                Reach::Unreachable | Reach::Unknown => None,
            })
            .collect();
        let available: Vec<&String> = agents
            .iter()
            .filter(|agent| reachable.contains_key(agent))
            .collect();
        let last = self.table.last_asked.get(&group.key);
        let idle = &self.table.idle_since;
        let mut chosen = routing::choose(*routing, agents, &available, last, idle);
        match (self.config.mutant, routing) {
            (Some(Mutant::RoundRobinAsksFirst), Routing::RoundRobin) => {
                chosen = available.first().copied().into_iter().collect();
            }
            (Some(Mutant::LongestIdleAsksShortest), Routing::LongestIdle) => {
                let latest = available
                    .iter()
                    .max_by_key(|agent| idle.get(**agent).copied());
                chosen = latest.copied().into_iter().collect();
            }
            (Some(Mutant::ParallelAlertsOne), Routing::Parallel) => chosen.truncate(1),
            (Some(Mutant::SerialAlertsAll), Routing::Serial) => chosen = available,
            (Some(Mutant::CopiesBeginAtEnd), Routing::Serial)
                if group.key.owner != self.config.name =>
            {
                chosen = available.last().copied().into_iter().collect();
            }
            _ => {}
        }
        chosen
            .into_iter()
            .filter_map(|agent| Some((agent.clone(), reachable.get(agent)?.clone())))
            .collect()
    }

    /// Whether an agent is signed in to the group, and free. An attendant group asks whoever is
    /// signed in.
    fn is_present(&self, group: &QueueGroup, agent: &str, waiting: &Waiting) -> bool {
        let is_signed_in = match group.spec.participation {
            Participation::Informal => true,
            Participation::Formal if self.config.has(Mutant::SignInHasNoEffect) => false,
            Participation::Formal if self.config.has(Mutant::SignedOutAgentsAlerted) => true,
            Participation::Formal
                if self.config.has(Mutant::OnlyKnownAgentsSignedIn)
                    && !FORMAL_AGENTS.contains(&agent) =>
            {
                false
            }
            Participation::Formal => self.store.is_signed_in(&SignIn {
                owner: group.key.owner.clone(),
                group: group.name.clone(),
                agent: agent.to_owned(),
            }),
        };
        let is_free = match group.spec.routing {
            Routing::Attendant => true,
            _ => !self.is_occupied(agent) && !self.was_busy(agent, waiting),
        };
        is_signed_in && !waiting.is_asking(agent) && is_free
    }
}

impl Selection<'_> {
    /// Whether a call keeps an agent busy; mutants do not look at all calls.
    fn is_occupied(&self, agent: &str) -> bool {
        let looks = |state: &CallState| match state {
            CallState::Waiting(_) => !self.config.has(Mutant::AlertedAgentsAlertedAgain),
            CallState::Paired { .. } => !self.config.has(Mutant::BusyAgentsAlerted),
            CallState::Early { .. }
            | CallState::Answered(_)
            | CallState::Greeted { .. }
            | CallState::CallingAgent(_) => true,
        };
        self.table.is_stuck(agent)
            || self
                .table
                .iter()
                .any(|(_, call)| looks(&call.state) && call.state.occupies(agent))
    }

    /// Whether an agent had a call when this one began to wait, which only a mutant minds.
    fn was_busy(&self, agent: &str, waiting: &Waiting) -> bool {
        let idle_since = self.table.idle_since.get(agent);
        self.config.has(Mutant::FreedAgentsNotAsked)
            && idle_since.is_some_and(|since| *since > waiting.since)
    }
}

/// The agent groups of a queue, in its order.
pub(super) fn queue_groups(store: &Store, queue: &ObjectKey) -> Vec<QueueGroup> {
    let object = store.object(queue);
    let names = object
        .and_then(Object::queue)
        .map(|queue| queue.agent_groups.as_slice());
    let names = names.unwrap_or_default().iter();
    names
        .filter_map(|name| queue_group(store, name, &queue.owner))
        .collect()
}

fn queue_group(store: &Store, name: &str, owner: &PoolName) -> Option<QueueGroup> {
    let object = store.referred(Kind::AgentGroup, name, owner)?;
    Some(QueueGroup {
        key: object.key(),
        name: object.name.clone(),
        spec: object.agent_group()?.clone(),
    })
}
