//! The groups and users that the tests speak of.

use std::collections::BTreeMap;
use std::time::Duration;

use reference::Variant;
use reference::config::{
    DatabaseConfig, Limits, Outside, PartnerConfig, PoolConfig, RtpPorts, Secret, Timing, User,
};
use reference::store::agent_group::{AgentGroup, Participation, Routing};
use reference::store::deployment::{Definition, Deployment};
use reference::store::object::PoolName;
use reference::store::queue::Queue;
use reference::store::workflow::{Anonymity, Workflow};

use super::{Backup, Pool, Primary};

/// Everybody, in the order of their phones' ports. `anna` to `axel` are agents homed in the
/// primary, `bert` to `boris` in the backup; `carl` to `cora` call; `zoe` is called.
pub const PEOPLE: [&str; 12] = [
    "anna", "anton", "axel", "bert", "bianca", "boris", "carl", "carmen", "chris", "cora", "zoe",
    "zack",
];

pub fn home(name: &str) -> Pool {
    match name.starts_with(['b', 'z']) {
        true => Backup,
        false => Primary,
    }
}

/// A group of the deployment.
#[derive(Clone, Debug)]
pub struct Group {
    pub owner: Pool,
    pub members: Vec<&'static str>,
    pub agents: Anonymity,
    pub participation: Participation,
    pub routing: Routing,
    pub queue: Option<Queue>,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub seed: u64,
    pub groups: BTreeMap<&'static str, Group>,
    pub timing: Timing,
    pub limits: Limits,
    /// Who is called without being registered.
    pub outside: Vec<Outside>,
    /// The SIP domain of its users.
    pub domain: Option<String>,
    /// In which way the pools are otherwise.
    pub variant: Option<Variant>,
}

impl Group {
    pub fn regular(owner: Pool, members: &[&'static str]) -> Group {
        Group {
            owner,
            members: members.to_vec(),
            agents: Anonymity::Shown,
            participation: Participation::Informal,
            routing: Routing::Serial,
            queue: None,
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        let anonymous = Group {
            agents: Anonymity::Hidden,
            ..Group::regular(Primary, &["anton", "bianca"])
        };
        let formal = Group {
            participation: Participation::Formal,
            ..Group::regular(Primary, &["axel", "boris"])
        };
        Options {
            seed: 7,
            groups: BTreeMap::from([
                ("sales", Group::regular(Primary, &["anna", "bert"])),
                ("doctor", anonymous),
                ("formal", formal),
                ("control", Group::regular(Backup, &["bert", "anna"])),
            ]),
            timing: Timing::default(),
            limits: Limits::default(),
            outside: Vec::new(),
            domain: None,
            variant: None,
        }
    }
}

fn deployment(pool: Pool, options: &Options) -> Deployment {
    let mut deployment = Deployment::default();
    for (name, group) in options
        .groups
        .iter()
        .filter(|(_, group)| group.owner == pool)
    {
        let name = (*name).to_owned();
        let description = String::new();
        deployment.workflows.push(Definition {
            name: name.clone(),
            description: description.clone(),
            spec: Workflow {
                queue: name.clone(),
                agents: group.agents,
                hours: None,
                after_hours: Default::default(),
                holidays: Vec::new(),
                on_holiday: Default::default(),
            },
        });
        deployment.queues.push(Definition {
            name: name.clone(),
            description: description.clone(),
            spec: group.queue.clone().unwrap_or(Queue {
                agent_groups: vec![name.clone()],
                timeout: None,
                overflow: None,
            }),
        });
        deployment.agent_groups.push(Definition {
            name,
            description,
            spec: AgentGroup {
                agents: group
                    .members
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect(),
                participation: group.participation,
                routing: group.routing,
                alert_time: Duration::from_secs(10),
            },
        });
    }
    deployment
}

pub fn pool_config(pool: Pool, options: &Options) -> PoolConfig {
    let partner = pool.partner();
    let config = PoolConfig {
        name: PoolName(pool.name().to_owned()),
        sip: pool.sip(),
        domain: options.domain.clone(),
        rtp: RtpPorts {
            first: 20_000,
            last: 20_999,
        },
        http: pool.http(),
        database: pool.database(),
        partner: Some(PartnerConfig {
            name: PoolName(partner.name().to_owned()),
            sip: partner.sip(),
            http: partner.http(),
            database: partner.database(),
        }),
        users: PEOPLE
            .iter()
            .map(|name| User {
                name: (*name).to_owned(),
                home: PoolName(home(name).name().to_owned()),
            })
            .collect(),
        outside: options.outside.clone(),
        password: Secret("secret".to_owned()),
        deployment: deployment(pool, options),
        timing: options.timing,
        limits: options.limits,
        wall_clock: None,
        mutant: None,
        variant: options.variant,
    };
    config.check().unwrap();
    config
}

pub fn database_config(pool: Pool) -> DatabaseConfig {
    DatabaseConfig {
        pool: PoolName(pool.name().to_owned()),
        http: pool.database(),
        password: Secret("secret".to_owned()),
    }
}
