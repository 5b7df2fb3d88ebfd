//! What a lab in containers is made of.

use std::path::PathBuf;

use model::host::HostName;

use super::image::Image;
use super::subnet::Subnet;
use crate::Addresses;
use crate::remote::RemoteSpec;

/// Everything that a lab in containers is made of, but for the servers.
#[derive(Clone, Debug)]
pub struct DockerSpec {
    /// The walk that it is for.
    pub walk: String,
    /// Who takes part, and how.
    pub remote: RemoteSpec,
    /// What the actors' process finds in its environment, as `NAME=value`: the target's secrets.
    pub environment: Vec<String>,
    /// What holders and actors run.
    pub image: Image,
    /// The network, if not a random one.
    pub subnet: Option<Subnet>,
    /// The directory for what the containers log; absent: it is not kept.
    pub logs: Option<PathBuf>,
}

/// What runs on the pools' and databases' hosts: the lab knows none.
pub trait Workloads {
    /// The pool or database of `host`, in a lab at these addresses.
    ///
    /// # Errors
    ///
    /// Why there cannot be one, in words.
    fn server(&self, host: HostName, addresses: &Addresses) -> Result<Workload, String>;
}

/// A server, as a container.
#[derive(Clone, Debug)]
pub struct Workload {
    /// What it runs.
    pub image: Image,
    /// The arguments.
    pub command: Vec<String>,
    /// The path and content of a file that it finds when it first starts.
    pub config: (String, Vec<u8>),
    /// The directory that survives it, if it stores anything.
    pub volume: Option<String>,
}
