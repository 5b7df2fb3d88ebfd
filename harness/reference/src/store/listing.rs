//! What management surfaces list.

use std::time::Duration;

use serde::Serialize;

use super::agent_group::{AgentGroup, Participation, Routing};
use super::cache::Store;
use super::object::{Kind, Object, PoolName};
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
    /// Of a workflow: the agent groups that its queue searches, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) agent_groups: Option<Vec<Searched>>,
    /// Of a workflow: whether callers are told who answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) agents_shown: Option<bool>,
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
            agent_groups: searched(store, object),
            agents_shown: object
                .workflow()
                .map(|workflow| workflow.agents == Anonymity::Shown),
        })
        .collect();
    rows.sort_by(|a, b| (&a.name, &a.owner).cmp(&(&b.name, &b.owner)));
    rows
}

/// The agent groups that a workflow's queue searches.
fn searched(store: &Store, workflow: &Object) -> Option<Vec<Searched>> {
    let owner = &workflow.owner;
    let queue = &workflow.workflow()?.queue;
    let queue = store.referred(Kind::Queue, queue, owner)?.queue()?;
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
    Some(searched.collect())
}
