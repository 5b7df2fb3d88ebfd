//! What a simulated lab is made of.

use std::path::PathBuf;
use std::sync::Arc;

use model::Topology;
use model::impairment::Links;
use model::walk::Timing;
use target::{Secrets, Target};

use crate::Background;

/// Everything that a [`SimLab`](super::SimLab) is made of, but for the pools.
#[derive(Clone, Debug)]
pub struct SimSpec {
    /// Who takes part.
    pub topology: Topology,
    /// How long things take for agents and callers.
    pub timing: Timing,
    /// How packets fare.
    pub links: Links,
    /// The load in the background, if there is one.
    pub background: Option<Background>,
    /// How an administrator or agent has a pool do something.
    pub target: Arc<Target>,
    /// The passwords and tokens that this takes.
    pub secrets: Secrets,
    /// The directory that has what servers logged once the lab has gone; absent: that is not kept.
    pub logs: Option<PathBuf>,
    /// All randomness comes from here.
    pub seed: u64,
}
