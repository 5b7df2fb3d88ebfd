//! What makes a lab for each walk.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use conductor::Plan;
use lab::{Lab, LabError};
use model::walk::LabKind;
use target::{Secrets, Target};

/// What makes labs of one kind.
pub trait Labs: fmt::Debug + Send + Sync {
    /// The kind.
    fn kind(&self) -> LabKind;

    /// What the labs stand on.
    ///
    /// # Errors
    ///
    /// Why that cannot be told.
    fn ground(&self) -> Result<Ground, LabError> {
        Ok(Ground::default())
    }

    /// A lab of its own for one walk, with the reference pools in it.
    ///
    /// # Errors
    ///
    /// Why it cannot be made. Nothing is left of it then.
    fn set_up(&self, site: &Site<'_>) -> Result<Box<dyn Lab>, LabError>;
}

/// What labs stand on, for whoever wants to know where a drill was held; nothing in simulation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// The container engine, with its version.
    pub engine: Option<String>,
    /// The kernel that the containers run on, with its version.
    pub kernel: Option<String>,
    /// The images that hosts are started from: reference to digest.
    pub images: BTreeMap<String, String>,
}

/// What a lab is to be made for.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The walk, and who takes part.
    pub plan: &'a Plan,
    /// How a pool is asked to do something.
    pub target: &'a Arc<Target>,
    /// The passwords and tokens that this takes.
    pub secrets: &'a Secrets,
    /// Where all chances of this walk come from.
    pub seed: u64,
    /// The run directory, for whatever the lab leaves beside the journal.
    pub dir: &'a Path,
}
