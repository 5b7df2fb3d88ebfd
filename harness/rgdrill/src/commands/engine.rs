//! What the commands have in common that need a container engine.

use campaign::DockerFactoryError;
use lab::docker::{DockerError, Leftover};
use miette::Diagnostic;
use model::file::{FileError, FileErrors, SourceFile};

use super::certify::lab_failed;
use super::trouble::help_for_engine;
use crate::advice::Advised;
use crate::command_error::CommandError;
use crate::output;

/// The engine cannot do what it is needed for.
pub(super) fn no_lab(error: DockerError) -> CommandError {
    let help = help_for_engine(&error);
    match error {
        DockerError::Cancelled => lab_failed(error.into()),
        error => CommandError::harness(Advised::new(error, help)),
    }
}

/// The engine cannot do what it is needed for, or lacks what the target's file names.
pub(super) fn no_lab_for(target: &SourceFile, error: DockerFactoryError) -> CommandError {
    match error {
        DockerFactoryError::NoTargetImage { image, at } => {
            let why = NoTargetImage(image);
            CommandError::usage(FileErrors::from(FileError::at(target, &at, why)))
        }
        DockerFactoryError::Files(_) => CommandError::usage(Advised::new(error, FILES)),
        DockerFactoryError::Engine(error) => no_lab(error),
    }
}

/// An image that a target's file names.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the engine has no image `{0}`")]
#[diagnostic(help("a lab pulls no images: `docker pull`, `docker load` or build it first"))]
struct NoTargetImage(String);

/// What to do about a target's files.
const FILES: &str = "`files:` of the target's containers, or of its provisioning, are read beside the target's file; what ends in `.j2` is a template (Jinja)";

/// Says what drills have left on the engine that it does not remove: it is in nobody's way.
pub(super) fn tell_left(left: &[Leftover]) {
    let Some(first) = left.first() else {
        return;
    };
    let more = match left.len() - 1 {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    output::status(&format!(
        "warning: left on the engine: {first}{more}\n  help: `rgdrill clean` removes what is left, or says what does"
    ));
}
