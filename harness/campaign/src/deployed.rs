//! What the files of a target's containers are rendered from: the topology of a walk, at the addresses
//! of a lab.

use lab::Addresses;
use model::Topology;
use model::clause::CallKind;
use model::topology::{Agent, Group, Participation, Pool};
use target::files::{DeployedAgent, DeployedGroup, DeployedOutsider, DeployedPool};
use target::{Deployed, Secrets, Target};

/// What is known of `pool` and of all who take part.
pub fn deployed(
    pool: Pool,
    topology: &Topology,
    addresses: &Addresses,
    target: &Target,
    secrets: &Secrets,
) -> Deployed {
    let outsiders = |names: Vec<&str>| {
        let outsiders = names.into_iter().filter_map(|name| {
            Some(DeployedOutsider {
                name: name.to_owned(),
                sip: addresses.actor(name)?.to_string(),
            })
        });
        outsiders.collect()
    };
    Deployed {
        domain: target.domain.as_ref().map(|domain| domain.name.clone()),
        pool: deployed_pool(pool, addresses, target),
        partner: deployed_pool(pool.partner(), addresses, target),
        agents: topology
            .agents
            .iter()
            .map(|agent| deployed_agent(agent, target, secrets))
            .collect(),
        groups: topology.groups.iter().map(deployed_group).collect(),
        callers: outsiders(topology.caller_names().collect()),
        callees: outsiders(topology.callees.iter().map(String::as_str).collect()),
    }
}

fn deployed_pool(pool: Pool, addresses: &Addresses, target: &Target) -> DeployedPool {
    DeployedPool {
        name: pool,
        word: target.words.pool(pool).to_owned(),
        address: addresses.of(pool.host()).to_string(),
        database: addresses.database(pool).ip().to_string(),
        sip: addresses.pool(pool).sip.port(),
        http: addresses.pool(pool).http.port(),
    }
}

fn deployed_agent(agent: &Agent, target: &Target, secrets: &Secrets) -> DeployedAgent {
    let credentials = target.credentials(&agent.name, agent.home, secrets);
    let (user, password) = match credentials {
        Some((user, password)) => (user, Some(password)),
        None => (agent.name.clone(), None),
    };
    DeployedAgent {
        name: agent.name.clone(),
        home: agent.home,
        user,
        password,
    }
}

fn deployed_group(group: &Group) -> DeployedGroup {
    DeployedGroup {
        name: group.name.clone(),
        owner: group.owner,
        anonymous: group.calls == CallKind::Anonymous,
        formal: group.participation == Participation::Formal,
        routing: group.routing,
        alert_time: group.alert_time.get().as_secs(),
        queue_timeout: group.queue_timeout.map(|timeout| timeout.get().as_secs()),
        members: group.members.clone(),
    }
}
