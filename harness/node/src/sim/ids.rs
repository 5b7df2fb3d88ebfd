//! The ids of hosts, nodes and connections.

use crate::{RequestId, StreamId};

/// A host of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub(super) usize);

/// A node of a simulation, whether its process runs or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) usize);

/// A TCP connection of a simulation. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ConnectionId(pub(super) u64);

impl ConnectionId {
    /// The id under which the server's node knows the stream: odd, see [`StreamId`].
    pub(super) const fn server_stream(self) -> StreamId {
        StreamId(self.0 * 2 + 1)
    }

    /// The connection that a server's node knows as `id`. None: `id` is a client's.
    pub(super) const fn of_server_stream(id: StreamId) -> Option<Self> {
        if id.0 % 2 == 1 {
            Some(ConnectionId(id.0 / 2))
        } else {
            None
        }
    }

    /// The id under which the server's node knows the request.
    pub(super) const fn server_request(self) -> RequestId {
        RequestId(self.0)
    }

    /// The connection that a server's node knows as `id`.
    pub(super) const fn of_server_request(id: RequestId) -> Self {
        ConnectionId(id.0)
    }
}
