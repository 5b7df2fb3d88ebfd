//! What the event queue holds.

use super::connection::ConnectionId;
use super::datagram::Flight;
use super::process::{Incarnation, NodeId};
use super::tcp::Step;
use crate::{Input, Output};

/// Something that happens at an instant.
pub(super) enum Happening<C, E> {
    /// A datagram reaches the host that it was sent to.
    Datagram(Flight),
    /// A TCP connection takes its next step.
    Tcp(ConnectionId, Step),
    /// A node may want [`Input::Deadline`].
    Timer(NodeId),
    /// A process gets an input; lost if the process has died since.
    Deliver {
        to: Incarnation,
        input: Box<Input<C>>,
    },
    /// A process that was frozen goes on, if it still lives.
    Wake(Incarnation),
    /// Outputs that waited for the disk leave the process; lost if it has died since.
    Release {
        of: Incarnation,
        outputs: Vec<Output<E>>,
    },
}
