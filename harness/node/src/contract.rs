//! What a node is: inputs, outputs, and the next deadline.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::Now;

/// A local UDP or TCP port of the node's host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(pub u16);

/// One HTTP exchange. A node chooses the ids of the requests that it sends, the driver those of
/// the requests that it delivers; the two never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// One TCP connection of a node. A node chooses the even ids, for connections that it opens; the
/// driver the odd ones, for connections that it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(pub u64);

/// Why a datagram could not be delivered, as the sender's network reported it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unreachable {
    /// The host is up and nobody listens on the port (ICMP port unreachable, `ECONNREFUSED`).
    Port,
    /// The host or its network cannot be reached (ICMP host unreachable, `EHOSTUNREACH`).
    Host,
}

/// Why an HTTP request has no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoReply {
    /// The port is closed. Definite: the request was not carried out.
    Refused,
    /// The host cannot be reached. Definite: the request was not carried out.
    Unreachable,
    /// The connection broke after the request was sent. Indefinite.
    Reset,
    /// The time-out that the sender gave has passed. Indefinite.
    TimedOut,
}

impl NoReply {
    /// Whether it is certain that the request was not carried out.
    pub const fn is_definite(self) -> bool {
        matches!(self, NoReply::Refused | NoReply::Unreachable)
    }
}

/// What happened on a TCP connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamIn {
    /// It is open: one that the node asked for, or one that `from` opened to `at`.
    Opened {
        /// The node's own port; for an outgoing connection, the ephemeral one.
        at: Port,
        /// The other end.
        from: SocketAddr,
    },
    /// Bytes arrived, in order.
    Data(Bytes),
    /// The other end closed it in good order. It can still be sent on, and is there until the node
    /// closes it as well.
    Closed,
    /// It broke, or could not be opened.
    Reset(NoReply),
    /// It was open, but one end does not trust the other: nothing that was sent was taken. Definite.
    NotSecured {
        /// Why not, of the other end: "its certificate has expired".
        why: String,
    },
}

/// What a driver hands to a node, one at a time.
#[derive(Debug)]
pub enum Input<C> {
    /// The node's process has started. Always the first input.
    Start,
    /// The instant given by [`Node::deadline`] has come.
    Deadline,
    /// A command of the harness.
    Command(C),
    /// A datagram arrived at the node's own port `at`.
    Datagram {
        /// The node's own port.
        at: Port,
        /// The sender, as the network shows it.
        from: SocketAddr,
        /// The payload.
        bytes: Bytes,
    },
    /// A datagram that was sent earlier could not be delivered.
    Undeliverable {
        /// The node's own port that it was sent from.
        at: Port,
        /// Where it was sent to.
        to: SocketAddr,
        /// What the network said.
        why: Unreachable,
    },
    /// Something happened on a TCP connection.
    Stream {
        /// Which connection.
        id: StreamId,
        /// What happened.
        what: StreamIn,
    },
    /// Somebody sent an HTTP request to the node's port `at`; answer it with [`Outputs::respond`].
    Request {
        /// To be given back with the response.
        id: RequestId,
        /// The node's own port.
        at: Port,
        /// The sender.
        from: SocketAddr,
        /// The request.
        request: http::Request<Bytes>,
    },
    /// The outcome of an HTTP request that the node sent.
    Reply {
        /// The id that the node gave to its request.
        id: RequestId,
        /// The response, or why there is none.
        outcome: Result<http::Response<Bytes>, NoReply>,
    },
}

/// What a node wants done. Drivers carry these out in order.
#[derive(Debug)]
pub enum Output<E> {
    /// Send a datagram from one of the node's own ports.
    Datagram {
        /// The node's own port.
        from: Port,
        /// The receiver.
        to: SocketAddr,
        /// The payload.
        bytes: Bytes,
    },
    /// Open a TCP connection; [`StreamIn::Opened`], [`StreamIn::Reset`] or [`StreamIn::NotSecured`]
    /// follows.
    Connect {
        /// An even id of the node's choice.
        id: StreamId,
        /// The other end.
        to: SocketAddr,
    },
    /// Send bytes on an open connection.
    Send {
        /// Which connection.
        id: StreamId,
        /// The bytes.
        bytes: Bytes,
    },
    /// Close a connection in good order.
    Close {
        /// Which connection.
        id: StreamId,
    },
    /// Send an HTTP request; exactly one [`Input::Reply`] follows.
    Request {
        /// An id of the node's choice, not used before.
        id: RequestId,
        /// The server.
        to: SocketAddr,
        /// The request.
        request: http::Request<Bytes>,
        /// How long to wait for the reply before [`NoReply::TimedOut`].
        timeout: Duration,
    },
    /// Answer an HTTP request.
    Respond {
        /// The id that came with the request.
        id: RequestId,
        /// The answer.
        response: http::Response<Bytes>,
    },
    /// Have a command run outside, by whoever has the machine that it is for. What `what` says is
    /// between the node and them; how it ended is told as a command of the harness. Where nobody runs
    /// commands nothing follows.
    Run {
        /// An id of the node's choice, not used before, of a request neither.
        id: RequestId,
        /// The command.
        what: Bytes,
    },
    /// Something that the node observed or did, for whoever runs the driver.
    Event(E),
}

