//! The lab: one that the target names, for a verdict in its name is of what it says that runs.

use std::sync::Arc;

use campaign::{DockerFactory, ExternalFactory, LabFactory, SimFactory};
use lab::docker::{ImageSource, Subnet};
use lab::external::BrokenMachines;
use miette::Diagnostic;
use model::file::{FileError, FileErrors, SourceFile};
use model::walk::LabKind;
use model::yaml_path::YamlPath;
use target::{Runs, Target};
use tokio_util::sync::CancellationToken;

use super::args::LabChoice;
use crate::command_error::CommandError;
use crate::commands::engine::{no_lab_for, settle_environment, tell_left};

/// A lab in which the target is not drilled.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NoSuchLab {
    #[error("the target `{target}` is not drilled in the lab `{lab}`: it names {named}")]
    #[diagnostic(help(
        "choose one of these with --lab, or name `{lab}` here, if it can run what the target runs"
    ))]
    NotNamed {
        target: String,
        lab: &'static str,
        named: String,
    },
}

/// What makes the labs of a kind, for what the target runs.
///
/// `own_file` is the target's file, where it is not the embedded one; `image` and `subnet` are for
/// containers, `broken` is for machines that run already.
///
/// # Errors
///
/// What the lab needs and has not. No lab makes do with something else that it can run.
pub(crate) fn factory(
    kind: LabKind,
    (target, file): (&Target, &SourceFile),
    own_file: Option<&SourceFile>,
    (image, subnet): (&ImageSource, Option<Subnet>),
    broken: &BrokenMachines,
    cancelled: &CancellationToken,
) -> Result<Arc<dyn LabFactory>, CommandError> {
    match (kind, &target.runs) {
        (LabKind::Sim, _) => Ok(Arc::new(SimFactory)),
        (LabKind::Docker, _) => {
            settle_environment()?;
            let labs = DockerFactory::prepare(image, subnet, target, own_file, cancelled);
            let labs = labs.map_err(|error| no_lab_for(file, error))?;
            tell_left(&labs.take_left());
            Ok(Arc::new(labs))
        }
        (LabKind::External, Runs::Addresses(running)) => {
            let labs = ExternalFactory::prepare(running, target, file, broken);
            Ok(Arc::new(
                labs.map_err(|error| no_lab_for(file, error.into()))?,
            ))
        }
        (LabKind::External, Runs::Embedded | Runs::Containers(_)) => {
            Err(not_named(kind, file, target))
        }
    }
}

/// The lab that was asked for; without that the simulation if the target names it, else the first lab
/// that it names.
///
/// # Errors
///
/// If the target does not name it, with the line where it could.
pub(crate) fn chosen(
    asked: Option<LabChoice>,
    file: &SourceFile,
    target: &Target,
) -> Result<LabKind, CommandError> {
    let named = &target.labs;
    let lab = match asked {
        Some(asked) => asked.kind(),
        None if named.contains(&LabKind::Sim) => LabKind::Sim,
        // A target names one at least.
        None => named.first().copied().unwrap_or(LabKind::Sim),
    };
    match named.contains(&lab) {
        true => Ok(lab),
        false => Err(not_named(lab, file, target)),
    }
}

fn not_named(lab: LabKind, file: &SourceFile, target: &Target) -> CommandError {
    let named = target.labs.iter();
    let named: Vec<String> = named.map(|lab| format!("`{}`", lab.word())).collect();
    let why = NoSuchLab::NotNamed {
        target: target.target.clone(),
        lab: lab.word(),
        named: named.join(", "),
    };
    let error = FileError::at(file, &YamlPath::top().key("labs"), why);
    CommandError::usage(FileErrors::from(error))
}
