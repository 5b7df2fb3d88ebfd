//! Which agents are to be asked: those of the group who are signed in, free and reachable, in the
//! order of the group's routing method.

use std::collections::BTreeMap;
use std::time::Duration;

use node::Now;

use super::call::{CallState, Waiting};
use super::routing;
use super::seeking::Seeking;
use super::table::CallTable;
use crate::config::PoolConfig;
use crate::mutant::Mutant;
use crate::pool::location::{Hop, Location, Reach};
use crate::recognition::FORMAL_AGENTS;
use crate::store::agent_group::{AgentGroup, Participation, Routing};
use crate::store::cache::Store;
use crate::store::object::{Kind, Object, ObjectKey, PoolName};
use crate::store::sign_in::SignIn;

/// After what time the others are alerted, as only a mutant has it.
const OTHERS_LATE: Duration = Duration::from_millis(1500);

/// An agent group of a queue.
pub(super) struct QueueGroup<'a> {
    pub(super) key: ObjectKey,
    name: &'a str,
    pub(super) spec: &'a AgentGroup,
}

/// What decides who is asked.
pub(super) struct Selection<'a> {
    pub(super) config: &'a PoolConfig,
    pub(super) table: &'a CallTable,
    pub(super) seeking: &'a Seeking,
    pub(super) store: &'a Store,
    pub(super) location: Location<'a>,
    pub(super) now: Now,
}

impl Selection<'_> {
    /// The agents of a group to be asked now. While some are being asked, only a group that asks
    /// all at once asks further ones.
    pub(super) fn agents(&self, group: &QueueGroup<'_>, waiting: &Waiting) -> Vec<(String, Hop)> {
        let AgentGroup {
            agents, routing, ..
        } = group.spec;
        let asks_further = matches!(routing, Routing::Parallel | Routing::Attendant)
            && !self.config.has(Mutant::ParallelAlertsOne)
            && !self.config.has(Mutant::AttendantAlertsOne)
            && waiting
                .alerts
                .values()
                .all(|alert| alert.target.group.as_ref() == Some(&group.key));
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
            .filter(|agent| !waiting.is_asking(agent) && !self.was_busy(group, agent, waiting))
            .filter_map(|agent| Some((agent, self.present(group, agent)?)))
            .take(self.as_many_as_count(*routing))
            .collect();
        let available: Vec<&String> = agents
            .iter()
            .filter(|agent| reachable.contains_key(agent))
            .collect();
        let last = self.table.last_asked.get(&group.key);
        let idle = &self.table.idle_since;
        let mut chosen = routing::choose(*routing, agents, &available, last, idle);
        match (self.config.mutant, routing) {
            (Some(Mutant::AttendantAlertsOne), Routing::Attendant) => chosen.truncate(1),
            (Some(Mutant::ParallelAlertsTwo), Routing::Parallel) => {
                chosen.truncate(2_usize.saturating_sub(waiting.alerts.len()));
            }
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
            (Some(Mutant::ParallelAlertsOthersLate), Routing::Parallel)
                if self.now < waiting.since + OTHERS_LATE =>
            {
                chosen.truncate(1_usize.saturating_sub(waiting.alerts.len()));
            }
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

    /// How many of the agents who can be asked have to be known to choose from them: where the first one is asked,
    /// no others, of whom there may be hundreds.
    fn as_many_as_count(&self, routing: Routing) -> usize {
        let asks_others =
            self.config.has(Mutant::SerialAlertsAll) || self.config.has(Mutant::CopiesBeginAtEnd);
        match routing {
            Routing::Serial if !asks_others => 1,
            _ => usize::MAX,
        }
    }

    /// Whether any agent of a group could be asked now, for whichever call.
    pub(super) fn has_agents(&self, group: &QueueGroup<'_>) -> bool {
        let mut agents = group.spec.agents.iter();
        agents.any(|agent| self.present(group, agent).is_some())
    }

    /// Where an agent is, who is signed in to the group, free and reachable.
    fn present(&self, group: &QueueGroup<'_>, agent: &str) -> Option<Hop> {
        let is_wanted = !self.seeking.is_left_alone(agent, self.now)
            && self.is_free(group, agent)
            && self.is_signed_in(group, agent)
            && !self.location.is_forgotten(agent, &group.key.owner);
        if !is_wanted {
            return None;
        }
        match self.location.reach(agent, self.now) {
            Reach::At(hop) => Some(hop),
            Reach::Unreachable | Reach::Unknown => None,
        }
    }

    fn is_signed_in(&self, group: &QueueGroup<'_>, agent: &str) -> bool {
        match group.spec.participation {
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
                group: group.name.to_owned(),
                agent: agent.to_owned(),
            }),
        }
    }

    /// Whether an agent is free. An attendant group asks whoever is signed in.
    fn is_free(&self, group: &QueueGroup<'_>, agent: &str) -> bool {
        let minds_nothing = group.spec.routing == Routing::Attendant
            && !self.config.has(Mutant::AttendantSkipsBusyAgents);
        minds_nothing || !self.is_occupied(agent)
    }

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
        let mut calls = self.table.calls_of(agent);
        self.table.is_stuck(agent) || calls.any(|call| looks(&call.state))
    }

    /// Whether an agent had a call when this one began to wait, which only a mutant minds.
    fn was_busy(&self, group: &QueueGroup<'_>, agent: &str, waiting: &Waiting) -> bool {
        let idle_since = self.table.idle_since.get(agent);
        self.config.has(Mutant::FreedAgentsNotAsked)
            && group.spec.routing != Routing::Attendant
            && idle_since.is_some_and(|since| *since > waiting.since)
    }
}

/// The agent groups of a queue, in its order.
pub(super) fn queue_groups<'a>(store: &'a Store, queue: &ObjectKey) -> Vec<QueueGroup<'a>> {
    let object = store.object(queue);
    let names = object
        .and_then(Object::queue)
        .map(|queue| queue.agent_groups.as_slice());
    let names = names.unwrap_or_default().iter();
    names
        .filter_map(|name| queue_group(store, name, &queue.owner))
        .collect()
}

fn queue_group<'a>(store: &'a Store, name: &str, owner: &PoolName) -> Option<QueueGroup<'a>> {
    let object = store.referred(Kind::AgentGroup, name, owner)?;
    Some(QueueGroup {
        key: object.key(),
        name: &object.name,
        spec: object.agent_group()?,
    })
}
