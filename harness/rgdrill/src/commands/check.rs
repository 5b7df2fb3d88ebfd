//! `rgdrill check`: are these files free of errors?

use std::path::PathBuf;

use clap::Args;
use model::exit_code::ExitCode;
use model::scenarios::Scenarios;
use target::Target;

use crate::command_error::CommandError;
use crate::output;

/// `rgdrill check`
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Tables, topologies, programmes, walks or targets.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Checks the files, together with the scenarios that they may refer to.
pub(crate) fn run(args: &CheckArgs, scenarios: &Scenarios) -> Result<ExitCode, CommandError> {
    let checked = scenarios
        .check_files(&args.files, |file| Target::load(file).map(drop))
        .map_err(CommandError::usage)?;
    let lines = checked
        .iter()
        .map(|file| format!("{}: ok ({})\n", file.file, file.kind));
    output::write(&lines.collect::<String>())?;
    Ok(ExitCode::Passed)
}
