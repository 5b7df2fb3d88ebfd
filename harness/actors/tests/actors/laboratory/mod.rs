//! A few hosts with actors and scripted pools on them, for the tests of this crate.
//!
//! Unless a test says otherwise each node is on a host of its own, named as the node is.

pub(crate) mod pool;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actors::{ActorSpec, AddressBook, Agent, Command, PoolAddress, TargetAdapter, Voice};
use model::file::SourceFile;
use model::host::HostName;
use model::journal::event::Event;
use model::topology::{Behaviour, Pool};
use model::walk::Timing;
use node::sim::{Boot, HostId, NodeId, Ports, Sim};
use node::{Node, Now, Port};
use target::{Secrets, Target};

pub(crate) use pool::{FakePool, OnInvite, Script};

/// What every node of a laboratory is.
pub(crate) type AnyNode = Box<dyn Node<Command = Command, Event = Event>>;

/// A laboratory, and all that was seen in it.
pub(crate) struct Laboratory {
    pub(crate) sim: Sim<Command, Event>,
    nodes: BTreeMap<&'static str, (HostId, NodeId)>,
    names: BTreeMap<NodeId, &'static str>,
    pub(crate) seen: Vec<Seen>,
}

/// An event that a node told.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Now,
    pub(crate) by: &'static str,
    pub(crate) event: Event,
}

impl Laboratory {
    pub(crate) fn new() -> Laboratory {
        Laboratory {
            sim: Sim::new(1),
            nodes: BTreeMap::new(),
            names: BTreeMap::new(),
            seen: Vec::new(),
        }
    }

    /// A laboratory with a scripted pool at each address that [`address_book`] knows.
    pub(crate) fn with_pools(primary: Script, backup: Script) -> Laboratory {
        let mut laboratory = Laboratory::new();
        for (name, last, script) in [("primary", 1, primary), ("backup", 2, backup)] {
            laboratory.add(name, last, pool::ports(), move |boot| {
                Box::new(FakePool::new(boot.address, boot.seed, script))
            });
        }
        laboratory
    }

    /// Adds a host at 198.18.0.`last` with a node on it.
    pub(crate) fn add(
        &mut self,
        name: &'static str,
        last: u8,
        ports: Ports,
        build: impl FnMut(Boot) -> AnyNode + Send + 'static,
    ) {
        let host = self.sim.add_host(name, address(last)).unwrap();
        self.add_to(host, name, ports, build);
    }

    /// Adds a node to the host of another one.
    pub(crate) fn add_beside(
        &mut self,
        name: &'static str,
        other: &str,
        ports: Ports,
        build: impl FnMut(Boot) -> AnyNode + Send + 'static,
    ) {
        self.add_to(self.host(other), name, ports, build);
    }

    fn add_to(
        &mut self,
        host: HostId,
        name: &'static str,
        ports: Ports,
        build: impl FnMut(Boot) -> AnyNode + Send + 'static,
    ) {
        let node = self
            .sim
            .add_node(host, name, ports, Box::new(build))
            .unwrap();
        self.nodes.insert(name, (host, node));
        self.names.insert(node, name);
    }

    /// Adds an actor made from its [`spec`].
    pub(crate) fn add_actor(
        &mut self,
        name: &'static str,
        last: u8,
        mut build: impl FnMut(ActorSpec) -> AnyNode + Send + 'static,
    ) {
        let ports = Ports::new().one(6000).range(16000, 16003);
        self.add(name, last, ports, move |_| build(spec(name, last)));
    }

    /// Adds an agent homed in the primary.
    pub(crate) fn add_agent(
        &mut self,
        name: &'static str,
        last: u8,
        behaviour: Behaviour,
        adapter: Arc<TargetAdapter>,
    ) {
        self.add_actor(name, last, move |spec| {
            let (address_book, timing) = (address_book(), Timing::default());
            let (home, adapter) = (Pool::Primary, Arc::clone(&adapter));
            Box::new(Agent::new(
                spec,
                address_book,
                timing,
                home,
                behaviour,
                adapter,
            ))
        });
    }

    pub(crate) fn host(&self, name: &str) -> HostId {
        self.nodes[name].0
    }

    pub(crate) fn node(&self, name: &str) -> NodeId {
        self.nodes[name].1
    }

    pub(crate) fn tell(&mut self, name: &str, command: Command) {
        self.sim.command(self.node(name), command);
    }

    pub(crate) fn call(&mut self, name: &str, to: impl ToString) {
        let to = to.to_string();
        self.tell(name, Command::call(to));
    }

