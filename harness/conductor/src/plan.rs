//! What is to be run: a walk, with the topology and the programme that it names.

use model::programme::{Act, Programme, Step};
use model::topology::Pool;
use model::{Span, Stage, Topology, Walk};

/// A walk and what it refers to, checked when they were loaded.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How the deployment goes through the stages.
    pub walk: Walk,
    /// Who takes part.
    pub topology: Topology,
    /// Who does what in each stage.
    pub programme: Programme,
}

/// A call that is placed in the healthy stage and is still to be there at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldCall {
    /// Who calls.
    pub(crate) by: String,
    /// Whom.
    pub(crate) to: String,
}

impl Plan {
    /// What is done in a stage of this walk, in the programme's order.
    pub(crate) fn steps(&self, stage: Stage) -> impl Iterator<Item = &Step> {
        let imports = self.walk.imports;
        let steps = self.programme.stages.get(&stage).into_iter().flatten();
        steps.filter(move |step| step.applies(imports))
    }

    /// The calls that the healthy stage leaves to the next.
    pub(crate) fn held_calls(&self) -> Vec<HeldCall> {
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
    pub(crate) fn home(&self, agent: &str) -> Pool {
        let agent = self.topology.agent(agent);
        agent.map_or(Pool::Primary, |agent| agent.home)
    }

    /// The pool that a group belongs to.
    pub(crate) fn owner(&self, group: &str) -> Option<Pool> {
        self.topology.group(group).map(|group| group.owner)
    }

    /// Everybody who may have a call.
    pub(crate) fn parties(&self) -> impl Iterator<Item = &str> {
        self.topology.party_names()
    }
}

/// Whether a call placed `at` a time and `lasting` so long is still there at `end`.
fn outlasts(at: Span, lasting: Option<Span>, end: Span) -> bool {
    lasting.is_none_or(|lasting| at.get() + lasting.get() > end.get())
}
