//! What a lab of pools that run already is made of.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use model::topology::Pool;
use model::walk::Walk;
use target::files::RenderedFile;
use target::{Running, Secrets, Target};

use super::broken::BrokenMachines;
use crate::Addresses;
use crate::remote::RemoteSpec;

/// Everything that an [`ExternalLab`](super::ExternalLab) is made of.
#[derive(Clone, Debug)]
pub struct ExternalSpec {
    /// The walk that it is for.
    pub walk: Walk,
    /// Who takes part.
    pub actors: RemoteSpec,
    /// Where everybody is.
    pub addresses: Addresses,
    /// How pools are asked.
    pub target: Arc<Target>,
    /// How its machines are provisioned, broken and mended.
    pub running: Running,
    /// The passwords and tokens that this takes.
    pub secrets: Secrets,
    /// Where it keeps which machines it has broken.
    pub broken: BrokenMachines,
    /// Where commands are run: the directory of the target's file.
    pub directory: PathBuf,
    /// The files with which each pool is provisioned.
    pub files: BTreeMap<Pool, Vec<RenderedFile>>,
}
