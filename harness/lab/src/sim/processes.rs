//! What runs on which host of the simulation.

use std::collections::BTreeMap;
use std::sync::Arc;

use actors::{
    ActorSpec, AddressBook, Administrator, Agent, BackgroundSpec, Caller, Command, Probe,
    Surroundings, TargetAdapter,
};
use model::Topology;
use model::host::HostName;
use model::impairment::Impairment;
use model::journal::Event;
use model::topology::Pool;
use model::walk::Timing;
use node::sim::{Boot, HostId, Link, NodeFactory, NodeId, Ports, Sim, SimError};
use node::{Impaired, Node, Port};
use target::Target;

use super::adapter::{self, Told};
use super::pools::Pools;
use super::spec::SimSpec;
use crate::addresses::{Addresses, DATABASE_HTTP, MOST_ACTORS, POOL_HTTP, PROBE, SIP};
use crate::contract::ADMINISTRATOR;
use crate::impairment::{of_datagrams, of_hosts};
use crate::{Background, LabError};

/// The processes of a simulated lab, and where they are.
pub(super) struct Processes {
    /// Where they are.
    pub(super) addresses: Addresses,
    pub(super) hosts: BTreeMap<HostName, HostId>,
    /// The pools and databases, by host.
    pub(super) servers: BTreeMap<HostName, NodeId>,
    /// The administrator, agents, callers and callees, by name.
    pub(super) actors: BTreeMap<String, NodeId>,
    /// Whose words a node's are.
    pub(super) identities: BTreeMap<NodeId, Identity>,
}

/// Whose words a node's are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// A server, on this host.
    Server(HostName),
    /// The probe of this host.
    Probe(HostName),
    /// The actor of this name.
    Actor(String),
}

impl Processes {
    /// Puts everybody into `sim`: the servers first, so that they are there when actors ask.
    pub(super) fn populate(
        sim: &mut Sim<Command, Told>,
        spec: &SimSpec,
        pools: &Arc<dyn Pools>,
    ) -> Result<Processes, LabError> {
        let topology = &spec.topology;
        if topology.party_names().count() > usize::from(MOST_ACTORS) {
            return Err(LabError::TooManyActors { most: MOST_ACTORS });
        }
        let mut populating = Populating::on_hosts(sim, spec)?;
        populating.impaired = spec.links.actors.as_ref().map(of_datagrams);
        for pool in Pool::BOTH {
            populating.server(pool.database(), database_ports(), database(pools, pool))?;
            let ports = pool_ports(&populating.processes.addresses);
            populating.server(pool.host(), ports, pool_itself(pools, pool))?;
        }
        let address_book = Arc::new(populating.processes.addresses.address_book(topology));
        for host in topology.host_names() {
            populating.probe(host, &address_book)?;
        }
        populating.actors(spec, &address_book)?;
        if let Some(impairment) = &spec.links.pools {
            populating.impair_pools(impairment);
        }
        Ok(populating.processes)
    }
}

/// Processes on their way in.
struct Populating<'a> {
    sim: &'a mut Sim<Command, Told>,
    topology: &'a Topology,
    /// The link that each actor's datagrams pass as well, if they do.
    impaired: Option<Link>,
    processes: Processes,
}

impl<'a> Populating<'a> {
    fn on_hosts(sim: &'a mut Sim<Command, Told>, spec: &'a SimSpec) -> Result<Self, SimError> {
        let topology = &spec.topology;
        let addresses = Addresses::simulated(topology).with_load(spec.background.as_ref());
        let mut hosts = BTreeMap::new();
        for host in topology.host_names() {
            let id = sim.add_host(host.word(), addresses.of(host))?;
            hosts.insert(host, id);
        }
        let processes = Processes {
            addresses,
            hosts,
            servers: BTreeMap::new(),
            actors: BTreeMap::new(),
            identities: BTreeMap::new(),
        };
        Ok(Populating {
            sim,
            topology,
            impaired: None,
            processes,
        })
    }

    fn server(
        &mut self,
        host: HostName,
        ports: Ports,
        process: NodeFactory<Command, Told>,
    ) -> Result<(), SimError> {
        let node = self.spawn(host, "server", ports, process, Identity::Server(host))?;
        self.processes.servers.insert(host, node);
        Ok(())
    }

    fn probe(&mut self, host: HostName, address_book: &Arc<AddressBook>) -> Result<(), SimError> {
        let address_book = Arc::clone(address_book);
        let own = self.processes.addresses.probe(host);
        let process =
            actor(move |boot: Boot| Probe::new(host, own, Arc::clone(&address_book), boot.seed));
        let ports = Ports::new().one(PROBE);
        self.spawn(host, "probe", ports, process, Identity::Probe(host))?;
        Ok(())
    }

    fn actors(&mut self, spec: &SimSpec, address_book: &Arc<AddressBook>) -> Result<(), LabError> {
        let (topology, timing) = (self.topology, spec.timing);
        let (target, secrets) = (Target::clone(&spec.target), spec.secrets.clone());
        let adapter = Arc::new(TargetAdapter::new(target, secrets, timing));
        let own = topology.agents.iter();
        let own = own.map(|agent| (&agent.name, agent, agent.behaviour));
        let further = topology.telephones.iter().filter_map(|telephone| {
            let agent = topology.agent(&telephone.of)?;
            Some((&telephone.name, agent, telephone.behaviour))
        });
        for (telephone, agent, behaviour) in own.chain(further) {
            let home = agent.home;
            let (address_book, adapter) = (Arc::clone(address_book), Arc::clone(&adapter));
            self.party(telephone, &agent.name, move |spec| {
                let (address_book, adapter) = (Arc::clone(&address_book), Arc::clone(&adapter));
                Agent::new(spec, address_book, timing, home, behaviour, adapter)
            })?;
        }
        let callers = topology.callers.iter();
        let callers = callers.map(|caller| (&caller.name, caller.asks_first));
        let callees = topology.callees.iter().map(|name| (name, Pool::Primary));
        for (name, asks_first) in callers.chain(callees) {
            let (address_book, adapter) = (Arc::clone(address_book), Arc::clone(&adapter));
            self.party(name, name, move |spec| {
                let address_book = Arc::clone(&address_book);
                Caller::new(spec, address_book, timing, asks_first).of_target(&adapter)
            })?;
        }
        if let Some(background) = &spec.background {
            self.background(background, timing, (address_book, &adapter))?;
        }
        let address_book = Arc::clone(address_book);
        let process =
            actor(move |_| Administrator::new(Arc::clone(&address_book), Arc::clone(&adapter)));
        self.actor(ADMINISTRATOR, Ports::new(), process)?;
        Ok(())
    }

