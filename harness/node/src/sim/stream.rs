//! What nodes do with TCP connections of their own: open, send, close.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::connection::{ConnectionUse, Segment, Side};
use super::driver::Sim;
use super::ids::{ConnectionId, NodeId};
use crate::{Input, NoReply, Port, StreamId, StreamIn};

/// How long a host tries to open a connection (Linux's `tcp_syn_retries`, 6).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(127);

impl<C, E> Sim<C, E> {
    pub(super) fn connect(&mut self, node: NodeId, id: StreamId, to: SocketAddr) {
        self.check_stream(node, id);
        match self.open(
            node,
            to,
            ConnectionUse::Stream(id),
            Segment::Opened,
            CONNECT_TIMEOUT,
        ) {
            Some(connection) => self.remember_stream(node, id, connection),
            None => {
                let what = StreamIn::Reset(NoReply::Unreachable);
                self.post(node, Input::Stream { id, what });
            }
        }
    }

    /// Sends bytes on a connection. Nothing is sent on one that is over.
    pub(super) fn send(&mut self, node: NodeId, id: StreamId, bytes: Bytes) {
        if let Some((connection, side)) = self.find_stream(node, id) {
            self.transmit(connection, side, Segment::Bytes(bytes));
        }
    }

    /// Closes both directions of a connection: what the other end has sent and still sends is
    /// not heard any more. What this end has sent before arrives.
    pub(super) fn close(&mut self, node: NodeId, id: StreamId) {
        let Some((connection, side)) = self.find_stream(node, id) else {
            return;
        };
        self.forget_stream(node, id);
        self.release_end(connection, side);
        self.transmit(connection, side, Segment::Close);
    }

    pub(super) fn stream_opened(
        &mut self,
        node: NodeId,
        id: StreamId,
        local: SocketAddr,
        from: SocketAddr,
    ) {
        let at = Port(local.port());
        self.stream_input(node, id, StreamIn::Opened { at, from });
    }

    pub(super) fn stream_input(&mut self, node: NodeId, id: StreamId, what: StreamIn) {
        self.deliver(node, Input::Stream { id, what });
    }

    pub(super) fn forget_stream(&mut self, node: NodeId, id: StreamId) {
        if let Some(process) = self.nodes[node.0].process.as_mut() {
            process.streams.remove(&id);
        }
    }

    fn remember_stream(&mut self, node: NodeId, id: StreamId, connection: ConnectionId) {
        if let Some(process) = self.nodes[node.0].process.as_mut() {
            process.streams.insert(id, connection);
        }
    }

    /// The connection that a node's process knows as `id`, and the side that it is on.
    fn find_stream(&self, node: NodeId, id: StreamId) -> Option<(ConnectionId, Side)> {
        let process = self.nodes[node.0].process.as_ref()?;
        let found = match ConnectionId::of_server_stream(id) {
            Some(connection) => (connection, Side::Server),
            None => (*process.streams.get(&id)?, Side::Client),
        };
        let end = self.connections.get(found.0)?.end(found.1);
        (end.owner == Some(node)).then_some(found)
    }

    #[expect(
        clippy::panic,
        reason = "a node that mixes up its own connections is broken"
    )]
    fn check_stream(&self, node: NodeId, id: StreamId) {
        let record = &self.nodes[node.0];
        if id.0 % 2 == 1 || self.find_stream(node, id).is_some() {
            panic!(
                "node {} opens a connection under {id:?}, odd or in use",
                record.name
            );
        }
    }
}

impl ConnectionUse {
    /// The id under which the node at one end of connection `id` knows the stream.
    pub(super) const fn stream(self, id: ConnectionId, side: Side) -> StreamId {
        match (side, self) {
            (Side::Client, ConnectionUse::Stream(stream)) => stream,
            _ => id.server_stream(),
        }
    }
}
