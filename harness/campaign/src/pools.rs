//! Puts the reference pools and their databases into a lab.
//!
//! What a topology says of groups and agents becomes the configuration that an administrator would
//! have given the pools before the drill; nothing of walks, stages or faults comes through here.

use std::collections::BTreeMap;
use std::sync::Arc;

use lab::Addresses;
use lab::sim::{Pools, Server};
use model::Topology;
use model::clause::CallKind;
use model::topology::{Agent, Group, Participation, Pool, Routing};
use model::walk::Timing;
use node::sim::Boot;
use reference::config::{
    DatabaseConfig, Outside, PartnerConfig, PoolConfig, RtpPorts, Secret, User,
};
use reference::store::action::Action;
use reference::store::agent_group::{self, AgentGroup};
use reference::store::deployment::{Definition, Deployment};
use reference::store::object::PoolName;
use reference::store::queue::{Queue, Timeout};
use reference::store::workflow::{Anonymity, Workflow};
use reference::{Mutant, Variant};
use target::{Secrets, Target};

/// The password of reference pools whose target names none.
const PASSWORD: &str = "drill";

/// What everybody signs in with at reference pools that this target is drilled with: whatever their
/// agents do.
pub fn reference_password(topology: &Topology, target: &Target, secrets: &Secrets) -> String {
    let agent = topology.agents.first();
    let credentials =
        agent.and_then(|Agent { name, home, .. }| target.credentials(name, *home, secrets));
    credentials.map_or_else(|| PASSWORD.to_owned(), |(_, password)| password)
}

/// The reference pools of one topology.
#[derive(Debug)]
pub struct ReferencePools {
    pools: BTreeMap<Pool, Arc<PoolConfig>>,
    databases: BTreeMap<Pool, Arc<DatabaseConfig>>,
}

impl ReferencePools {
    /// Pools at these addresses that own the topology's groups and know its users.
    /// Everybody signs in with `password`.
    pub fn new(
        addresses: &Addresses,
        topology: &Topology,
        timing: &Timing,
        password: &str,
    ) -> Self {
        let pool = |pool| Arc::new(pool_config(pool, addresses, topology, timing, password));
        let pools = Pool::BOTH.map(|which| (which, pool(which)));
        let databases =
            Pool::BOTH.map(|pool| (pool, Arc::new(database_config(pool, addresses, password))));
        ReferencePools {
            pools: pools.into(),
            databases: databases.into(),
        }
    }

    /// The configuration of a pool.
    pub fn pool_config(&self, pool: Pool) -> &PoolConfig {
        &self.pools[&pool]
    }

    /// The configuration of a pool's database.
    pub fn database_config(&self, pool: Pool) -> &DatabaseConfig {
        &self.databases[&pool]
    }

    /// The same pools, for users in this target's domain.
    #[must_use]
    pub fn for_users_of(mut self, target: &Target) -> Self {
        for config in self.pools.values_mut() {
            let domain = target.domain.as_ref();
            Arc::make_mut(config).domain = domain.map(|domain| domain.name.clone());
        }
        self
    }

    /// The same pools, both with this defect.
    #[must_use]
    pub fn with(mut self, mutant: Mutant) -> Self {
        for config in self.pools.values_mut() {
            Arc::make_mut(config).mutant = Some(mutant);
        }
        self
    }
}

impl ReferencePools {
    /// The same pools, both with this other right way.
    #[must_use]
    pub fn varied(mut self, variant: Variant) -> Self {
        for config in self.pools.values_mut() {
            *config = Arc::new(config.as_ref().clone().with_variant(variant));
        }
        self
    }
}

impl Pools for ReferencePools {
    fn pool(&self, pool: Pool, boot: Boot) -> Server {
        Box::new(reference::Pool::new(
            Arc::clone(&self.pools[&pool]),
            boot.seed,
        ))
    }

    #[expect(
        clippy::panic,
        reason = "a simulated disk refuses nothing when a database opens it"
    )]
    fn database(&self, pool: Pool, boot: Boot) -> Server {
        match reference::Database::new(Arc::clone(&self.databases[&pool]), boot.disk) {
            Ok(database) => Box::new(database),
            Err(error) => panic!("the database of the {} pool: {error}", pool.word()),
        }
    }
}

