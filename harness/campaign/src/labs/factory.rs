//! What makes the lab of each walk.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use drawing::Plan;
use lab::docker::Leftover;
use lab::{Lab, LabError};
use model::host::HostName;
use model::logged;
use model::topology::Pool;
use model::walk::{LabKind, Walk};
use target::{Secrets, Target};
use tokio_util::sync::CancellationToken;

/// What makes labs of one kind.
pub trait LabFactory: fmt::Debug + Send + Sync {
    /// The kind.
    fn kind(&self) -> LabKind;

    /// What its labs run on.
    ///
    /// # Errors
    ///
    /// Why that cannot be found out.
    fn environment(&self) -> Result<LabEnvironment, LabError> {
        Ok(LabEnvironment::default())
    }

    /// What this walk asks for and its labs have not, as far as that is known before one is made.
    fn lacks(&self, walk: &Walk) -> Option<LabError> {
        let _ = walk;
        None
    }

    /// What runs on each host of a pool or database, for a target.
    ///
    /// # Errors
    ///
    /// Why that cannot be found out.
    fn ran(&self, target: &Target) -> Result<BTreeMap<HostName, Vec<String>>, LabError> {
        let _ = target;
        Ok(embedded())
    }

    /// What earlier drills, and labs of these, have left behind that could not be removed. It is told once.
    fn take_left(&self) -> Vec<Leftover> {
        Vec::new()
    }

    /// A lab of its own for one walk, with the reference pools in it.
    ///
    /// # Errors
    ///
    /// Why it cannot be made. Nothing is left of it then.
    fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError>;
}

/// The embedded reference servers, of this version.
pub(super) fn embedded() -> BTreeMap<HostName, Vec<String>> {
    let version = env!("CARGO_PKG_VERSION");
    let server = |what: &str| {
        vec![format!(
            "the reference {what} that rgdrill {version} brings along"
        )]
    };
    let hosts = Pool::BOTH.into_iter().flat_map(|pool| {
        [
            (pool.host(), server("pool")),
            (pool.database(), server("database")),
        ]
    });
    hosts.collect()
}

/// What labs run on, so that a reader knows where a drill was run; nothing in simulation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabEnvironment {
    /// The container engine, with its version.
    pub engine: Option<String>,
    /// The kernel that the containers run on, with its version.
    pub kernel: Option<String>,
    /// The images that hosts are started from: reference to digest.
    pub images: BTreeMap<String, String>,
}

/// What a lab is made for.
#[derive(Clone, Copy, Debug)]
pub struct LabSpec<'a> {
    /// The walk's name, with the repetition's number: what the lab leaves bears it.
    pub name: &'a str,
    /// The walk, and who takes part.
    pub plan: &'a Plan,
    /// How a pool is asked to do something.
    pub target: &'a Arc<Target>,
    /// The passwords and tokens that this takes.
    pub secrets: &'a Secrets,
    /// The RNG seed of this walk.
    pub seed: u64,
    /// The run directory, for whatever the lab leaves beside the journal; absent: nothing is kept.
    pub dir: Option<&'a Path>,
    /// Tells that nobody wants the lab any more.
    pub cancelled: &'a CancellationToken,
}

impl LabSpec<'_> {
    /// The directory for what the lab's servers log.
    pub(super) fn logs(&self) -> Option<PathBuf> {
        Some(self.dir?.join(logged::DIR).join(self.name))
    }
}
