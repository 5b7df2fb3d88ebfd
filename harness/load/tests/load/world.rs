//! A simulated network with callers, agents, a pool, or whoever else answers.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use load::{
    Agents, AgentsPlan, Callers, CallsPlan, Command, Destination, Event, Measured, MediaPorts,
};
use node::sim::{Boot, HostId, Link, NodeFactory, NodeId, Ports, Sim};
use node::{Input, Mapped, Node, Now, Outputs, Port};
use reference::config::{DatabaseConfig, Limits, PoolConfig, RtpPorts, Secret, Timing, User};
use reference::store::agent_group::{AgentGroup, Participation, Routing};
use reference::store::deployment::{Definition, Deployment};
use reference::store::object::PoolName;
use reference::store::queue::Queue;
use reference::store::workflow::{Anonymity, Workflow};
use reference::{Database, Pool};
use sip::{Message, Method, Response, respond};

pub(crate) const MEDIA: MediaPorts = MediaPorts {
    first: 20_000,
    last: 20_999,
};

pub(crate) fn address(last: u8, port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::from([198, 18, 0, last]), port)
}

/// What nodes tell.
#[derive(Debug)]
pub(crate) enum Told {
    Load(Event),
    Log,
}

pub(crate) struct World {
    pub(crate) sim: Sim<Command, Told>,
    /// What each has measured last, and whether it is over.
    pub(crate) told: BTreeMap<NodeId, (Measured, bool)>,
    /// What each has measured, part by part, as it was asked.
    pub(crate) parts: BTreeMap<NodeId, Vec<Measured>>,
    hosts: BTreeMap<u8, HostId>,
}

impl World {
    pub(crate) fn new(seed: u64) -> World {
        World {
            sim: Sim::new(seed),
            told: BTreeMap::new(),
            parts: BTreeMap::new(),
            hosts: BTreeMap::new(),
        }
    }

    pub(crate) fn host(&mut self, last: u8) -> HostId {
        let sim = &mut self.sim;
        let add = || {
            sim.add_host(&last.to_string(), address(last, 0).ip())
                .unwrap()
        };
        *self.hosts.entry(last).or_insert_with(add)
    }

    pub(crate) fn add<N>(
        &mut self,
        last: u8,
        ports: Ports,
        build: impl Fn(Boot) -> N + Send + 'static,
    ) -> NodeId
    where
        N: Node<Command = Command, Event = Told> + 'static,
    {
        let host = self.host(last);
        let factory: NodeFactory<Command, Told> = Box::new(move |boot| Box::new(build(boot)));
        let name = format!("{ports:?}");
        self.sim.add_node(host, &name, ports, factory).unwrap()
    }

    /// Callers at `.9`.
    pub(crate) fn callers(&mut self, plan: CallsPlan) -> NodeId {
        let ports = with_media(plan.local.port(), plan.media);
        self.add(9, ports, move |boot| {
            Mapped::new(Callers::new(plan.clone(), boot.seed), Some, Told::Load)
        })
    }

    /// Agents at `.8`.
    pub(crate) fn agents(&mut self, plan: AgentsPlan) -> NodeId {
        let ports = with_media(plan.local.port(), plan.media);
        self.add(8, ports, move |boot| {
            Mapped::new(Agents::new(plan.clone(), boot.seed), Some, Told::Load)
        })
    }

    /// A reference pool at `.1`, with a group `sales` of so many agents, `a0` and so on.
    pub(crate) fn pool(&mut self, agents: usize, limits: Limits) -> NodeId {
        let group = Group {
            name: "sales".to_owned(),
            agents: (0..agents).map(|number| format!("a{number}")).collect(),
            calls: Anonymity::Shown,
        };
        self.pool_of(&[group], limits, Timing::default())
    }

    /// A reference pool at `.1`, with these groups.
    pub(crate) fn pool_of(&mut self, groups: &[Group], limits: Limits, timing: Timing) -> NodeId {
        let database = DatabaseConfig {
            pool: PoolName("primary".to_owned()),
            http: address(2, 8090),
            password: Secret("secret".to_owned()),
        };
        let database = Arc::new(database);
        self.add(2, Ports::new().one(8090), move |boot| {
            let database = Database::new(Arc::clone(&database), boot.disk).unwrap();
            Mapped::new(database, |_| None, |_| Told::Log)
        });
        let config = Arc::new(pool_config(groups, limits, timing));
        let ports = Ports::new().one(5060).one(8080).range(20_000, 29_999);
        let pool = self.add(1, ports, move |boot| {
            Mapped::new(
                Pool::new(Arc::clone(&config), boot.seed),
                |_| None,
                |_| Told::Log,
            )
        });
        self.run(2_000);
        pool
    }

