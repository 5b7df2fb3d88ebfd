//! Where walks can be run, a file for each kind of lab.
//!
//! - `factory`: [`LabFactory`], what makes a lab for each walk.
//! - `sim`: the simulation.
//! - `docker`: containers.

mod docker;
mod factory;
mod sim;

pub use docker::{DockerFactory, DockerFactoryError};
pub use factory::{LabEnvironment, LabFactory, LabSpec};
pub use sim::{MutantFactory, SimFactory, VariantFactory};
