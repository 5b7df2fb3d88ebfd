//! Why a node's ports cannot be opened.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use super::tls::TlsError;

/// Why a node cannot run on sockets.
#[derive(Debug, thiserror::Error)]
pub enum SocketsError {
    /// A port cannot be opened.
    #[error("{transport} port {at} cannot be opened: {source}")]
    Port {
        /// What it was to be opened for.
        transport: Transport,
        /// The address and port.
        at: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Nothing can be encrypted as it is to be.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[source] reqwest::Error),
}

/// What a port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// Connections of the node's own.
    Tcp,
    /// HTTP requests.
    Http,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Transport::Udp => "UDP",
            Transport::Tcp => "TCP",
            Transport::Http => "HTTP",
        })
    }
}
