//! Where walks can be held, a file for each kind of lab.
//!
//! - `factory`: [`Labs`], what makes a lab for each walk.
//! - `sim`: the simulation.
//! - `docker`: containers.

mod docker;
mod factory;
mod sim;

pub use docker::{DockerLabs, DockerTrouble};
pub use factory::{Ground, Labs, Site};
pub use sim::{MutantLabs, SimLabs};
