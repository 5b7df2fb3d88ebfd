//! `rgdrill recheck`: judges an earlier run again, from its journal alone.

use std::path::PathBuf;

use clap::Args;
use model::exit_code::ExitCode;

use super::judging::judge_run;
use crate::cli::format::Format;
use crate::cli::policy::PolicyArgs;
use crate::command_error::CommandError;
use crate::progress::QuietArgs;

/// `rgdrill recheck`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill recheck runs/latest
  rgdrill recheck runs/latest --strict --format json | jq .verdict

Reads journal.jsonl and tables.yaml in the run directory, and for the page logs/. The reports in it
are written again; if the run was not altered, they are the same, byte for byte.

Exit codes: those of the run; and 3 if the journal is not sealed, 4 if it was altered or is of a
schema that this rgdrill does not read, 64 if there is no such run.")]
pub(crate) struct RecheckArgs {
    /// The directory of the run, or `runs/latest`.
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,

    /// How the run is judged.
    #[command(flatten)]
    policy: PolicyArgs,

    /// How progress is shown.
    #[command(flatten)]
    quiet: QuietArgs,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Judges the run again, and writes its reports again.
pub(crate) fn run(args: &RecheckArgs) -> Result<ExitCode, CommandError> {
    let how = (args.policy.policy()?, args.format, args.quiet);
    judge_run(&args.run, how)
}
