//! Where walks can be held, a file for each kind of lab.
//!
//! - `factory`: [`Labs`], what makes a lab for each walk.
//! - `sim`: the simulation.
//! - `docker`: containers.
//! - `image`: the image that containers run, from a static binary that is built when needed.

mod docker;
mod factory;
mod image;
mod sim;

pub use docker::{DockerLabs, DockerTrouble};
pub use factory::{Ground, Labs, Site};
pub use image::ImageSource;
pub use sim::{MutantLabs, SimLabs};
