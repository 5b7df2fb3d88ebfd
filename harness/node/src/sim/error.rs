//! What can be wrong with a network that is put together.

use std::net::IpAddr;

/// Why a simulated network cannot be as asked for.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SimError {
    /// Two hosts of one name.
    #[error("host {0} exists already")]
    DuplicateHost(String),
    /// Two hosts of one address.
    #[error("address {address} of host {host} belongs to host {owner} already")]
    DuplicateAddress {
        /// The host that was to be added.
        host: String,
        /// The address that it was to have.
        address: IpAddr,
        /// The host that has it.
        owner: String,
    },
    /// Two nodes of one name on one host.
    #[error("node {node} on host {host} exists already")]
    DuplicateNode {
        /// The host.
        host: String,
        /// The name of both nodes.
        node: String,
    },
    /// Two nodes on one host that listen on the same port.
    #[error("port {port} of node {node} on host {host} belongs to node {owner} already")]
    PortTaken {
        /// The host.
        host: String,
        /// The node that was to be added.
        node: String,
        /// The first port that both want.
        port: u16,
        /// The node that has it.
        owner: String,
    },
    /// A number outside of 0 to 1.
    #[error("{0} is no probability, which is from 0 to 1")]
    NotAProbability(f64),
}
