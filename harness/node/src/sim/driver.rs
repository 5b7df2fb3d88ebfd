//! The simulation: a network of hosts and nodes, and its passage through time.

use std::collections::VecDeque;
use std::net::IpAddr;

use super::connection::Connections;
use super::event::SimEvent;
use super::network::Network;
use super::process::NodeRecord;
use super::queue::Queue;
use super::seed::{RngStream, Seed};
use super::{Cut, Disk, HostId, Link, NodeFactory, NodeId, Ports, SimError};
use crate::{Input, Now, Outputs};

/// A simulated network of nodes that take commands `C` and emit events `E`.
///
/// Nothing happens but inside of [`Sim::step`]; whatever else is called takes effect at
/// [`Sim::now`]. The ids are those of the simulation that gave them; those of another one make it
/// panic.
///
/// The network is made of hosts, each with one address. Between each two of them, in each
/// direction, lies a [`Link`], which can be [`Cut`]. On a host run nodes, each with ports and a
/// disk of its own. UDP is unreliable, as the links are; TCP and HTTP deliver every message, late
/// if need be. TCP sends again after 200 ms, then after twice as long each time; opening a
/// connection takes a round trip; an HTTP request opens one of its own.
///
/// ```
/// use std::net::{IpAddr, SocketAddr};
/// use std::time::Duration;
///
/// use node::sim::{Boot, Ports, Sim, SimError};
/// use node::{Input, Node, Now, Outputs, Port};
///
/// /// Greets whom it is told to, and tells whose greeting it heard.
/// struct Greeter;
///
/// impl Node for Greeter {
///     type Command = SocketAddr;
///     type Event = SocketAddr;
///
///     fn handle(&mut self, _: Now, input: Input<SocketAddr>, out: &mut Outputs<SocketAddr>) {
///         match input {
///             Input::Command(to) => out.datagram(Port(5060), to, "hello"),
///             Input::Datagram { from, .. } => out.event(from),
///             _ => {}
///         }
///     }
///
///     fn deadline(&self) -> Option<Now> {
///         None
///     }
/// }
///
/// # fn main() -> Result<(), SimError> {
/// let mut sim = Sim::new(1);
/// let mut greeter = |name, last| {
///     let address = IpAddr::from([198, 18, 0, last]);
///     let host = sim.add_host(name, address)?;
///     let build = |_: Boot| Box::new(Greeter) as Box<dyn Node<Command = _, Event = _>>;
///     let node = sim.add_node(host, "greeter", Ports::new().one(5060), Box::new(build))?;
///     Ok((node, SocketAddr::new(address, 5060)))
/// };
/// let (first, first_address) = greeter("first", 1)?;
/// let (second, second_address) = greeter("second", 2)?;
/// sim.command(first, second_address);
/// let told = sim.step(Now::ZERO + Duration::from_secs(1));
/// assert!(matches!(told, Some((_, node, from)) if node == second && from == first_address));
/// # Ok(())
/// # }
/// ```
pub struct Sim<C, E> {
    pub(super) seed: Seed,
    pub(super) now: Now,
    pub(super) queue: Queue<SimEvent<C, E>>,
    pub(super) network: Network,
    pub(super) nodes: Vec<NodeRecord<C, E>>,
    pub(super) connections: Connections,
    /// Empty between inputs; kept for its memory.
    pub(super) outputs: Outputs<E>,
    /// The events of nodes that [`Sim::step`] has not returned yet.
    pub(super) events: VecDeque<(Now, NodeId, E)>,
}

