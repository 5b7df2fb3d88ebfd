//! UDP: datagrams, and what the network says of those that nobody takes.

use std::net::SocketAddr;

use bytes::Bytes;

use super::driver::Sim;
use super::happening::Happening;
use super::host::HostId;
use super::process::{Incarnation, NodeId};
use super::wire::Passage;
use crate::{Input, Port, Unreachable};

/// A datagram on its way.
#[derive(Clone)]
pub(super) struct Flight {
    sender: Incarnation,
    at: Port,
    /// The host of `to`.
    host: HostId,
    to: SocketAddr,
    bytes: Bytes,
}

impl<C, E> Sim<C, E> {
    pub(super) fn send_datagram(&mut self, node: NodeId, at: Port, to: SocketAddr, bytes: Bytes) {
        self.check_port(node, at);
        let program = &self.programs[node.0];
        let (sender, from) = (program.incarnation(node), program.host);
        let Some(host) = self.network.route(to.ip()) else {
            self.host_unreachable(node, at, to);
            return;
        };
        let wire = self.network.wire(from, host);
        let arrival = match wire.datagram(self.now) {
            Passage::Arrives(arrival) => arrival,
            Passage::Lost => return,
            Passage::Rejected => {
                self.host_unreachable(node, at, to);
                return;
            }
        };
        let second = wire.duplicate(self.now, arrival);
        let flight = Flight {
            sender,
            at,
            host,
            to,
            bytes,
        };
        // The original is pushed first, so that it also comes first at the same instant.
        let copy = second.map(|second| (second, flight.clone()));
        self.queue.push(arrival, Happening::Datagram(flight));
        if let Some((second, copy)) = copy {
            self.queue.push(second, Happening::Datagram(copy));
        }
    }

    /// The sender's own host tells it, at once.
    fn host_unreachable(&mut self, node: NodeId, at: Port, to: SocketAddr) {
        let why = Unreachable::Host;
        self.post(node, Input::Undeliverable { at, to, why });
    }

    pub(super) fn datagram_arrives(&mut self, flight: Flight) {
        if self.network.is_off(flight.host) {
            return;
        }
        let at = flight.to.port();
        match self.listener(flight.host, at) {
            Some(node) => {
                let from = self.address_of(flight.sender.node, flight.at);
                let (at, bytes) = (Port(at), flight.bytes);
                self.deliver(node, Input::Datagram { at, from, bytes });
            }
            None => self.answer_port_unreachable(&flight),
        }
    }

    /// The receiving host tells the sender, if that process still lives by then.
    fn answer_port_unreachable(&mut self, flight: &Flight) {
        let sender = self.host_of(flight.sender.node);
        let wire = self.network.wire(flight.host, sender);
        let Passage::Arrives(arrival) = wire.datagram(self.now) else {
            return;
        };
        let (at, to, why) = (flight.at, flight.to, Unreachable::Port);
        let input = Box::new(Input::Undeliverable { at, to, why });
        let to = flight.sender;
        self.queue.push(arrival, Happening::Deliver { to, input });
    }

    fn address_of(&self, node: NodeId, port: Port) -> SocketAddr {
        SocketAddr::new(self.network.host(self.host_of(node)).address, port.0)
    }

    #[expect(
        clippy::panic,
        reason = "a node that sends from a port it has not bound is broken"
    )]
    fn check_port(&self, node: NodeId, port: Port) {
        let program = &self.programs[node.0];
        if !self.network.host(program.host).has(node, port.0) {
            panic!(
                "node {} sends from port {}, which is not its own",
                program.name, port.0
            );
        }
    }
}
