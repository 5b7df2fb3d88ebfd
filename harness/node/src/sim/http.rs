//! HTTP: a request and its response, on a TCP connection of their own.
//!
//! A request arrives after one and a half round trips, its response half a round trip after the
//! server gave it.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::connection::{ConnectionUse, Phase, Segment, Side};
use super::driver::Sim;
use super::ids::{ConnectionId, NodeId};
use crate::{Input, NoReply, Port, RequestId};

impl<C, E> Sim<C, E> {
    pub(super) fn request(
        &mut self,
        node: NodeId,
        id: RequestId,
        to: SocketAddr,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) {
        let request = Segment::Request(Box::new(request));
        let opened = self.open(node, to, ConnectionUse::Http(id), request, timeout);
        if opened.is_none() {
            let outcome = Err(NoReply::Unreachable);
            self.post(node, Input::Reply { id, outcome });
        }
    }

    /// Answers a request. Only the first answer counts, and only if its sender still waits.
    pub(super) fn respond(&mut self, node: NodeId, id: RequestId, response: http::Response<Bytes>) {
        let id = ConnectionId::of_server_request(id);
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        if connection.server.owner != Some(node) || connection.phase != Phase::Requested {
            return;
        }
        connection.phase = Phase::Answered;
        self.transmit(id, Side::Server, Segment::Response(Box::new(response)));
    }

    pub(super) fn request_arrives(
        &mut self,
        id: ConnectionId,
        node: NodeId,
        request: http::Request<Bytes>,
    ) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.phase = Phase::Requested;
        let (at, from) = (
            Port(connection.server.address.port()),
            connection.client.address,
        );
        if connection.client.owner.is_none() {
            self.connections.remove(id);
        }
        let id = id.server_request();
        self.deliver(
            node,
            Input::Request {
                id,
                at,
                from,
                request,
            },
        );
    }

    pub(super) fn response_arrives(
        &mut self,
        id: ConnectionId,
        node: NodeId,
        response: http::Response<Bytes>,
    ) {
        let Some(connection) = self.connections.remove(id) else {
            return;
        };
        if let ConnectionUse::Http(id) = connection.used_for {
            self.deliver(
                node,
                Input::Reply {
                    id,
                    outcome: Ok(response),
                },
            );
        }
    }

    /// The sender waits no longer. Its host does: a request that is on its way, or that is being
    /// sent again, may still arrive and be carried out.
    pub(super) fn request_timed_out(&mut self, connection: ConnectionId, id: RequestId) {
        let Some(open) = self.connections.get_mut(connection) else {
            return;
        };
        let Some(node) = open.client.owner.take() else {
            return;
        };
        if matches!(open.phase, Phase::Requested | Phase::Answered) {
            self.connections.remove(connection);
        }
        let outcome = Err(NoReply::TimedOut);
        self.deliver(node, Input::Reply { id, outcome });
    }
}
