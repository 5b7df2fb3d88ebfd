//! Why the kernel does not cut or impair links.

use std::io;
use std::net::IpAddr;

/// The error number for a lack of privileges.
pub(super) const EPERM: i32 = 1;

/// Why links cannot be cut, healed or impaired here.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// No route netlink.
    #[error("the kernel's routes cannot be reached: {0}")]
    NoNetlink(#[from] io::Error),
    /// The host's own address is on none of its interfaces.
    #[error("no interface has the address {0}")]
    NoInterface(IpAddr),
    /// Nothing can be cut within a machine.
    #[error("{0} is on the loopback interface, which has no links to cut")]
    Loopback(IpAddr),
    /// One of two cuts would be healed with the other.
    #[error("what goes to {0} is cut already")]
    CutAlready(IpAddr),
    /// Nothing to heal.
    #[error("what goes to {0} is not cut")]
    NotCut(IpAddr),
    /// Not an address that can be cut.
    #[error("there can be no route to {0}")]
    NoRoute(IpAddr),
    /// The process may not change routes and queueing disciplines.
    #[error("routes cannot be changed without the capability NET_ADMIN")]
    NotPermitted,
    /// The kernel was built without netem.
    #[error("this kernel has no netem")]
    NoNetem,
    /// The kernel refused a queueing discipline, with this error number.
    #[error("the kernel refused: error {0}")]
    RefusedImpairment(i32),
    /// The kernel refused anything else, or does not listen.
    #[error("the kernel refused: {0}")]
    Refused(#[source] rtnetlink::Error),
}

impl From<rtnetlink::Error> for LinkError {
    fn from(error: rtnetlink::Error) -> Self {
        match &error {
            rtnetlink::Error::NetlinkError(message) if message.raw_code() == -EPERM => {
                LinkError::NotPermitted
            }
            _ => LinkError::Refused(error),
        }
    }
}
