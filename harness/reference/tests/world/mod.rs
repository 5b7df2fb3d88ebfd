//! A world for the pools to live in: two pools and their databases, phones, and an administrator,
//! in a simulated network.
//!
//! - `adapter`: pools, databases, phones and browsers as nodes of one simulation.
//! - `phone`: a telephone, on the SIP crate's user agent.
//! - `browser`: what sends HTTP requests.
//! - `script`: a peer that says what a test has it say, byte for byte.
//! - `calling`, `administration`, `faults`: what a test has phones, administrators and pools do.
//! - `deployment`: the groups and users that the tests speak of.

#![expect(
    dead_code,
    unreachable_pub,
    reason = "each test file uses a part of it"
)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test whose world does not stand has failed"
)]

pub mod adapter;
pub mod administration;
pub mod browser;
pub mod calling;
pub mod deployment;
pub mod faults;
pub mod phone;
pub mod script;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use node::Now;
use node::sim::{HostId, NodeId, Ports, Sim};

use adapter::{Command, Event};
use browser::Answer;
use deployment::Options;
use phone::{Phone, PhoneEvent};
use script::Heard;

/// A pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pool {
    Primary,
    Backup,
}

pub use Pool::{Backup, Primary};

pub struct World {
    pub sim: Sim<Command, Event>,
    pub pools: BTreeMap<Pool, NodeId>,
    pub databases: BTreeMap<Pool, NodeId>,
    pub clients: HostId,
    pub phones: BTreeMap<String, NodeId>,
    browser: NodeId,
    next_request: u64,
    /// All that phones events, by name.
    pub events: BTreeMap<String, Vec<(Now, PhoneEvent)>>,
    pub answers: BTreeMap<u64, Answer>,
    /// What scripted peers have heard.
    pub heard: BTreeMap<NodeId, Vec<Heard>>,
    pub log: Vec<String>,
}

pub fn address(last: u8, port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::from([198, 18, 0, last]), port)
}

impl Pool {
    pub fn name(self) -> &'static str {
        match self {
            Primary => "primary",
            Backup => "backup",
        }
    }

    pub fn partner(self) -> Pool {
        match self {
            Primary => Backup,
            Backup => Primary,
        }
    }

    pub fn sip(self) -> SocketAddr {
        address(self.last(), 5060)
    }

    pub fn http(self) -> SocketAddr {
        address(self.last(), 8080)
    }

    pub fn database(self) -> SocketAddr {
        address(self.last() + 10, 8090)
    }

    pub fn last(self) -> u8 {
        match self {
            Primary => 1,
            Backup => 2,
        }
    }
}

impl World {
    pub fn new() -> World {
        World::with(Options::default())
    }

    pub fn with(options: Options) -> World {
        let mut sim = Sim::new(options.seed);
        let (mut pools, mut databases) = (BTreeMap::new(), BTreeMap::new());
        for pool in [Primary, Backup] {
            let last = pool.last();
            let database_host = sim
                .add_host(&format!("{}-database", pool.name()), pool.database().ip())
                .unwrap();
            let database = sim.add_node(
                database_host,
                "database",
                Ports::new().one(8090),
                adapter::database(deployment::database_config(pool)),
            );
            databases.insert(pool, database.unwrap());
            let host = sim.add_host(pool.name(), address(last, 0).ip()).unwrap();
            let ports = Ports::new().one(5060).one(8080).range(20_000, 20_999);
            let process = adapter::pool(deployment::pool_config(pool, &options));
            pools.insert(pool, sim.add_node(host, "pool", ports, process).unwrap());
        }
        let clients = sim.add_host("clients", address(9, 0).ip()).unwrap();
        let browser = sim
            .add_node(clients, "browser", Ports::new(), adapter::browser())
            .unwrap();
        let mut world = World {
            sim,
            pools,
            databases,
            clients,
            phones: BTreeMap::new(),
            browser,
            next_request: 0,
            events: BTreeMap::new(),
            answers: BTreeMap::new(),
            heard: BTreeMap::new(),
            log: Vec::new(),
        };
        for (place, name) in deployment::PEOPLE.iter().enumerate() {
            world.add_phone(name, u16::try_from(place).unwrap());
        }
        world.run(2_000);
        world
    }

    fn add_phone(&mut self, name: &str, place: u16) {
        let (sip, rtp) = (address(9, 6000 + place), address(9, 16_000 + 2 * place));
        let home = deployment::home(name);
        let phone = move |seed| Phone::new(name_of(place), sip, rtp, home, seed);
        let ports = Ports::new()
            .one(sip.port())
            .range(rtp.port(), rtp.port() + 1);
        let node = self
            .sim
            .add_node(self.clients, name, ports, adapter::phone(phone));
        self.phones.insert(name.to_owned(), node.unwrap());
    }

    /// Lets so many milliseconds pass.
    pub fn run(&mut self, millis: u64) {
        let until = self.sim.now() + Duration::from_millis(millis);
        while let Some((now, node, event)) = self.sim.step(until) {
            self.take(now, node, event);
        }
    }

    fn take(&mut self, now: Now, node: NodeId, event: Event) {
        match event {
            Event::Log(line) => {
                let who = self.pools.iter().find(|(_, id)| **id == node);
                let who = who.map_or("database", |(pool, _)| pool.name());
                self.log.push(format!("{now} {who}: {line}"));
            }
            Event::Phone(event) => {
                let name = self.phones.iter().find(|(_, id)| **id == node);
                let name = name.unwrap().0.clone();
                self.events.entry(name).or_default().push((now, event));
            }
            Event::Answer(answer) => {
                self.answers.insert(answer.id, answer);
            }
            Event::Heard(heard) => self.heard.entry(node).or_default().push(heard),
        }
    }
}

fn name_of(place: u16) -> &'static str {
    deployment::PEOPLE[usize::from(place)]
}
