//! Where walks can be run, a file for each kind of lab.
//!
//! - `factory`: [`LabFactory`], what makes a lab for each walk.
//! - `sim`: the simulation.
//! - `docker`: containers; `workloads`: what runs in them.
//! - `external`: pools that run already.
//! - `background`: the load of a walk.

mod background;
mod docker;
mod external;
mod factory;
mod sim;
mod workloads;

pub use docker::{DockerFactory, DockerFactoryError};
pub use external::ExternalFactory;
pub use factory::{LabEnvironment, LabFactory, LabSpec};
pub use sim::{MutantFactory, SimFactory, VariantFactory};
