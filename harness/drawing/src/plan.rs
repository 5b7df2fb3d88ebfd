//! What is to be run: a walk, with the topology and the programme that it names.

use std::collections::BTreeMap;

use model::drawn::Drawn;
use model::programme::{Act, Programme, Step};
use model::scenarios::Scenarios;
use model::topology::Pool;
use model::verb::Verb;
use model::{Span, Stage, Topology, Walk};

use crate::load;

/// A walk and what it refers to, checked when they were loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How the deployment goes through the stages.
    pub walk: Walk,
    /// Who takes part.
    pub topology: Topology,
    /// Who does what in each stage.
    pub programme: Programme,
    /// What was drawn of all this; nothing while it is as the files say.
    pub drawn: Drawn,
    /// By which verbs the target's pools learn who takes part; none where they know it from files.
    pub provisioning: Vec<Verb>,
}

/// A call that is placed in the healthy stage and is still to be there at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldCall {
    /// Who calls.
    pub by: String,
    /// Whom.
    pub to: String,
}

impl Plan {
    /// A walk of these scenarios with what it refers to, as the files say.
    ///
    /// # Panics
    ///
    /// If the walk is of other scenarios: those of a walk were checked to be there.
    pub fn of(walk: &Walk, scenarios: &Scenarios) -> Plan {
        Plan {
            walk: walk.clone(),
            topology: scenarios.topologies[&walk.topology].clone(),
            programme: scenarios.programmes[&walk.programme].clone(),
            drawn: Drawn::default(),
            provisioning: Vec::new(),
        }
    }

    /// The same plan for a target whose pools learn by these verbs who takes part.
    #[must_use]
    pub fn provisioned_by(self, verbs: Vec<Verb>) -> Plan {
        Plan {
            provisioning: verbs,
            ..self
        }
    }

    /// Who takes part, and who plays in the load: what pools are configured with.
    pub fn deployed(&self) -> Topology {
        let mut topology = self.topology.clone();
        if let Some(load) = &self.walk.load {
            load::deploy(load, &self.drawn.load, &mut topology);
        }
        topology
    }

    /// All that is done in this walk, by stage.
    pub fn all_steps(&self) -> BTreeMap<Stage, Vec<Step>> {
        let stages = self.programme.stages.keys();
        stages
            .map(|stage| (*stage, self.steps(*stage).cloned().collect()))
            .collect()
    }

    /// What is done in a stage of this walk, in the programme's order.
    pub fn steps(&self, stage: Stage) -> impl Iterator<Item = &Step> {
        let imports = self.walk.imports;
        let steps = self.programme.stages.get(&stage).into_iter().flatten();
        steps.filter(move |step| step.applies(imports))
    }

    /// What is read when all is over.
    pub fn readings(&self) -> impl Iterator<Item = &Step> {
        let imports = self.walk.imports;
        let steps = self.programme.after.iter();
        steps.filter(move |step| step.applies(imports))
    }

    /// The calls that the healthy stage leaves to the next.
    pub fn held_calls(&self) -> Vec<HeldCall> {
        let end = self.walk.stages.healthy;
        let mut steps: Vec<&Step> = self.steps(Stage::Healthy).collect();
        steps.sort_by_key(|step| step.at);
        let mut held: Vec<HeldCall> = Vec::new();
        for step in steps {
            let (Act::Call { by, .. } | Act::HangUp { by }) = &step.act else {
                continue;
            };
            held.retain(|call| call.by != *by);
            if let Act::Call { to, lasting, .. } = &step.act
                && outlasts(step.at, *lasting, end)
            {
                let (by, to) = (by.clone(), to.clone());
                held.push(HeldCall { by, to });
            }
        }
        held
    }

    /// The pool that an agent asks first.
    pub fn home(&self, agent: &str) -> Pool {
        let agent = self.topology.agent(agent);
        agent.map_or(Pool::Primary, |agent| agent.home)
    }

    /// The pool that a group belongs to.
    pub fn owner(&self, group: &str) -> Option<Pool> {
        self.topology.group(group).map(|group| group.owner)
    }

    /// Everybody who may have a call.
    pub fn parties(&self) -> impl Iterator<Item = &str> {
        self.topology.party_names()
    }
}

/// Whether a call placed `at` a time and `lasting` so long is still there at `end`.
fn outlasts(at: Span, lasting: Option<Span>, end: Span) -> bool {
    lasting.is_none_or(|lasting| at.get() + lasting.get() > end.get())
}
