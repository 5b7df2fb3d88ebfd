//! What the commands have in common that need a container engine.

use campaign::DockerFactoryError;
use miette::Diagnostic;
use model::file::{FileError, FileErrors, SourceFile};

use crate::advice::Advised;
use crate::command_error::CommandError;

/// The engine cannot do what it is needed for.
pub(super) fn no_lab(error: DockerFactoryError) -> CommandError {
    let help = help(&error);
    CommandError::harness(Advised::new(error, help))
}

/// The engine cannot do what it is needed for, or lacks what the target's file names.
pub(super) fn no_lab_for(target: &SourceFile, error: DockerFactoryError) -> CommandError {
    match &error {
        DockerFactoryError::NoTargetImage { image, at } => {
            let why = NoTargetImage(image.clone());
            CommandError::usage(FileErrors::from(FileError::at(target, at, why)))
        }
        DockerFactoryError::Files(_) => CommandError::usage(Advised::new(error, FILES)),
        _ => no_lab(error),
    }
}

/// An image that a target's file names.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the engine has no image `{0}`")]
#[diagnostic(help("a lab pulls no images: `docker pull`, `docker load` or build it first"))]
struct NoTargetImage(String);

/// What to do about a target's files.
const FILES: &str = "`files:` of the target's containers, or of its provisioning, are read beside the target's file; what ends in `.j2` is a template (Jinja)";

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
        DockerFactoryError::Engine(_)
        | DockerFactoryError::NoTargetImage { .. }
        | DockerFactoryError::Files(_) => {
            "`rgdrill clean` removes what earlier runs left on the engine"
        }
    }
}
