//! What the event queue holds.

use std::net::SocketAddr;

use bytes::Bytes;

use super::connection::TcpEvent;
use super::ids::{ConnectionId, HostId, NodeId};
use super::process::Incarnation;
use crate::{Input, Output, Port};

/// An event of the simulation, due at an instant.
pub(super) enum SimEvent<C, E> {
    /// A datagram reaches the host that it was sent to.
    Datagram(InFlight),
    /// Something happens on a TCP connection.
    Tcp(ConnectionId, TcpEvent),
    /// A node may want [`Input::Deadline`].
    Timer(NodeId),
    /// A process gets an input; lost if the process has died since.
    Deliver {
        to: Incarnation,
        input: Box<Input<C>>,
    },
    /// A process that was frozen goes on, if it still lives.
    Resume(Incarnation),
    /// Outputs that waited for the disk leave the process; lost if it has died since.
    Release {
        of: Incarnation,
        outputs: Vec<Output<E>>,
    },
}

/// A datagram on its way.
#[derive(Clone)]
pub(super) struct InFlight {
    pub(super) sender: Incarnation,
    pub(super) at: Port,
    /// The host of `to`.
    pub(super) host: HostId,
    pub(super) to: SocketAddr,
    pub(super) bytes: Bytes,
}
