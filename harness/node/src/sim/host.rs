//! A host: an address with ports, that has power or not.

use std::net::{IpAddr, SocketAddr};

use super::ids::NodeId;
use super::{Ports, SimError};

/// The first of the ports that TCP connections leave from (RFC 6335 section 6).
const FIRST_EPHEMERAL: u16 = 49_152;

/// A host, whether it has power or not.
pub(super) struct Host {
    pub(super) name: String,
    pub(super) address: IpAddr,
    pub(super) power: Power,
    listeners: Vec<Listener>,
    /// The ranges of all listeners' ports, sorted, each with whose it is: looked up for every packet.
    ranges: Vec<(u16, u16, NodeId)>,
    next_ephemeral: u16,
}

/// Whether a host has power. Without it, it is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Power {
    On,
    Off,
}

/// A node's claim to ports of its host, whether its process runs or not.
struct Listener {
    name: String,
    node: NodeId,
    ports: Ports,
}

impl Host {
    pub(super) fn new(name: &str, address: IpAddr) -> Self {
        Host {
            name: name.to_owned(),
            address,
            power: Power::On,
            listeners: Vec::new(),
            ranges: Vec::new(),
            next_ephemeral: FIRST_EPHEMERAL,
        }
    }

    /// Gives `ports` to a node.
    pub(super) fn claim(&mut self, node: NodeId, name: &str, ports: Ports) -> Result<(), SimError> {
        for other in &self.listeners {
            if other.name == name {
                let (host, node) = (self.name.clone(), name.to_owned());
                return Err(SimError::DuplicateNode { host, node });
            }
            if let Some(port) = ports.first_common(&other.ports) {
                return Err(SimError::PortTaken {
                    host: self.name.clone(),
                    node: name.to_owned(),
                    port,
                    owner: other.name.clone(),
                });
            }
        }
        let name = name.to_owned();
        let ranges = ports.ranges().map(|(first, last)| (first, last, node));
        self.ranges.extend(ranges);
        self.ranges.sort_unstable();
        self.listeners.push(Listener { name, node, ports });
        Ok(())
    }

    /// The node that `port` belongs to.
    pub(super) fn listener(&self, port: u16) -> Option<NodeId> {
        let after = self.ranges.partition_point(|(first, ..)| *first <= port);
        let (_, last, node) = self.ranges.get(after.checked_sub(1)?)?;
        (port <= *last).then_some(*node)
    }

    /// Whether `port` belongs to `node`.
    pub(super) fn has(&self, node: NodeId, port: u16) -> bool {
        self.listener(port) == Some(node)
    }

    /// All nodes of the host, in the order in which they were added.
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        self.listeners.iter().map(|listener| listener.node)
    }

    /// The address that the next outgoing TCP connection leaves from. Ports come round again
    /// after 16,384 connections; nothing is routed by them.
    pub(super) fn ephemeral(&mut self) -> SocketAddr {
        let port = self.next_ephemeral;
        self.next_ephemeral = port.checked_add(1).unwrap_or(FIRST_EPHEMERAL);
        SocketAddr::new(self.address, port)
    }
}
