//! What comes in through a node's queue.

use std::io;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

use super::connections::Place;
use crate::{Admission, Head, Input, NoReply, Port};

/// How many arrivals wait for the node at most.
pub(super) const CAPACITY: usize = 1024;

/// Where arrivals go in.
pub(super) type Inbox<C> = mpsc::Sender<Arrival<C>>;

/// Something for the node. The driver gives numbers to what is new.
pub(super) enum Arrival<C> {
    /// Ready to be handed over.
    Input(Input<C>),
    /// Somebody opened a connection to the node's port `at`.
    Accepted {
        at: Port,
        from: SocketAddr,
        stream: TcpStream,
        place: Place,
    },
    /// A request came to the node's port `at`, whose body was not read: what becomes of it?
    Head {
        at: Port,
        head: Box<Head>,
        tell: oneshot::Sender<(Box<Head>, Admission)>,
    },
    /// Somebody sent an HTTP request to the node's port `at`.
    Request {
        at: Port,
        from: SocketAddr,
        request: Request<Bytes>,
        answer: oneshot::Sender<Response<Bytes>>,
    },
}

/// What a failure to connect means.
pub(super) fn no_connection(error: &io::Error) -> NoReply {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => NoReply::Refused,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => NoReply::Unreachable,
        io::ErrorKind::TimedOut => NoReply::TimedOut,
        _ => NoReply::Reset,
    }
}
