//! The lab: one that the target names, for a verdict in its name is of what it says that runs.

use miette::Diagnostic;
use model::file::{FileError, FileErrors, SourceFile};
use model::walk::LabKind;
use model::yaml_path::YamlPath;
use target::Target;

use super::args::LabChoice;
use crate::command_error::CommandError;

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
    let refused = |why: NoSuchLab| {
        let error = FileError::at(file, &YamlPath::top().key("labs"), why);
        CommandError::usage(FileErrors::from(error))
    };
    let lab = match asked {
        Some(asked) => asked.kind(),
        None if named.contains(&LabKind::Sim) => LabKind::Sim,
        // A target names one at least.
        None => named.first().copied().unwrap_or(LabKind::Sim),
    };
    if !named.contains(&lab) {
        let words: Vec<String> = named
            .iter()
            .map(|lab| format!("`{}`", lab.word()))
            .collect();
        return Err(refused(NoSuchLab::NotNamed {
            target: target.target.clone(),
            lab: lab.word(),
            named: words.join(", "),
        }));
    }
    Ok(lab)
}
