//! What ICMP says of datagrams that were sent.
//!
//! A socket that is not connected hears nothing of ICMP by itself. With `IP_RECVERR` set, the
//! kernel keeps the errors in a queue of their own (ip(7)), each with the address that the
//! datagram had been sent to.

use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use nix::cmsg_space;
use nix::errno::Errno;
use nix::libc::{sock_extended_err, sockaddr_in6};
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::arrival::{Arrival, Inbox};
use crate::{Input, Port, Unreachable};

/// Puts the errors of a port's datagrams into the inbox.
pub(super) async fn receive<C>(at: Port, socket: Arc<UdpSocket>, inbox: Inbox<C>) {
    loop {
        let read = socket
            .async_io(Interest::ERROR, || read_queue(&*socket))
            .await;
        // Any other error belongs to a datagram as well, and is told once.
        let Ok(Some((to, why))) = read else { continue };
        let input = Input::Undeliverable { at, to, why };
        if inbox.send(Arrival::Input(input)).await.is_err() {
            return;
        }
    }
}

/// The next error of the queue: whom it is about, and what it says. Nothing if it does not mean
/// that a datagram was not delivered.
pub(super) fn read_queue(socket: &impl AsRawFd) -> io::Result<Option<(SocketAddr, Unreachable)>> {
    let mut control = cmsg_space!((sock_extended_err, sockaddr_in6));
    // The datagram's own bytes come along; they are of no use here.
    let mut payload = [0; 64];
    let mut payload = [IoSliceMut::new(&mut payload)];
    let flags = MsgFlags::MSG_ERRQUEUE;
    let message =
        recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut payload, Some(&mut control), flags)?;
    let to = message.address.as_ref().and_then(address);
    let why = message.cmsgs()?.find_map(|control| match control {
        ControlMessageOwned::Ipv4RecvErr(error, _) | ControlMessageOwned::Ipv6RecvErr(error, _) => {
            from_error_queue(&error)
        }
        _ => None,
    });
    Ok(to.zip(why))
}

fn address(storage: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = storage.as_sockaddr_in() {
        return Some(SocketAddr::new(IpAddr::V4(v4.ip()), v4.port()));
    }
    let v6 = storage.as_sockaddr_in6()?;
    Some(SocketAddr::new(IpAddr::V6(v6.ip()), v6.port()))
}

/// What an error of the queue means.
fn from_error_queue(error: &sock_extended_err) -> Option<Unreachable> {
    let errno = i32::try_from(error.ee_errno).ok()?;
    match Errno::from_raw(errno) {
        Errno::ECONNREFUSED => Some(Unreachable::Port),
        error => from_send(error),
    }
}

/// What it means that a datagram could not even be sent. A closed port is never found out so soon.
pub(super) const fn from_send(error: Errno) -> Option<Unreachable> {
    match error {
        Errno::EHOSTUNREACH | Errno::ENETUNREACH | Errno::EHOSTDOWN => Some(Unreachable::Host),
        _ => None,
    }
}
