//! A node that speaks by datagrams alone, thousands of them in a second, on a thread of its own.
//!
//! It does without an event loop of tasks and queues: what has come is read and handed over, what is to be
//! sent is sent, and then it waits. At high rates it waits by the clock, and takes what has come meanwhile in
//! one go: to be woken costs more than to take a datagram. Datagrams of one length that go to one receiver, one
//! right after the other, go through the kernel as one (`UDP_SEGMENT`, udp(7)): its way through the network's layers
//! costs most of all.

use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::net::{SocketAddr, UdpSocket};
use std::ops::ControlFlow;
use std::os::fd::AsRawFd;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::socket::{ControlMessage, MsgFlags, SockaddrStorage, sendmsg};

use super::clock::Clock;
use super::datagram::{LONGEST, bind, send};
use super::error::{SocketsError, Transport};
use super::listen::Listen;
use super::undeliverable::read_queue;
use crate::{Input, Node, Now, Output, Outputs, Port};

/// How many datagrams of one port are taken before it is looked at the others.
const IN_A_ROW: usize = 64;

/// How many ports are looked at in one go.
const PORTS: usize = 256;

/// How many datagrams go through the kernel as one, at most, and how many bytes they have in all (RFC 768).
const AS_ONE: usize = 64;
const BYTES_AS_ONE: usize = 65_000;

/// How soon a command is seen.
const COMMANDS: Duration = Duration::from_millis(20);

/// The open ports of one node that speaks by datagrams alone.
#[derive(Debug)]
pub struct Lean {
    sockets: BTreeMap<Port, UdpSocket>,
    epoll: Epoll,
    buffer: Box<[u8]>,
}

impl Lean {
    /// Opens the ports for datagrams of `listen`; it has no others.
    ///
    /// # Errors
    ///
    /// [`SocketsError`], if one of them cannot be opened.
    pub fn open(listen: &Listen) -> Result<Lean, SocketsError> {
        let fail = |port| {
            move |source| SocketsError::Port {
                transport: Transport::Udp,
                at: listen.socket(port),
                source,
            }
        };
        let epoll = Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC);
        let epoll = epoll.map_err(|error| fail(0)(error.into()))?;
        let mut sockets = BTreeMap::new();
        for &port in &listen.udp {
            let socket = bind(listen.socket(port)).map_err(fail(port))?;
            let wanted = EpollEvent::new(EpollFlags::EPOLLIN, port.into());
            let added = epoll.add(&socket, wanted);
            added.map_err(|error| fail(port)(error.into()))?;
            sockets.insert(Port(port), socket);
        }
        Ok(Lean {
            sockets,
            epoll,
            buffer: vec![0; LONGEST].into_boxed_slice(),
        })
    }

    /// Runs `node` on these ports until `emit`, which gets its events, says that it is enough. The node
    /// gets what comes through `commands`. With a `tick` it is looked at what has come only that often; so
    /// precise are times then.
    pub fn run<N: Node>(
        mut self,
        mut node: N,
        clock: Clock,
        tick: Option<Duration>,
        commands: &Receiver<N::Command>,
        emit: impl FnMut(Now, N::Event) -> ControlFlow<()>,
    ) {
        let mut turn = Turn {
            clock,
            emit,
            outputs: Outputs::default(),
            sent: Vec::new(),
        };
        let mut ready = vec![EpollEvent::empty(); PORTS];
        let mut flow = turn.take(&mut node, Input::Start);
        while flow.is_continue() {
            flow = turn.send_all(&mut node, &self.sockets);
            let count = self.wait(&mut ready, tick, turn.until(&node));
            if flow.is_continue() {
                flow = self.take_all(&ready[..count], &mut node, &mut turn);
            }
            while flow.is_continue()
                && let Ok(command) = commands.try_recv()
            {
                flow = turn.take(&mut node, Input::Command(command));
            }
            if flow.is_continue() && turn.until(&node).is_zero() {
                flow = turn.take(&mut node, Input::Deadline);
            }
        }
        // It is over, whatever comes of what was to be sent last.
        let _ = turn.send_all(&mut node, &self.sockets);
    }

    /// Waits until something has come, or `until` has passed. Gives how many ports are `ready`.
    fn wait(&self, ready: &mut [EpollEvent], tick: Option<Duration>, until: Duration) -> usize {
        let timeout = match tick {
            Some(tick) => {
                thread::sleep(tick);
                0
            }
            None => u16::try_from(until.as_micros().div_ceil(1_000)).unwrap_or(u16::MAX),
        };
        // An interruption is as good as that nothing has come.
        self.epoll
            .wait(ready, EpollTimeout::from(timeout))
            .unwrap_or(0)
    }

    /// Hands over what has come to these ports.
    fn take_all<N: Node, F: FnMut(Now, N::Event) -> ControlFlow<()>>(
        &mut self,
        ready: &[EpollEvent],
        node: &mut N,
        turn: &mut Turn<N::Event, F>,
    ) -> ControlFlow<()> {
        for event in ready {
            let Some(at) = u16::try_from(event.data()).ok().map(Port) else {
                continue;
            };
            let Some(socket) = self.sockets.get(&at) else {
                continue;
            };
            if event.events().contains(EpollFlags::EPOLLERR) {
                while let Ok(Some((to, why))) = read_queue(socket) {
                    let input = Input::Undeliverable { at, to, why };
                    turn.take(node, input)?;
                }
            }
            for _ in 0..IN_A_ROW {
                let (length, from) = match socket.recv_from(&mut self.buffer) {
                    Ok(received) => received,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    // That of something sent earlier, told once; the error queue says of what.
                    Err(_) => continue,
                };
                let bytes = Bytes::copy_from_slice(&self.buffer[..length]);
                turn.take(node, Input::Datagram { at, from, bytes })?;
            }
        }
        ControlFlow::Continue(())
    }
}

