//! `rgdrill man`: the manual pages.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use miette::Diagnostic;
use model::exit_code::ExitCode;

use super::judging::NO_ROOM;
use crate::cli::Cli;
use crate::command_error::CommandError;

/// `rgdrill man`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill man --out ~/.local/share/man/man1      then: man rgdrill-certify")]
pub(crate) struct ManArgs {
    /// Where to write them: rgdrill.1, and one for each command. The directory is made if need be.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The pages cannot be written.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("cannot write the manual pages into {}: {cause}", path.display())]
#[diagnostic(help("{NO_ROOM}"))]
struct NotWritten {
    path: PathBuf,
    cause: std::io::Error,
}

/// Writes the pages.
pub(crate) fn run(args: &ManArgs) -> Result<ExitCode, CommandError> {
    let written = fs::create_dir_all(&args.out)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), &args.out));
    written.map_err(|cause| {
        let path = args.out.clone();
        CommandError::harness(NotWritten { path, cause })
    })?;
    Ok(ExitCode::Passed)
}
