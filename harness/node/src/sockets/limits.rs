//! How much of a node strangers may take up.

use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::listen::Listen;

/// How many descriptors are left for all that is no accepted connection: requests of the node's own,
/// its disk, the log, the event loop.
const RESERVED: usize = 64;

/// How much of a node strangers may take up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many connections there may be at once to each port. For one more, the one of that port that
    /// has been idle for the longest time is closed.
    pub connections: usize,
    /// How long the head of an HTTP request may take, and so how long an HTTP connection may be idle.
    pub head: Duration,
    /// How long the body of an HTTP request may take.
    pub body: Duration,
    /// How long an end may take nothing of what is sent to it.
    pub unread: Duration,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
}

impl Default for Limits {
    /// - 256 connections: for SIP and HTTP together half of what a process may open where nobody says
    ///   otherwise (1024), and more than a drill has telephones.
    /// - 10 s for a head, which is one packet or two; whoever asks each second or so keeps its
    ///   connection.
    /// - 30 s for a body: the largest, an import of some megabytes, over a slow link.
    /// - 32 s unread: 64 × T1 of SIP (RFC 3261 §17.1.1.1), when whoever was sent it has given up.
    /// - 10 s for a handshake: two journeys over a slow link, and told before SIP gives up by itself.
    fn default() -> Self {
        Limits {
            connections: 256,
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            unread: Duration::from_secs(32),
            handshake: Duration::from_secs(10),
        }
    }
}

/// Lets this process open as many descriptors as it may, for whoever has very many ports: shells and engines give it
/// no more than 1,024 at first. Where that is refused, opening the ports says so.
pub fn take_all_descriptors() {
    if let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE)
        && soft < hard
    {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}

impl Limits {
    /// How many connections there may be to each port of `listen`: not so many that this process has no
    /// descriptor left for anything else.
    pub(super) fn connections_at(&self, listen: &Listen) -> usize {
        let accepting = listen.tcp.len() + listen.http.len();
        let ports = listen.udp.len() + accepting;
        let descriptors = getrlimit(Resource::RLIMIT_NOFILE).map_or(u64::MAX, |(soft, _)| soft);
        let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
        let left = descriptors.saturating_sub(ports.saturating_add(RESERVED));
        self.connections.min(left / accepting.max(1)).max(1)
    }
}