    /// Adds callers and agents of the load.
    fn background(
        &mut self,
        background: &Background,
        timing: Timing,
        (address_book, adapter): (&Arc<AddressBook>, &Arc<TargetAdapter>),
    ) -> Result<(), SimError> {
        for spec in &background.actors {
            let (name, ports) = (spec.actor.to_string(), background_ports(spec));
            let (address_book, adapter) = (Arc::clone(address_book), Arc::clone(adapter));
            let spec = spec.clone();
            let process = self.behind_links(move |boot: Boot| {
                let surroundings = Surroundings {
                    address: boot.address,
                    address_book: &address_book,
                    timing: &timing,
                    adapter: &adapter,
                };
                actors::Background::new(&spec, surroundings, boot.seed)
            });
            self.actor(&name, ports, process)?;
        }
        Ok(())
    }

    /// Somebody who is on the walk's impaired links, where it has such.
    fn behind_links<N>(
        &self,
        build: impl Fn(Boot) -> N + Send + 'static,
    ) -> NodeFactory<Command, Told>
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        match self.impaired {
            None => actor(build),
            Some(link) => actor(move |boot: Boot| {
                let seed = boot.seed;
                Impaired::new(build(boot), link, seed)
            }),
        }
    }

    /// Adds a telephone of this user.
    fn party<N>(
        &mut self,
        name: &str,
        user: &str,
        build: impl Fn(ActorSpec) -> N + Send + 'static,
    ) -> Result<(), LabError>
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        let Some((sip, rtp)) = self.processes.addresses.actor_ports(name) else {
            return Err(LabError::UnknownActor(name.to_owned()));
        };
        let (own_name, user) = (name.to_owned(), user.to_owned());
        let build = move |boot: Boot| {
            build(ActorSpec {
                name: own_name.clone(),
                user: user.clone(),
                address: boot.address,
                sip,
                rtp,
                seed: boot.seed,
            })
        };
        let process = self.behind_links(build);
        self.actor(name, actor_ports(sip, rtp), process)?;
        Ok(())
    }

    fn actor(
        &mut self,
        name: &str,
        ports: Ports,
        process: NodeFactory<Command, Told>,
    ) -> Result<(), SimError> {
        let identity = Identity::Actor(name.to_owned());
        let node = self.spawn(HostName::CLIENTS, name, ports, process, identity)?;
        self.processes.actors.insert(name.to_owned(), node);
        Ok(())
    }

    /// Whatever the pools' hosts send to others fares worse.
    fn impair_pools(&mut self, impairment: &Impairment) {
        let (hosts, link) = (&self.processes.hosts, of_hosts(impairment));
        for from in Pool::BOTH.map(Pool::host) {
            for (_, to) in hosts.iter().filter(|(to, _)| **to != from) {
                self.sim.set_link(hosts[&from], *to, link);
            }
        }
    }

    fn spawn(
        &mut self,
        host: HostName,
        name: &str,
        ports: Ports,
        process: NodeFactory<Command, Told>,
        identity: Identity,
    ) -> Result<NodeId, SimError> {
        let host = self.processes.hosts[&host];
        let node = self.sim.add_node(host, name, ports, process)?;
        self.processes.identities.insert(node, identity);
        Ok(node)
    }
}

fn pool_itself(pools: &Arc<dyn Pools>, pool: Pool) -> NodeFactory<Command, Told> {
    let pools = Arc::clone(pools);
    Box::new(move |boot| Box::new(adapter::server(pools.pool(pool, boot))))
}

fn database(pools: &Arc<dyn Pools>, pool: Pool) -> NodeFactory<Command, Told> {
    let pools = Arc::clone(pools);
    Box::new(move |boot| Box::new(adapter::server(pools.database(pool, boot))))
}

fn actor<N>(build: impl Fn(Boot) -> N + Send + 'static) -> NodeFactory<Command, Told>
where
    N: Node<Command = Command, Event = Event> + 'static,
{
    Box::new(move |boot| Box::new(adapter::actor(build(boot))))
}

fn pool_ports(addresses: &Addresses) -> Ports {
    let (first, last) = addresses.pool_rtp();
    Ports::new().one(SIP).range(first, last).one(POOL_HTTP)
}

fn database_ports() -> Ports {
    Ports::new().one(DATABASE_HTTP)
}

/// Those of callers or agents of the load.
fn background_ports(spec: &BackgroundSpec) -> Ports {
    let ports = Ports::new().one(spec.sip);
    match spec.media {
        Some((first, last)) => ports.range(first, last),
        None => ports,
    }
}

/// An actor's: for SIP, and for media.
fn actor_ports(sip: Port, rtp: Port) -> Ports {
    Ports::new()
        .one(sip.0)
        .range(rtp.0, rtp.0.saturating_add(ActorSpec::MEDIA_PORTS - 1))
}
