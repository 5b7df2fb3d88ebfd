//! How pools learn who takes part, where the target's verbs tell them: servers that are provisioned
//! through an interface. Those that read files have them before they start, and are asked nothing here.

use std::time::Duration;

use model::Topology;
use model::topology::{Agent, Group, Pool};
use model::verb::{About, Verb};

use crate::instruction::OperationRequest;

/// How long after a question that had no answer it is asked again.
pub(crate) const AGAIN: Duration = Duration::from_secs(1);

/// Somebody or something that is to be created.
pub(crate) struct Creation {
    /// What the administrator asks for.
    pub(crate) request: OperationRequest,
    /// The same in words.
    pub(crate) words: String,
}

/// What the administrator asks of the pools before anything else: all agents at each pool, then each group at
/// its owner. Only what is among these verbs is asked.
pub(crate) fn creations(topology: &Topology, verbs: &[Verb]) -> Vec<Creation> {
    let agents = Pool::BOTH.into_iter().flat_map(|pool| {
        topology
            .agents
            .iter()
            .map(move |agent| of_agent(agent, pool))
    });
    let groups = topology.groups.iter().map(of_group);
    agents
        .chain(groups)
        .filter(|creation| verbs.contains(&creation.request.verb))
        .collect()
}

/// Who is homed in the other pool registers here once that is gone.
fn of_agent(agent: &Agent, at: Pool) -> Creation {
    let about = About {
        agent: Some(agent.name.clone()),
        owner: Some(agent.home),
        ..About::default()
    };
    let what = format!("the agent {}", agent.name);
    creation(Verb::CreateAgent, at, about, &what)
}

fn of_group(group: &Group) -> Creation {
    let about = About {
        group: Some(group.name.clone()),
        owner: Some(group.owner),
        definition: Some(Box::new(group.clone())),
        ..About::default()
    };
    let what = format!("the group {}", group.name);
    creation(Verb::CreateGroup, group.owner, about, &what)
}

fn creation(verb: Verb, at: Pool, about: About, what: &str) -> Creation {
    Creation {
        request: OperationRequest {
            verb,
            at,
            fallback: None,
            about,
        },
        words: format!("the creation of {what} at the {}", at.word()),
    }
}