fn pool_config(
    pool: Pool,
    addresses: &Addresses,
    topology: &Topology,
    timing: &Timing,
    password: &str,
) -> PoolConfig {
    let partner = pool.partner();
    let (first, last) = addresses.pool_rtp();
    PoolConfig {
        name: name(pool),
        sip: addresses.pool(pool).sip,
        domain: None,
        rtp: RtpPorts { first, last },
        http: addresses.pool(pool).http,
        database: addresses.database(pool),
        partner: Some(PartnerConfig {
            name: name(partner),
            sip: addresses.pool(partner).sip,
            http: addresses.pool(partner).http,
            database: addresses.database(partner),
        }),
        users: topology
            .agents
            .iter()
            .map(|agent| User {
                name: agent.name.clone(),
                home: name(agent.home),
            })
            .collect(),
        outside: outside(addresses, topology),
        password: Secret(password.to_owned()),
        deployment: deployment(pool, topology),
        limits: reference::config::Limits::default(),
        timing: reference::config::Timing {
            heartbeat: timing.heartbeat.get(),
            dead_after: timing.dead_after,
            register_expires: timing.register_expires.get(),
            next_hop: timing.next_hop.get(),
            ..reference::config::Timing::default()
        },
        wall_clock: None,
        mutant: None,
        variant: None,
    }
}

fn database_config(pool: Pool, addresses: &Addresses, password: &str) -> DatabaseConfig {
    DatabaseConfig {
        pool: name(pool),
        http: addresses.database(pool),
        password: Secret(password.to_owned()),
    }
}

/// Callees are reached without being registered, as through a gateway.
fn outside(addresses: &Addresses, topology: &Topology) -> Vec<Outside> {
    let callees = topology.callees.iter();
    callees
        .filter_map(|callee| {
            Some(Outside {
                name: callee.clone(),
                sip: addresses.actor(callee)?,
            })
        })
        .collect()
}

/// The groups that a pool owns. A group's workflow, queue and agent group share its name.
fn deployment(pool: Pool, topology: &Topology) -> Deployment {
    let groups: Vec<&Group> = topology
        .groups
        .iter()
        .filter(|group| group.owner == pool)
        .collect();
    Deployment {
        workflows: groups
            .iter()
            .map(|group| define(group, workflow(group)))
            .collect(),
        queues: groups
            .iter()
            .map(|group| define(group, queue(group)))
            .collect(),
        agent_groups: groups
            .iter()
            .map(|group| define(group, agent_group(group)))
            .collect(),
        ..Deployment::default()
    }
}

fn define<T>(group: &Group, spec: T) -> Definition<T> {
    Definition {
        name: group.name.clone(),
        description: String::new(),
        spec,
    }
}

fn workflow(group: &Group) -> Workflow {
    Workflow {
        queue: group.name.clone(),
        agents: match group.calls {
            CallKind::Regular => Anonymity::Shown,
            CallKind::Anonymous => Anonymity::Hidden,
        },
        hours: None,
        after_hours: Default::default(),
        holidays: Vec::new(),
        on_holiday: Default::default(),
    }
}

fn queue(group: &Group) -> Queue {
    Queue {
        agent_groups: vec![group.name.clone()],
        timeout: group.queue_timeout.map(|timeout| Timeout {
            after: timeout.get(),
            action: Action::Terminate,
        }),
        overflow: None,
    }
}

fn agent_group(group: &Group) -> AgentGroup {
    AgentGroup {
        agents: group.members.clone(),
        participation: match group.participation {
            Participation::Informal => agent_group::Participation::Informal,
            Participation::Formal => agent_group::Participation::Formal,
        },
        routing: match group.routing {
            Routing::Parallel => agent_group::Routing::Parallel,
            Routing::Serial => agent_group::Routing::Serial,
            Routing::RoundRobin => agent_group::Routing::RoundRobin,
            Routing::LongestIdle => agent_group::Routing::LongestIdle,
            Routing::Attendant => agent_group::Routing::Attendant,
        },
        alert_time: group.alert_time.get(),
    }
}

fn name(pool: Pool) -> PoolName {
    PoolName(pool.word().to_owned())
}
