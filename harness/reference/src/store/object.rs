//! What all parts of a response group have in common: identity, name, owner.

use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::agent_group::AgentGroup;
use super::holidays::Holidays;
use super::hours::Hours;
use super::queue::Queue;
use super::workflow::{Anonymity, Workflow};

/// The name of a pool.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PoolName(pub String);

impl fmt::Display for PoolName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for PoolName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What stays the same when an object is renamed, exported and imported.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObjectId(pub String);

/// The kinds of objects. Names are unique for each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What is called.
    Workflow,
    /// Where calls wait.
    Queue,
    /// Who answers.
    AgentGroup,
    /// When it is open.
    Hours,
    /// When it is closed all the same.
    Holidays,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 5] = [
        Kind::Workflow,
        Kind::Queue,
        Kind::AgentGroup,
        Kind::Hours,
        Kind::Holidays,
    ];

    /// One of them, in words.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Workflow => "workflow",
            Kind::Queue => "queue",
            Kind::AgentGroup => "agent group",
            Kind::Hours => "business hours",
            Kind::Holidays => "holiday set",
        }
    }

    /// The path segment under which management surfaces list them.
    pub const fn path(self) -> &'static str {
        match self {
            Kind::Workflow => "workflows",
            Kind::Queue => "queues",
            Kind::AgentGroup => "agent-groups",
            Kind::Hours => "hours",
            Kind::Holidays => "holidays",
        }
    }

    /// The kind that a path segment names.
    pub fn from_path(path: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.path() == path)
    }
}

/// A part of a response group, as one pool keeps it.
///
/// Its *owner* is the pool that it belongs to. Its *parent* is the pool that keeps it, and is
/// stored nowhere: whatever is in a pool's database has that pool as its parent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Its identity, together with kind and owner.
    pub id: ObjectId,
    /// The pool that it belongs to.
    pub owner: PoolName,
    /// Its name, by which others refer to it.
    pub name: String,
    /// What an administrator says about it.
    #[serde(default)]
    pub description: String,
    /// What it is.
    pub spec: Spec,
}

/// What an object is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spec {
    /// What is called.
    Workflow(Workflow),
    /// Where calls wait.
    Queue(Queue),
    /// Who answers.
    AgentGroup(AgentGroup),
    /// When it is open.
    Hours(Hours),
    /// When it is closed all the same.
    Holidays(Holidays),
}

/// The key under which a pool keeps an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ObjectKey {
    pub(crate) kind: Kind,
    pub(crate) owner: PoolName,
    pub(crate) id: ObjectId,
}

impl Object {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        self.spec.kind()
    }

    pub(crate) fn key(&self) -> ObjectKey {
        ObjectKey {
            kind: self.kind(),
            owner: self.owner.clone(),
            id: self.id.clone(),
        }
    }

    pub(crate) fn workflow(&self) -> Option<&Workflow> {
        match &self.spec {
            Spec::Workflow(workflow) => Some(workflow),
            _ => None,
        }
    }

    /// Whether it is a workflow whose callers may not see who answers.
    pub(crate) fn is_anonymous(&self) -> bool {
        let workflow = self.workflow();
        workflow.is_some_and(|workflow| workflow.agents == Anonymity::Hidden)
    }

    pub(crate) fn queue(&self) -> Option<&Queue> {
        match &self.spec {
            Spec::Queue(queue) => Some(queue),
            _ => None,
        }
    }

    pub(crate) fn agent_group(&self) -> Option<&AgentGroup> {
        match &self.spec {
            Spec::AgentGroup(group) => Some(group),
            _ => None,
        }
    }
}

impl Spec {
    /// Which kind it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Spec::Workflow(_) => Kind::Workflow,
            Spec::Queue(_) => Kind::Queue,
            Spec::AgentGroup(_) => Kind::AgentGroup,
            Spec::Hours(_) => Kind::Hours,
            Spec::Holidays(_) => Kind::Holidays,
        }
    }

    /// The names of the objects that this one refers to.
    pub(crate) fn references(&mut self) -> Vec<(Kind, &mut String)> {
        use super::action::Action;
        fn action(action: &mut Action) -> Option<(Kind, &mut String)> {
            match action {
                Action::TransferToQueue(queue) => Some((Kind::Queue, queue)),
                Action::Terminate | Action::TransferToUri(_) => None,
            }
        }
        match self {
            Spec::Workflow(workflow) => {
                let queue = [(Kind::Queue, &mut workflow.queue)].into_iter();
                let hours = workflow.hours.iter_mut().map(|name| (Kind::Hours, name));
                let holidays = workflow.holidays.iter_mut();
                queue
                    .chain(hours)
                    .chain(holidays.map(|name| (Kind::Holidays, name)))
                    .chain(action(&mut workflow.after_hours))
                    .chain(action(&mut workflow.on_holiday))
                    .collect()
            }
            Spec::Queue(queue) => {
                let groups = queue.agent_groups.iter_mut();
                let timeout = queue.timeout.as_mut();
                let overflow = queue.overflow.as_mut();
                groups
                    .map(|name| (Kind::AgentGroup, name))
                    .chain(timeout.and_then(|timeout| action(&mut timeout.action)))
                    .chain(overflow.and_then(|overflow| action(&mut overflow.action)))
                    .collect()
            }
            Spec::AgentGroup(_) | Spec::Hours(_) | Spec::Holidays(_) => Vec::new(),
        }
    }
}
