//! What the commands have in common that need a container engine.

use campaign::DockerFactoryError;

use crate::advice::Advised;
use crate::command_error::CommandError;

/// The engine cannot do what it is needed for.
pub(super) fn no_lab(error: DockerFactoryError) -> CommandError {
    let help = help(&error);
    CommandError::harness(Advised::new(error, help))
}

const fn help(error: &DockerFactoryError) -> &'static str {
    match error {
        DockerFactoryError::NoEngine(_) => {
            "start one (`dockerd`, or Docker Desktop), let this user use it, or say with DOCKER_HOST where it is; `rgdrill certify --lab sim` runs the same walks in simulation, and needs none"
        }
        DockerFactoryError::NoImage(_) => {
            "a lab pulls no images: `docker pull` or `docker load` it first, or leave out --image, and it is made of this program"
        }
        DockerFactoryError::Build(_) => {
            "with --image REF, an image is used that the engine has already"
        }
        DockerFactoryError::Engine(_) => {
            "`rgdrill clean` removes what earlier runs left on the engine"
        }
    }
}
