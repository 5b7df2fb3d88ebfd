//! What the files of a target's containers are rendered from: the topology of a walk, at the addresses
//! of a lab.

use lab::Addresses;
use model::Topology;
use model::clause::CallKind;
use model::host::Host;
use model::topology::{Agent, Group, Participation, Pool};
use target::files::{DeployedAgent, DeployedGroup, DeployedHost, DeployedOutsider, DeployedPool};
use target::{Deployed, Secrets, Target};

/// What is known on this host, of it and of all who take part.
pub fn deployed(
    host: Host,
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
    let pool = |pool| deployed_pool(pool, addresses, target);
    let hosts = topology.all_hosts();
    let hosts = hosts.filter_map(|host| Some((host.name, deployed_host(*host, addresses)?)));
    Deployed {
        domain: target.domain.as_ref().map(|domain| domain.name.clone()),
        host: DeployedHost {
            name: host.name,
            site: host.site,
            address: addresses.of(host.name).to_string(),
        },
        hosts: hosts.collect(),
        primary: pool(Pool::Primary),
        backup: pool(Pool::Backup),
        pool: host.site.pool().map(pool),
        partner: host.site.pool().map(|own| pool(own.partner())),
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

/// Of pools that run already, not all hosts are there.
fn deployed_host(Host { name, site }: Host, addresses: &Addresses) -> Option<DeployedHost> {
    let address = addresses.all().get(&name)?.to_string();
    Some(DeployedHost {
        name,
        site,
        address,
    })
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
