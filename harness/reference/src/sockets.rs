//! What a pool and a database need to run as processes, on real networks and disks.

use std::convert::Infallible;
use std::sync::Arc;

use node::sockets::Listen;
use node::{Node, Port};
use sip::WithTcp;

use crate::{DatabaseConfig, Pool, PoolConfig};

/// A pool that speaks SIP over TCP as well. All chances come from `seed`.
pub fn pool(
    config: PoolConfig,
    seed: [u8; 32],
) -> impl Node<Command = Infallible, Event = String> + use<> {
    let port = Port(config.sip.port());
    WithTcp::new(Pool::new(Arc::new(config), seed), port)
}

/// The ports of a pool. Media takes the even ones of its range only.
pub fn pool_ports(config: &PoolConfig) -> Listen {
    let media = config.rtp.first..=config.rtp.last;
    Listen::at(config.sip.ip())
        .udp([config.sip.port()])
        .tcp([config.sip.port()])
        .udp(media.filter(|port| port.is_multiple_of(2)))
        .http([config.http.port()])
}

/// The port of a database.
pub fn database_ports(config: &DatabaseConfig) -> Listen {
    Listen::at(config.http.ip()).http([config.http.port()])
}
