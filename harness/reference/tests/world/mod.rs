//! A world for the pools to live in: two pools and their databases, phones, and an administrator,
//! in a simulated network.
//!
//! - `adapter`: pools, databases, phones and browsers as nodes of one simulation.
//! - `phone`: a telephone, on the SIP crate's user agent.
//! - `browser`: what sends HTTP requests.
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
pub mod browser;
pub mod deployment;
pub mod phone;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use node::Now;
use node::sim::{Cut, HostId, NodeId, Ports, Sim};
use serde_json::{Value, json};

use adapter::{Command, Event};
use browser::Answer;
use deployment::Options;
use phone::{Heard, Phone, PhoneEvent};

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
    /// All that phones told, by name.
    pub told: BTreeMap<String, Vec<(Now, PhoneEvent)>>,
    pub answers: BTreeMap<u64, Answer>,
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
            told: BTreeMap::new(),
            answers: BTreeMap::new(),
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
        let ports = Ports::new().one(sip.port()).one(rtp.port());
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
                self.told.entry(name).or_default().push((now, event));
            }
            Event::Answer(answer) => {
                self.answers.insert(answer.id, answer);
            }
        }
    }

    // --- phones

    /// `caller` calls `number` through `pool`.
    pub fn call(&mut self, caller: &str, number: &str, pool: Pool) {
        let command = phone::PhoneCommand::Call {
            to: number.to_owned(),
            through: pool.sip(),
        };
        self.sim
            .command(self.phones[caller], Command::Phone(command));
    }

    pub fn hang_up(&mut self, name: &str) {
        let command = Command::Phone(phone::PhoneCommand::HangUp);
        self.sim.command(self.phones[name], command);
    }

    pub fn behave(&mut self, name: &str, behaviour: phone::Behaviour) {
        let command = Command::Phone(phone::PhoneCommand::Behave(behaviour));
        self.sim.command(self.phones[name], command);
    }

    /// What a phone hears now.
    pub fn hears(&mut self, name: &str) -> Heard {
        let command = Command::Phone(phone::PhoneCommand::Report);
        self.sim.command(self.phones[name], command);
        self.run(1);
        let told = self.told.get(name).into_iter().flatten().rev();
        let heard = told.filter_map(|(_, event)| match event {
            PhoneEvent::Report(heard) => Some(*heard),
            _ => None,
        });
        heard.take(1).next().unwrap()
    }

    /// Forgets what was told so far.
    pub fn forget(&mut self) {
        self.told.clear();
    }

    pub fn told(&self, name: &str) -> Vec<PhoneEvent> {
        let told = self.told.get(name).into_iter().flatten();
        told.map(|(_, event)| event.clone())
            .filter(|event| !matches!(event, PhoneEvent::Report(_)))
            .collect()
    }

    /// What a phone told last of its calls.
    pub fn outcome(&self, name: &str) -> Option<PhoneEvent> {
        let is_of_call = |event: &PhoneEvent| {
            !matches!(
                event,
                PhoneEvent::Registered(_) | PhoneEvent::NotRegistered(..)
            )
        };
        self.told(name).into_iter().rfind(is_of_call)
    }

    pub fn was_alerted(&self, name: &str) -> bool {
        let told = self.told(name);
        told.iter()
            .any(|event| matches!(event, PhoneEvent::Alerted { .. }))
    }

    pub fn ended(&self, name: &str) -> bool {
        self.told(name).contains(&PhoneEvent::Ended)
    }

    /// Who was alerted, in order.
    pub fn alerted(&self) -> Vec<&str> {
        let mut alerted = Vec::new();
        for (name, told) in &self.told {
            for (at, event) in told {
                if matches!(event, PhoneEvent::Alerted { .. }) {
                    alerted.push((*at, name.as_str()));
                }
            }
        }
        alerted.sort();
        alerted.into_iter().map(|(_, name)| name).collect()
    }

    pub fn is_media_of(heard: Heard, pool: Pool) -> bool {
        matches!(heard, Heard::From(from) if from.ip() == pool.sip().ip())
    }

    // --- HTTP

    /// Sends a request and does not wait for the answer.
    pub fn send(&mut self, user: &str, pool: Pool, method: &str, path: &str, body: Value) -> u64 {
        self.next_request += 1;
        let id = self.next_request;
        self.sim.command(
            self.browser,
            Command::Browse(browser::Page {
                id,
                user: user.to_owned(),
                to: pool.http(),
                method: method.to_owned(),
                path: path.to_owned(),
                body,
            }),
        );
        id
    }

    /// Sends a request and waits for the answer.
    pub fn ask(&mut self, user: &str, pool: Pool, method: &str, path: &str, body: Value) -> Answer {
        let id = self.send(user, pool, method, path, body);
        let limit = self.sim.now() + Duration::from_secs(40);
        while !self.answers.contains_key(&id) && self.sim.now() < limit {
            self.run(1);
        }
        self.answers.remove(&id).expect("an answer")
    }

    pub fn administer(&mut self, pool: Pool, path: &str, body: Value) -> Answer {
        let path = format!("/management/{path}");
        self.ask("administrator", pool, "POST", &path, body)
    }

    /// Exports the primary's groups and imports them into the backup.
    pub fn import_into_backup(&mut self) {
        let file = self.administer(Primary, "export", json!({"owner": "primary"}));
        assert_eq!(file.status, 200, "{file:?}");
        let answer = self.administer(Backup, "import", json!({"file": file.body}));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub fn begin_fail_over(&mut self, wait: &str) -> Answer {
        let body = json!({"pool": "primary", "disaster_mode": true, "wait_time": wait});
        self.administer(Backup, "fail-over?begin=true", body)
    }

    pub fn fail_over(&mut self) -> Answer {
        let body = json!({"pool": "primary", "disaster_mode": true, "wait_time": "1s"});
        let answer = self.administer(Backup, "fail-over", body);
        self.run(2_000);
        answer
    }

    pub fn fail_back(&mut self) -> Answer {
        let body = json!({"pool": "primary", "wait_time": "1s"});
        let answer = self.administer(Backup, "fail-back", body);
        self.run(2_000);
        answer
    }

    /// The two states of a pool's record: its own role's and its stand-in role's.
    pub fn record(&mut self, pool: Pool) -> (String, String) {
        let answer = self.ask(
            "administrator",
            pool,
            "GET",
            "/management/status",
            json!({}),
        );
        let state = |role: &str| {
            let state = &answer.body["record"][role]["state"];
            state.as_str().unwrap_or_default().to_owned()
        };
        (state("owner"), state("stand_in"))
    }

    // --- faults

    pub fn kill(&mut self, pool: Pool) {
        self.sim.kill(self.pools[&pool]);
    }

    pub fn restart(&mut self, pool: Pool) {
        self.sim.start(self.pools[&pool]);
    }

    pub fn freeze(&mut self, pool: Pool) {
        self.sim.freeze(self.pools[&pool]);
    }

    pub fn thaw(&mut self, pool: Pool) {
        self.sim.thaw(self.pools[&pool]);
    }

    pub fn power_off(&mut self, pool: Pool) {
        self.sim.power_off(self.sim.host_of(self.pools[&pool]));
    }

    /// Cuts a pool off from everybody but its database, silently.
    pub fn isolate(&mut self, pool: Pool) {
        let host = self.sim.host_of(self.pools[&pool]);
        for other in self.others(pool) {
            self.sim.cut(host, other, Cut::Silent);
            self.sim.cut(other, host, Cut::Silent);
        }
    }

    /// Cuts what a pool sends to everybody but its database.
    pub fn cut_outgoing(&mut self, pool: Pool) {
        let host = self.sim.host_of(self.pools[&pool]);
        for other in self.others(pool) {
            self.sim.cut(host, other, Cut::Silent);
        }
    }

    pub fn rejoin(&mut self, pool: Pool) {
        let host = self.sim.host_of(self.pools[&pool]);
        for other in self.others(pool) {
            self.sim.mend(host, other);
            self.sim.mend(other, host);
        }
    }

    fn others(&self, pool: Pool) -> [HostId; 3] {
        let partner = pool.partner();
        [
            self.clients,
            self.sim.host_of(self.pools[&partner]),
            self.sim.host_of(self.databases[&partner]),
        ]
    }
}

fn name_of(place: u16) -> &'static str {
    deployment::PEOPLE[usize::from(place)]
}
