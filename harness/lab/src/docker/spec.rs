//! What a lab in containers is made of.

use std::path::PathBuf;
use std::time::Duration;

use model::host::HostName;
use target::Secrets;

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
    /// The target's secrets, for the actors and for the commands that it binds verbs to.
    pub secrets: Secrets,
    /// Where pools listen: for SIP, and for HTTP.
    pub ports: (u16, u16),
    /// What holders and actors run.
    pub image: Image,
    /// The network, if not a random one.
    pub subnet: Option<Subnet>,
    /// The directory for what the containers log; absent: it is not kept.
    pub logs: Option<PathBuf>,
}

/// What runs on the pools' and databases' hosts: the lab knows none.
pub trait Workloads {
    /// Whether anything runs on `host`.
    fn has_server(&self, host: HostName) -> bool;

    /// The pool or database of `host`, in a lab at these addresses: its containers, in the order in
    /// which they are started.
    ///
    /// # Errors
    ///
    /// Why there cannot be one, in words.
    fn server(&self, host: HostName, addresses: &Addresses) -> Result<Vec<Workload>, String>;
}

/// A container of a server. Those of one host share its network namespace.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name among those of its host; nothing where it is the only one.
    pub name: Option<String>,
    /// What it runs.
    pub image: Image,
    /// The arguments; none: what the image says.
    pub command: Vec<String>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// Files that it finds when it first starts.
    pub files: Vec<WorkloadFile>,
    /// Directories that survive it, if it stores anything.
    pub volumes: Vec<String>,
    /// Linux capabilities beyond the engine's usual ones.
    pub capabilities: Vec<String>,
    /// How much memory it may use, in bytes.
    pub memory: Option<u64>,
    /// How much of the processors it may use, in billionths of one.
    pub nano_cpus: Option<u64>,
    /// When it counts as started, if not at once.
    pub ready: Option<Ready>,
}

/// A file that a container finds.
#[derive(Clone, Debug)]
pub struct WorkloadFile {
    /// Its absolute path.
    pub path: String,
    /// What is in it.
    pub content: Vec<u8>,
    /// Its permissions.
    pub mode: u32,
}

/// When a container counts as started.
#[derive(Clone, Debug)]
pub struct Ready {
    /// When this command, run in it, exits with 0.
    pub run: Vec<String>,
    /// How long that may take.
    pub within: Duration,
}
