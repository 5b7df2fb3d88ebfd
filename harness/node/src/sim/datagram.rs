//! UDP: datagrams, and what the network says of those that nobody takes.

use std::net::SocketAddr;

use bytes::Bytes;

use super::driver::Sim;
use super::event::{InFlight, SimEvent};
use super::ids::NodeId;
use super::wire::PacketFate;
use crate::{Input, Port, Unreachable};

impl<C, E> Sim<C, E> {
    pub(super) fn send_datagram(&mut self, node: NodeId, at: Port, to: SocketAddr, bytes: Bytes) {
        self.check_port(node, at);
        let record = &self.nodes[node.0];
        let (sender, from) = (record.incarnation(node), record.host);
        let Some(host) = self.network.route(to.ip()) else {
            self.host_unreachable(node, at, to);
            return;
        };
        let wire = self.network.wire(from, host);
        let arrival = match wire.datagram(self.now) {
            PacketFate::Arrives(arrival) => arrival,
            PacketFate::Lost => return,
            PacketFate::Rejected => {
                self.host_unreachable(node, at, to);
                return;
            }
        };
        let second = wire.duplicate(self.now, arrival);
        let datagram = InFlight {
            sender,
            at,
            host,
            to,
            bytes,
        };
        // The original is pushed first, so that it also comes first at the same instant.
        let copy = second.map(|second| (second, datagram.clone()));
        self.queue.push(arrival, SimEvent::Datagram(datagram));
        if let Some((second, copy)) = copy {
            self.queue.push(second, SimEvent::Datagram(copy));
        }
    }

    /// The sender's own host reports it, at once.
    fn host_unreachable(&mut self, node: NodeId, at: Port, to: SocketAddr) {
        let why = Unreachable::Host;
        self.post(node, Input::Undeliverable { at, to, why });
    }

    pub(super) fn datagram_arrives(&mut self, datagram: InFlight) {
        if self.network.is_off(datagram.host) {
            return;
        }
        let at = datagram.to.port();
        match self.listener(datagram.host, at) {
            Some(node) => {
                let from = self.address_of(datagram.sender.node, datagram.at);
                let (at, bytes) = (Port(at), datagram.bytes);
                self.deliver(node, Input::Datagram { at, from, bytes });
            }
            None => self.answer_port_unreachable(&datagram),
        }
    }

    /// The receiving host reports it to the sender, if that process still lives by then.
    fn answer_port_unreachable(&mut self, datagram: &InFlight) {
        let sender = self.host_of(datagram.sender.node);
        let wire = self.network.wire(datagram.host, sender);
        let PacketFate::Arrives(arrival) = wire.datagram(self.now) else {
            return;
        };
        let (at, to, why) = (datagram.at, datagram.to, Unreachable::Port);
        let input = Box::new(Input::Undeliverable { at, to, why });
        let to = datagram.sender;
        self.queue.push(arrival, SimEvent::Deliver { to, input });
    }

    fn address_of(&self, node: NodeId, port: Port) -> SocketAddr {
        SocketAddr::new(self.network.host(self.host_of(node)).address, port.0)
    }

    #[expect(
        clippy::panic,
        reason = "a node that sends from a port it has not bound is broken"
    )]
    fn check_port(&self, node: NodeId, port: Port) {
        let record = &self.nodes[node.0];
        if !self.network.host(record.host).has(node, port.0) {
            panic!(
                "node {} sends from port {}, which is not its own",
                record.name, port.0
            );
        }
    }
}
