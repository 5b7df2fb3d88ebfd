//! `rgdrill check`: are these files free of errors?

use std::path::PathBuf;

use clap::Args;
use model::exit_code::ExitCode;
use model::printable::line;
use target::Target;

use crate::cli::scenarios::ScenariosArgs;
use crate::command_error::CommandError;
use crate::output;

/// `rgdrill check`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill check my-target.yaml
  rgdrill check my-scenarios/*.yaml my-scenarios/*/*.yaml")]
pub(crate) struct CheckArgs {
    /// Tables, topologies, programmes, walks or targets.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Where scenarios are read.
    #[command(flatten)]
    scenarios: ScenariosArgs,
}

/// Checks the files, together with the scenarios that they may refer to.
pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, CommandError> {
    let scenarios = &args.scenarios.load()?;
    let checked = scenarios
        .check_files(&args.files, |file| Target::load(file).map(drop))
        .map_err(CommandError::usage)?;
    let lines = checked
        .iter()
        .map(|file| format!("{}: ok ({})\n", line(&file.file), file.kind));
    output::write(&lines.collect::<String>())?;
    Ok(ExitCode::Passed)
}