/// What it takes to hand something to a node, and to do what it wants then.
struct Turn<E, F> {
    clock: Clock,
    emit: F,
    outputs: Outputs<E>,
    /// What is to be sent before it is waited again.
    sent: Vec<Datagram>,
}

/// A datagram that is to be sent.
struct Datagram {
    from: Port,
    to: SocketAddr,
    bytes: Bytes,
}

impl<E, F: FnMut(Now, E) -> ControlFlow<()>> Turn<E, F> {
    /// Hands the node an input. What it wants sent is sent later.
    fn take<N: Node<Event = E>>(
        &mut self,
        node: &mut N,
        input: Input<N::Command>,
    ) -> ControlFlow<()> {
        let now = self.clock.now();
        node.handle(now, input, &mut self.outputs);
        for output in self.outputs.drain() {
            match output {
                Output::Datagram { from, to, bytes } => {
                    self.sent.push(Datagram { from, to, bytes });
                }
                Output::Event(event) => (self.emit)(now, event)?,
                // It speaks by datagrams alone.
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    /// Sends all that is to be sent, and tells the node what cannot be.
    fn send_all<N: Node<Event = E>>(
        &mut self,
        node: &mut N,
        sockets: &BTreeMap<Port, UdpSocket>,
    ) -> ControlFlow<()> {
        let sent = std::mem::take(&mut self.sent);
        let mut rest = sent.as_slice();
        while let Some(first) = rest.first() {
            let count = rest
                .iter()
                .take(AS_ONE)
                .take_while(|next| first.is_like(next));
            let fit = BYTES_AS_ONE / first.bytes.len().max(1);
            let (together, others) = rest.split_at(count.count().min(fit.max(1)));
            rest = others;
            // From a port that is not the node's own nothing is sent.
            let Some(socket) = sockets.get(&first.from) else {
                continue;
            };
            if together.len() > 1 && send_as_one(socket, together).is_ok() {
                continue;
            }
            for Datagram { from, to, bytes } in together {
                if let Some(why) = send(socket, *to, bytes) {
                    let (at, to) = (*from, *to);
                    self.take(node, Input::Undeliverable { at, to, why })?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// How long it may be waited.
    fn until<N: Node<Event = E>>(&self, node: &N) -> Duration {
        let now = self.clock.now();
        let due = node.deadline().map(|deadline| deadline.since(now));
        due.map_or(COMMANDS, |due| due.min(COMMANDS))
    }
}

impl Datagram {
    /// Whether both can go through the kernel as one.
    fn is_like(&self, other: &Datagram) -> bool {
        let as_one = |datagram: &Datagram| (datagram.from, datagram.to, datagram.bytes.len());
        as_one(self) == as_one(other)
    }
}

/// Sends datagrams of one length to one receiver.
fn send_as_one(socket: &UdpSocket, datagrams: &[Datagram]) -> nix::Result<()> {
    let Some(Datagram { to, bytes, .. }) = datagrams.first() else {
        return Ok(());
    };
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let slices: Vec<IoSlice<'_>> = datagrams
        .iter()
        .map(|datagram| IoSlice::new(&datagram.bytes))
        .collect();
    let control = [ControlMessage::UdpGsoSegments(&length)];
    let to = SockaddrStorage::from(*to);
    let flags = MsgFlags::MSG_DONTWAIT;
    sendmsg(socket.as_raw_fd(), &slices, &control, flags, Some(&to)).map(drop)
}