    /// Goes on until `millis` after the start.
    pub(crate) fn run_until(&mut self, millis: u64) {
        while let Some((at, node, event)) = self.sim.step(ms(millis)) {
            let by = self.names[&node];
            self.seen.push(Seen { at, by, event });
        }
    }

    /// What a node told, but for SIP messages and summaries of media.
    pub(crate) fn story(&self, name: &str) -> Vec<&Seen> {
        let is_tale = |event: &Event| !matches!(event, Event::Sip { .. } | Event::Media { .. });
        let mut seen = Vec::new();
        for tale in &self.seen {
            if tale.by == name && is_tale(&tale.event) {
                seen.push(tale);
            }
        }
        seen
    }

    /// The events of a node's [`Laboratory::story`].
    pub(crate) fn events(&self, name: &str) -> Vec<Event> {
        let story = self.story(name).into_iter();
        story.map(|seen| seen.event.clone()).collect()
    }

    /// When a node told `event` first.
    pub(crate) fn when(&self, name: &str, event: &Event) -> Option<Now> {
        let mut story = self.story(name).into_iter();
        story.find(|seen| seen.event == *event).map(|seen| seen.at)
    }

    /// What a scripted pool noted.
    pub(crate) fn notes(&self, name: &str) -> Vec<String> {
        let note = |event| match event {
            Event::Told { what, .. } => Some(what),
            _ => None,
        };
        self.events(name).into_iter().filter_map(note).collect()
    }

    /// The SIP messages that a node sent or received.
    pub(crate) fn messages(&self, name: &str) -> Vec<String> {
        let mut messages = Vec::new();
        for seen in &self.seen {
            if let Event::Sip { message, .. } = &seen.event
                && seen.by == name
            {
                messages.push(message.clone());
            }
        }
        messages
    }
}

pub(crate) fn ms(millis: u64) -> Now {
    Now::ZERO + Duration::from_millis(millis)
}

pub(crate) fn address(last: u8) -> IpAddr {
    IpAddr::from([198, 18, 0, last])
}

/// Where somebody of this name lives.
pub(crate) fn spec(name: &str, last: u8) -> ActorSpec {
    ActorSpec {
        user: name.to_owned(),
        name: name.to_owned(),
        address: address(last),
        sip: Port(6000),
        rtp: Port(16000),
        seed: [last; 32],
    }
}

/// Two pools at 198.18.0.1 and 198.18.0.2, and their hosts' probes, as the clients' at 3.
pub(crate) fn address_book() -> Arc<AddressBook> {
    let pool = |last| PoolAddress {
        sip: SocketAddr::new(address(last), 5060),
        http: SocketAddr::new(address(last), 8080),
    };
    let probe = |last| SocketAddr::new(address(last), 7007);
    Arc::new(AddressBook {
        pools: [(Pool::Primary, pool(1)), (Pool::Backup, pool(2))].into(),
        probes: [
            (HostName::PRIMARY, probe(1)),
            (HostName::BACKUP, probe(2)),
            (HostName::CLIENTS, probe(3)),
        ]
        .into(),
        databases: BTreeMap::new(),
        voices: voices(),
    })
}

/// Everybody's voice.
fn voices() -> BTreeMap<String, Voice> {
    let names = ["alice", "bob"].map(str::to_owned);
    names.into_iter().zip(Voice::all()).collect()
}

/// An address book whose pools are both the caller at 198.18.0.`last`: calls go to it directly.
pub(crate) fn straight_to(last: u8) -> Arc<AddressBook> {
    let pool = PoolAddress {
        sip: SocketAddr::new(address(last), 6000),
        http: SocketAddr::new(address(last), 8080),
    };
    Arc::new(AddressBook {
        pools: [(Pool::Primary, pool), (Pool::Backup, pool)].into(),
        probes: BTreeMap::new(),
        databases: BTreeMap::new(),
        voices: voices(),
    })
}

/// The adapter of the target that `verbs`, as YAML, describes.
pub(crate) fn adapter(verbs: &str) -> Arc<TargetAdapter> {
    let text = format!(
        "target: fake\nschema: rgdrill-target/1\nabout: A scripted pool.\nlabs: [docker]\nruns: embedded\n\
         ports: {{ sip: 5060, http: 8080 }}\ncapabilities: []\nverbs:\n{verbs}"
    );
    let target = Target::load(&SourceFile::new("fake.yaml", text)).unwrap();
    Arc::new(TargetAdapter::new(
        target,
        Secrets::default(),
        Timing::default(),
    ))
}
