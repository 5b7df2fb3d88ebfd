//! TCP connections: their two ends, and what is on its way between them.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;

use bytes::Bytes;

use super::ids::{ConnectionId, HostId, NodeId};
use crate::{Now, RequestId, StreamId};

/// All connections that an end still knows of.
pub(super) struct Connections {
    by_id: BTreeMap<ConnectionId, Connection>,
    opened: u64,
}

/// A TCP connection, from the first attempt to open it.
pub(super) struct Connection {
    pub(super) client: End,
    pub(super) server: End,
    pub(super) phase: Phase,
    pub(super) used_for: ConnectionUse,
}

/// One of the two ends of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

/// What a host's kernel knows of its end of a connection.
pub(super) struct End {
    pub(super) host: HostId,
    pub(super) address: SocketAddr,
    /// Whose process has it; nobody's before it is accepted, and after it is closed or dead.
    pub(super) owner: Option<NodeId>,
    /// What has not got through yet, the first of which is being sent again if `attempts` is
    /// not zero.
    pub(super) outbox: VecDeque<Segment>,
    /// How often the first segment in the outbox, or the SYN, was sent without getting through.
    pub(super) attempts: u32,
    /// When the segment sent last arrives: no later one may arrive earlier.
    pub(super) last_arrival: Now,
}

/// An event on a connection. Those of an opening follow its three segments (RFC 9293 section 3.5).
pub(super) enum TcpEvent {
    /// The client sends its SYN.
    SendSyn,
    /// The SYN reaches the server's host.
    SynArrives,
    /// The SYN-ACK reaches the client: the connection is open.
    Established,
    /// A reset answers the SYN: the port is closed.
    Refused,
    /// An end sends again what has not got through.
    Retransmit(Side),
    /// A segment reaches an end.
    SegmentArrives { at: Side, segment: Segment },
    /// The client waits no longer.
    TimeOut,
}

/// How far a connection has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The client tries to open it.
    Opening,
    /// Both ends can send.
    Open,
    /// HTTP: the server has the request.
    Requested,
    /// HTTP: the server has answered.
    Answered,
}

/// What a connection is used for, with the id that the client gave to it.
#[derive(Clone, Copy, Debug)]
pub(super) enum ConnectionUse {
    Stream(StreamId),
    Http(RequestId),
}

/// A message on a connection. How TCP would split it is not modelled.
pub(super) enum Segment {
    /// The client has seen the connection open: so it is for the server too.
    Opened,
    Bytes(Bytes),
    Close,
    Reset,
    Request(Box<http::Request<Bytes>>),
    Response(Box<http::Response<Bytes>>),
}

impl Connections {
    pub(super) const fn new() -> Self {
        Connections {
            by_id: BTreeMap::new(),
            opened: 0,
        }
    }

    pub(super) fn insert(&mut self, connection: Connection) -> ConnectionId {
        let id = ConnectionId(self.opened);
        self.opened += 1;
        self.by_id.insert(id, connection);
        id
    }

    pub(super) fn get(&self, id: ConnectionId) -> Option<&Connection> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.by_id.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        self.by_id.remove(&id)
    }

    /// The ends that `belongs` to somebody.
    pub(super) fn ends(&self, belongs: impl Fn(&End) -> bool) -> Vec<(ConnectionId, Side)> {
        let mut ends = Vec::new();
        for (id, connection) in &self.by_id {
            for side in [Side::Client, Side::Server] {
                if belongs(connection.end(side)) {
                    ends.push((*id, side));
                }
            }
        }
        ends
    }
}

impl Connection {
    pub(super) const fn end(&self, side: Side) -> &End {
        match side {
            Side::Client => &self.client,
            Side::Server => &self.server,
        }
    }

    pub(super) const fn end_mut(&mut self, side: Side) -> &mut End {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }

    /// Whether the client has not seen it open yet.
    pub(super) fn is_opening(&self) -> bool {
        self.phase == Phase::Opening
    }

    /// Whether neither end has a process or anything to send.
    pub(super) fn is_forgotten(&self) -> bool {
        [&self.client, &self.server]
            .iter()
            .all(|end| end.owner.is_none() && end.outbox.is_empty())
    }
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Side::Client => Side::Server,
            Side::Server => Side::Client,
        }
    }
}

impl End {
    pub(super) const fn new(host: HostId, address: SocketAddr, owner: Option<NodeId>) -> Self {
        End {
            host,
            address,
            owner,
            outbox: VecDeque::new(),
            attempts: 0,
            last_arrival: Now::ZERO,
        }
    }
}
