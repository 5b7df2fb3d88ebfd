//! `rgdrill report`: the reports of an earlier run, rendered again.

use std::path::PathBuf;

use clap::Args;
use model::exit_code::ExitCode;
use model::printable::line;
use report::REPORTS;

use super::judging::{load, write_reports};
use crate::cli::policy::PolicyArgs;
use crate::command_error::CommandError;
use crate::output;
use crate::progress::QuietArgs;

/// `rgdrill report`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill report runs/latest

Reads journal.jsonl and tables.yaml in the run directory, and for the page logs/. `rgdrill list
reports` says which files are written; `rgdrill recheck` writes them as well, and prints the results.

Exit codes: 0 if the reports are written, whatever they say; 3 if the journal is not sealed, 4 if
it was altered or is of a schema that this rgdrill does not read, 64 if there is no such run.")]
pub(crate) struct ReportArgs {
    /// The directory of the run, or `runs/latest`.
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,

    /// How the run is judged.
    #[command(flatten)]
    policy: PolicyArgs,

    /// How progress is shown.
    #[command(flatten)]
    quiet: QuietArgs,
}

/// Writes the reports, and prints where they are.
pub(crate) fn run(args: &ReportArgs) -> Result<ExitCode, CommandError> {
    let policy = args.policy.policy()?;
    let doing = args.quiet.doing("reading the journal");
    let run = load(&args.run)?;
    doing.next("judging, and writing the reports");
    write_reports(&args.run, &run, policy)?;
    drop(doing);
    let files = REPORTS.iter().map(|report| args.run.join(report.file));
    let lines = files.map(|file| format!("{}\n", line(&file.display().to_string())));
    output::write(&lines.collect::<String>())?;
    Ok(ExitCode::Passed)
}
