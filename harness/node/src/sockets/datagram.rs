//! UDP: a socket for each port.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use nix::sys::socket::{MsgFlags, SockaddrStorage, sendto, setsockopt, sockopt};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use super::arrival::{Arrival, Inbox};
use super::listen::Listen;
use super::undeliverable;
use crate::{Input, Port, Unreachable};

/// No datagram is longer.
pub(super) const LONGEST: usize = 65_535;

/// How often a datagram is sent again when the kernel reports an error at the attempt: at first it
/// may be that of an earlier datagram, which tells nothing of this one.
const ATTEMPTS: usize = 3;

/// The sockets of a node, to send from.
pub(super) struct Datagrams {
    sockets: BTreeMap<Port, Arc<UdpSocket>>,
}

impl Datagrams {
    /// Opens the ports, and puts what arrives there into `inbox`.
    pub(super) fn open<C: Send + 'static>(
        listen: &Listen,
        inbox: &Inbox<C>,
        tasks: &mut JoinSet<()>,
    ) -> Result<Self, (u16, io::Error)> {
        let mut sockets = BTreeMap::new();
        let buffer = Arc::new(Mutex::new(vec![0; LONGEST].into_boxed_slice()));
        for &port in &listen.udp {
            let socket = open(listen.socket(port)).map_err(|error| (port, error))?;
            let (port, socket) = (Port(port), Arc::new(socket));
            let shared = Arc::clone(&buffer);
            tasks.spawn(receive(port, Arc::clone(&socket), shared, inbox.clone()));
            tasks.spawn(undeliverable::receive(
                port,
                Arc::clone(&socket),
                inbox.clone(),
            ));
            sockets.insert(port, socket);
        }
        Ok(Datagrams { sockets })
    }

    /// Sends a datagram without waiting: what the kernel's buffer has no room for is lost, as
    /// datagrams are. Tells why it cannot be delivered, if that is clear at once. From a port that
    /// is not the node's own nothing is sent.
    pub(super) fn send(&self, from: Port, to: SocketAddr, bytes: &[u8]) -> Option<Unreachable> {
        send(self.sockets.get(&from)?.as_ref(), to, bytes)
    }
}

/// Sends a datagram from a socket, as [`Datagrams::send`] does.
pub(super) fn send(socket: &impl AsRawFd, to: SocketAddr, bytes: &[u8]) -> Option<Unreachable> {
    let (socket, to) = (socket.as_raw_fd(), SockaddrStorage::from(to));
    let mut failure = None;
    for _ in 0..ATTEMPTS {
        match sendto(socket, bytes, &to, MsgFlags::MSG_DONTWAIT) {
            Ok(_) => return None,
            Err(error) => failure = undeliverable::from_send(error),
        }
    }
    failure
}

/// A bound socket that reports ICMP errors.
fn open(at: SocketAddr) -> io::Result<UdpSocket> {
    UdpSocket::from_std(bind(at)?)
}

/// The same, for whoever asks it whether there is anything.
pub(super) fn bind(at: SocketAddr) -> io::Result<std::net::UdpSocket> {
    let socket = std::net::UdpSocket::bind(at)?;
    socket.set_nonblocking(true)?;
    match at {
        SocketAddr::V4(_) => setsockopt(&socket, sockopt::Ipv4RecvErr, &true)?,
        SocketAddr::V6(_) => setsockopt(&socket, sockopt::Ipv6RecvErr, &true)?,
    }
    Ok(socket)
}

/// Where a datagram lies until it is known how long it is: there is one for all ports of a node, which
/// may be thousands.
type Buffer = Arc<Mutex<Box<[u8]>>>;

/// Puts the datagrams that arrive at a port into the inbox.
async fn receive<C>(at: Port, socket: Arc<UdpSocket>, buffer: Buffer, inbox: Inbox<C>) {
    loop {
        let read = socket.async_io(Interest::READABLE, || {
            // What another port has left there is overwritten.
            let mut buffer = buffer.lock().unwrap_or_else(PoisonError::into_inner);
            let (length, from) = socket.try_recv_from(&mut buffer)?;
            Ok((Bytes::copy_from_slice(&buffer[..length]), from))
        });
        // An error is that of something sent earlier, told once; the error queue says of what.
        let Ok((bytes, from)) = read.await else {
            continue;
        };
        let input = Input::Datagram { at, from, bytes };
        if inbox.send(Arrival::Input(input)).await.is_err() {
            return;
        }
    }
}
