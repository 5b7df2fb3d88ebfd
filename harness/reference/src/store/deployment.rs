//! The response groups that a pool starts with.

use serde::{Deserialize, Serialize};

use super::agent_group::AgentGroup;
use super::holidays::Holidays;
use super::hours::Hours;
use super::limits::ObjectError;
use super::object::{Kind, Object, ObjectId, PoolName, Spec};
use super::queue::Queue;
use super::settings::Settings;
use super::workflow::Workflow;

/// Response groups as an administrator would have configured them by hand. They are written into
/// the pool's database if it is empty when the pool first starts; the pool is their owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deployment {
    /// What is called.
    pub workflows: Vec<Definition<Workflow>>,
    /// Where calls wait.
    pub queues: Vec<Definition<Queue>>,
    /// Who answers.
    pub agent_groups: Vec<Definition<AgentGroup>>,
    /// When workflows are open.
    pub hours: Vec<Definition<Hours>>,
    /// When they are closed all the same.
    pub holidays: Vec<Definition<Holidays>>,
    /// The application-level settings.
    pub settings: Settings,
}

/// A named part of a response group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition<T> {
    /// Its name, by which others refer to it; a workflow's is the user part of its address.
    pub name: String,
    /// What an administrator says about it.
    #[serde(default)]
    pub description: String,
    /// What it is.
    pub spec: T,
}

impl Deployment {
    /// Checks the documented limits, and that all references lead somewhere.
    pub fn check(&self) -> Result<(), ObjectError> {
        let mut objects = self.objects(&PoolName(String::new()), || ObjectId(String::new()));
        let names: Vec<(Kind, String)> = objects
            .iter()
            .map(|object| (object.kind(), object.name.clone()))
            .collect();
        for object in &mut objects {
            object.check()?;
            for (kind, missing) in object.spec.references() {
                if !names
                    .iter()
                    .any(|(of, name)| *of == kind && name == missing)
                {
                    return Err(ObjectError::Dangling {
                        name: object.name.clone(),
                        kind,
                        missing: missing.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The objects, with `owner` as their owner and identities from `new_id`.
    pub(crate) fn objects(
        &self,
        owner: &PoolName,
        mut new_id: impl FnMut() -> ObjectId,
    ) -> Vec<Object> {
        let workflows = self.workflows.iter().map(|of| of.with(Spec::Workflow));
        let queues = self.queues.iter().map(|of| of.with(Spec::Queue));
        let groups = self.agent_groups.iter().map(|of| of.with(Spec::AgentGroup));
        let hours = self.hours.iter().map(|of| of.with(Spec::Hours));
        let holidays = self.holidays.iter().map(|of| of.with(Spec::Holidays));
        workflows
            .chain(queues)
            .chain(groups)
            .chain(hours)
            .chain(holidays)
            .map(|definition| Object {
                id: new_id(),
                owner: owner.clone(),
                name: definition.name,
                description: definition.description,
                spec: definition.spec,
            })
            .collect()
    }
}

impl<T: Clone> Definition<T> {
    fn with(&self, spec: impl FnOnce(T) -> Spec) -> Definition<Spec> {
        Definition {
            name: self.name.clone(),
            description: self.description.clone(),
            spec: spec(self.spec.clone()),
        }
    }
}