impl<C, E> Sim<C, E> {
    /// A network without hosts, at [`Now::ZERO`]. The seed decides everything that is random.
    pub fn new(seed: u64) -> Self {
        let seed = Seed::new(seed);
        Sim {
            seed,
            now: Now::ZERO,
            queue: Queue::new(),
            network: Network::new(seed),
            nodes: Vec::new(),
            connections: Connections::new(),
            outputs: Outputs::default(),
            events: VecDeque::new(),
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Now {
        self.now
    }

    /// Adds a host, with power.
    ///
    /// # Errors
    ///
    /// [`SimError::DuplicateHost`] and [`SimError::DuplicateAddress`].
    pub fn add_host(&mut self, name: &str, address: IpAddr) -> Result<HostId, SimError> {
        self.network.add_host(name, address)
    }

    /// Adds a node to a host and starts its process, if the host has power.
    ///
    /// # Errors
    ///
    /// [`SimError::DuplicateNode`] if the host has a node of this name,
    /// [`SimError::PortTaken`] if it has one that listens on one of these ports.
    pub fn add_node(
        &mut self,
        host: HostId,
        name: &str,
        ports: Ports,
        factory: NodeFactory<C, E>,
    ) -> Result<NodeId, SimError> {
        let node = NodeId(self.nodes.len());
        self.network.host_mut(host).claim(node, name, ports)?;
        self.nodes.push(NodeRecord {
            host,
            name: name.to_owned(),
            factory,
            disk: Disk::new(),
            sync_rng: self.seed.rng(RngStream::Sync { node: node.0 }),
            boots: 0,
            process: None,
        });
        self.start(node);
        Ok(node)
    }

    /// Hands `command` to a node, at once. A node whose process is dead does not get it.
    pub fn command(&mut self, node: NodeId, command: C) {
        self.post(node, Input::Command(command));
    }

    /// Runs on to the next event that a node emits. `None`: there is none up to and including
    /// `until`, and the time is now `until` (or later already, if it was when this was called).
    pub fn step(&mut self, until: Now) -> Option<(Now, NodeId, E)> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            let Some((now, event)) = self.queue.pop(until) else {
                self.now = self.now.max(until);
                return None;
            };
            self.now = now;
            self.dispatch(event);
        }
    }

    /// Cuts one direction between two hosts. A host cannot be cut off from itself.
    pub fn cut(&mut self, from: HostId, to: HostId, cut: Cut) {
        self.network.set_cut(from, to, Some(cut));
    }

    /// Ends a cut.
    pub fn heal(&mut self, from: HostId, to: HostId) {
        self.network.set_cut(from, to, None);
    }

    /// The link of one direction between two hosts.
    pub fn link(&self, from: HostId, to: HostId) -> Link {
        self.network.link(from, to)
    }

    /// Sets the link of one direction between two hosts. A host's link to itself is always
    /// [`Link::LOOPBACK`].
    pub fn set_link(&mut self, from: HostId, to: HostId, link: Link) {
        self.network.set_link(from, to, link);
    }

    /// Sets the link of all directions that [`Sim::set_link`] has not set, and of those to hosts
    /// that are added later.
    pub fn set_default_link(&mut self, link: Link) {
        self.network.set_default_link(link);
    }

    /// The disk of a node, for injecting faults: not to be read or written through this handle.
    pub fn disk(&self, node: NodeId) -> Disk {
        self.nodes[node.0].disk.clone()
    }

    /// The host that a node is on.
    pub fn host_of(&self, node: NodeId) -> HostId {
        self.nodes[node.0].host
    }

    /// The node that takes what arrives at a port, if its process lives.
    pub(super) fn listener(&self, host: HostId, port: u16) -> Option<NodeId> {
        let listener = self.network.host(host).listener(port);
        listener.filter(|node| self.is_running(*node))
    }

    fn dispatch(&mut self, event: SimEvent<C, E>) {
        match event {
            SimEvent::Datagram(datagram) => self.datagram_arrives(datagram),
            SimEvent::Tcp(connection, event) => self.tcp(connection, event),
            SimEvent::Timer(node) => self.timer(node),
            SimEvent::Deliver { to, input } => self.deliver_to(to, *input),
            SimEvent::Resume(who) => self.resume(who),
            SimEvent::Release { of, outputs } => self.release(of, outputs),
        }
    }
}