    /// Lets so many milliseconds pass.
    pub(crate) fn run(&mut self, millis: u64) {
        let until = self.sim.now() + Duration::from_millis(millis);
        while let Some((_, node, told)) = self.sim.step(until) {
            match told {
                Told::Load(Event::Progress(measured)) => {
                    self.told.insert(node, (*measured, false));
                }
                Told::Load(Event::Measured(measured)) => {
                    self.parts.entry(node).or_default().push(*measured);
                }
                Told::Load(Event::Over(measured)) => {
                    let last = self.told.insert(node, (*measured, true));
                    assert!(!last.is_some_and(|(_, is_over)| is_over), "over twice");
                }
                Told::Log => {}
            }
        }
    }

    /// What a load has measured in all.
    pub(crate) fn measured(&self, node: NodeId) -> &Measured {
        let (measured, is_over) = &self.told[&node];
        assert!(is_over, "it goes on: {measured:?}");
        measured
    }

    /// Lets so many packets of both directions be lost between the load's hosts and `last`.
    pub(crate) fn lossy(&mut self, percent: u32, last: u8) {
        let link = Link {
            loss: node::sim::Probability::percent(percent),
            ..Link::SITE
        };
        let one = self.host(last);
        for other in [8, 9] {
            let other = self.host(other);
            self.sim.set_link(one, other, link);
            self.sim.set_link(other, one, link);
        }
    }
}

fn with_media(sip: u16, media: Option<MediaPorts>) -> Ports {
    let ports = Ports::new().one(sip);
    match media {
        Some(MediaPorts { first, last }) => ports.range(first, last),
        None => ports,
    }
}

/// Ten calls a second for 10 s, of 2 s each.
pub(crate) fn calls(user: &str, hop: SocketAddr) -> CallsPlan {
    CallsPlan {
        local: address(9, 5070),
        to: vec![Destination {
            user: user.to_owned(),
            host: None,
            hops: vec![hop],
        }],
        rate: 10.0,
        window: Duration::from_secs(10),
        hold: Duration::from_secs(2),
        patience: Duration::from_secs(20),
        next_hop: Duration::from_secs(2),
        most: 1_000,
        media: None,
    }
}

/// So many agents, registered with the pool at `.1` unless there are none: then whoever calls is answered.
pub(crate) fn agents(count: usize) -> AgentsPlan {
    AgentsPlan {
        local: address(8, 5070),
        users: (0..count).map(|number| format!("a{number}")).collect(),
        domain: None,
        registrars: (count > 0).then(|| address(1, 5060)).into_iter().collect(),
        expires: Duration::from_secs(60),
        next_hop: Duration::from_secs(2),
        credentials: BTreeMap::new(),
        ring: Duration::from_millis(300),
        media: None,
    }
}

/// Answers each INVITE with the same refusal.
pub(crate) struct Refuses(pub(crate) fn(&sip::Request) -> Response);

impl Node for Refuses {
    type Command = Command;
    type Event = Told;

    fn handle(&mut self, _: Now, input: Input<Command>, out: &mut Outputs<Told>) {
        let Input::Datagram { at, from, bytes } = input else {
            return;
        };
        if let Ok(Message::Request(request)) = Message::parse(&bytes)
            && request.method == Method::INVITE
        {
            let transmit = respond(from, self.0(&request), "x");
            out.datagram(at, transmit.to, transmit.bytes);
        }
    }

    fn deadline(&self) -> Option<Now> {
        None
    }
}

/// The SIP port of who refuses.
pub(crate) const REFUSES: Port = Port(5060);

/// A group of a pool.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) agents: Vec<String>,
    pub(crate) calls: Anonymity,
}

fn pool_config(groups: &[Group], limits: Limits, timing: Timing) -> PoolConfig {
    let mut deployment = Deployment::default();
    for group in groups {
        let name = &group.name;
        deployment.workflows.push(define(
            name,
            Workflow {
                queue: name.clone(),
                agents: group.calls,
                hours: None,
                after_hours: Default::default(),
                holidays: Vec::new(),
                on_holiday: Default::default(),
            },
        ));
        deployment.queues.push(define(
            name,
            Queue {
                agent_groups: vec![name.clone()],
                timeout: None,
                overflow: None,
            },
        ));
        deployment.agent_groups.push(define(
            name,
            AgentGroup {
                agents: group.agents.clone(),
                participation: Participation::Informal,
                routing: Routing::Serial,
                alert_time: Duration::from_secs(20),
            },
        ));
    }
    let users = groups.iter().flat_map(|group| &group.agents);
    let config = PoolConfig {
        name: PoolName("primary".to_owned()),
        sip: address(1, 5060),
        domain: None,
        rtp: RtpPorts {
            first: 20_000,
            last: 29_999,
        },
        http: address(1, 8080),
        database: address(2, 8090),
        partner: None,
        users: users
            .map(|name| User {
                name: name.clone(),
                home: PoolName("primary".to_owned()),
            })
            .collect(),
        outside: Vec::new(),
        password: Secret("secret".to_owned()),
        deployment,
        timing,
        limits,
        wall_clock: None,
        mutant: None,
        variant: None,
    };
    config.check().unwrap();
    config
}

fn define<T>(name: &str, spec: T) -> Definition<T> {
    Definition {
        name: name.to_owned(),
        description: String::new(),
        spec,
    }
}
