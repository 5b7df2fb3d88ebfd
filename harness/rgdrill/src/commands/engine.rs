//! What the commands have in common that need a container engine.

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::{env, io};

use campaign::DockerFactoryError;
use lab::docker::{DockerError, Engine, Leftover};
use miette::Diagnostic;
use model::file::{FileError, FileErrors, SourceFile};

use super::certify::lab_failed;
use super::trouble::help_for_engine;
use crate::advice::Advised;
use crate::command_error::CommandError;
use crate::output;

/// Starts this process anew where the environment does not lead testcontainers, which reads it itself, to the engine
/// that Docker's own client would choose: a context, for example.
///
/// # Errors
///
/// If it is not known where the engine is, or the process cannot be started anew.
pub(super) fn settle_environment() -> Result<(), CommandError> {
    let changes = Engine::variables_to_change().map_err(no_lab)?;
    if changes.is_empty() {
        return Ok(());
    }
    let failed = |error: io::Error| CommandError::harness(NotStartedAnew(error));
    let mut anew = Command::new(env::current_exe().map_err(failed)?);
    anew.args(env::args_os().skip(1));
    for (name, value) in changes {
        match value {
            Some(value) => anew.env(name, value),
            None => anew.env_remove(name),
        };
    }
    Err(failed(anew.exec()))
}

/// This program cannot be run again, in an environment that leads to the engine.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("rgdrill cannot be started anew, with `DOCKER_HOST` set to the engine of the context")]
#[diagnostic(help("set `DOCKER_HOST` to the address that `docker context inspect` shows"))]
struct NotStartedAnew(#[source] io::Error);

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