/// Collects what a node wants done during one [`Node::handle`].
#[derive(Debug)]
pub struct Outputs<E> {
    items: Vec<Output<E>>,
}

impl<E> Default for Outputs<E> {
    fn default() -> Self {
        Outputs { items: Vec::new() }
    }
}

impl<E> Outputs<E> {
    /// Sends `bytes` from the node's own port `from`.
    pub fn datagram(&mut self, from: Port, to: SocketAddr, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        self.items.push(Output::Datagram { from, to, bytes });
    }

    /// Opens a TCP connection under an even `id`.
    pub fn connect(&mut self, id: StreamId, to: SocketAddr) {
        self.items.push(Output::Connect { id, to });
    }

    /// Sends `bytes` on the connection `id`.
    pub fn send(&mut self, id: StreamId, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        self.items.push(Output::Send { id, bytes });
    }

    /// Closes the connection `id` in good order.
    pub fn close(&mut self, id: StreamId) {
        self.items.push(Output::Close { id });
    }

    /// Sends an HTTP request; exactly one [`Input::Reply`] with this `id` follows.
    pub fn request(
        &mut self,
        id: RequestId,
        to: SocketAddr,
        request: http::Request<Bytes>,
        timeout: Duration,
    ) {
        self.items.push(Output::Request {
            id,
            to,
            request,
            timeout,
        });
    }

    /// Answers the HTTP request `id`.
    pub fn respond(&mut self, id: RequestId, response: http::Response<Bytes>) {
        self.items.push(Output::Respond { id, response });
    }

    /// Has a command run outside.
    pub fn run(&mut self, id: RequestId, what: impl Into<Bytes>) {
        let what = what.into();
        self.items.push(Output::Run { id, what });
    }

    /// Tells whoever runs the driver what the node observed or did.
    pub fn event(&mut self, event: E) {
        self.items.push(Output::Event(event));
    }

    /// Takes everything that was asked for, in order.
    pub fn drain(&mut self) -> std::vec::Drain<'_, Output<E>> {
        self.items.drain(..)
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Appends `output` as it is: for nodes that wrap other nodes.
    pub fn push(&mut self, output: Output<E>) {
        self.items.push(output);
    }
}

/// A request of which all but its body is known.
pub type Head = http::request::Parts;

/// What a node says to a request whose body has not been read.
#[derive(Debug)]
pub enum Admission {
    /// Read the body, of so many bytes at most, and hand the request over; one with a longer body is
    /// answered with 413.
    Read(usize),
    /// Answer this, and read nothing.
    Answer(Box<http::Response<Bytes>>),
}

/// The longest body that is read for a node that does not say otherwise: a description of a call or
/// of an object is far shorter.
pub const LONGEST_BODY: usize = 64 << 10;

/// A state machine without I/O.
pub trait Node: Send {
    /// The commands that it takes from the harness.
    type Command;
    /// The events that it emits.
    type Event;

    /// Takes one input. Everything that follows from it is put into `out`.
    fn handle(&mut self, now: Now, input: Input<Self::Command>, out: &mut Outputs<Self::Event>);

    /// When it next wants [`Input::Deadline`]. Asked after each [`Node::handle`].
    fn deadline(&self) -> Option<Now>;

    /// Whether a request that comes to the node's port `at` is read at all, and how much of it.
    ///
    /// Asked by drivers that read what strangers send, before anything is kept of it: who is not
    /// known to be allowed a large body is not to have one kept.
    fn admit(&self, at: Port, head: &Head) -> Admission {
        let _ = (at, head);
        Admission::Read(LONGEST_BODY)
    }
}

impl<N: Node + ?Sized> Node for Box<N> {
    type Command = N::Command;
    type Event = N::Event;

    fn handle(&mut self, now: Now, input: Input<N::Command>, out: &mut Outputs<N::Event>) {
        (**self).handle(now, input, out);
    }

    fn deadline(&self) -> Option<Now> {
        (**self).deadline()
    }

    fn admit(&self, at: Port, head: &Head) -> Admission {
        (**self).admit(at, head)
    }
}
