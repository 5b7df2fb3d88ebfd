//! What management surfaces list.

use std::time::Duration;

use serde::Serialize;

use super::agent_group::{AgentGroup, Participation, Routing};
use super::cache::Store;
use super::object::{Kind, Object, PoolName};
use super::queue::Timeout;
use super::workflow::Anonymity;

/// Which objects of a pool are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Those that belong to the pool itself: neither owner nor "show all" was given.
    Own,
    /// Those that belong to this pool.
    OwnedBy(PoolName),
    /// All.
    All,
}

/// A row of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) owner: PoolName,
    pub(crate) parent: PoolName,
    pub(crate) description: String,
    /// Of a workflow: what becomes of its calls.
    #[serde(flatten)]
    pub(crate) treatment: Option<Treatment>,
}

/// What becomes of the calls to a workflow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Treatment {
    /// The agent groups that its queue searches, in their order.
    pub(crate) agent_groups: Vec<Searched>,
    /// What becomes of calls that have waited too long in its queue; none: they wait for ever.
    pub(crate) queue_timeout: Option<Timeout>,
    /// Whether callers are told who answers.
    pub(crate) agents_shown: bool,
}

/// An agent group that a workflow's queue searches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Searched {
    pub(crate) agents: Vec<String>,
    pub(crate) participation: Participation,
    pub(crate) routing: Routing,
    #[serde(with = "crate::duration")]
    pub(crate) alert_time: Duration,
}

impl Filter {
    /// Whether an object that `parent` keeps is asked for.
    pub(crate) fn lets_through(&self, object: &Object, parent: &PoolName) -> bool {
        match self {
            Filter::Own => object.owner == *parent,
            Filter::OwnedBy(owner) => object.owner == *owner,
            Filter::All => true,
        }
    }
}

/// The rows of a listing of `parent`'s objects of a kind, by name.
pub(crate) fn rows(store: &Store, kind: Kind, parent: &PoolName, filter: &Filter) -> Vec<Row> {
    let asked = store
        .objects_of(kind)
        .filter(|object| filter.lets_through(object, parent));
    let mut rows: Vec<Row> = asked
        .map(|object| Row {
            name: object.name.clone(),
            owner: object.owner.clone(),
            parent: parent.clone(),
            description: object.description.clone(),
            treatment: treatment(store, object),
        })
        .collect();
    rows.sort_by(|a, b| (&a.name, &a.owner).cmp(&(&b.name, &b.owner)));
    rows
}

/// What becomes of the calls to a workflow, if this is one.
fn treatment(store: &Store, workflow: &Object) -> Option<Treatment> {
    let owner = &workflow.owner;
    let spec = workflow.workflow()?;
    let queue = store.referred(Kind::Queue, &spec.queue, owner)?.queue()?;
    let groups = queue.agent_groups.iter();
    let groups = groups.filter_map(|name| store.referred(Kind::AgentGroup, name, owner));
    let searched = groups.filter_map(Object::agent_group).map(|group| {
        let AgentGroup {
            agents,
            participation,
            routing,
            alert_time,
        } = group.clone();
        Searched {
            agents,
            participation,
            routing,
            alert_time,
        }
    });
    Some(Treatment {
        agent_groups: searched.collect(),
        queue_timeout: queue.timeout.clone(),
        agents_shown: spec.agents == Anonymity::Shown,
    })
}
