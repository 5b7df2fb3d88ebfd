//! `rgdrill diff`: what changed from one run to another.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use miette::{Diagnostic, IntoDiagnostic as _};
use model::bounded::{self, ReadError};
use model::exit_code::ExitCode;
use model::outline::Outline;
use model::results::ResultsError;
use report::diff::{self, Diff};
use report::reports::results;

use crate::cli::format::Format;
use crate::command_error::CommandError;
use crate::output;

/// `rgdrill diff`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill diff runs/before runs/after                     what changed?
  rgdrill diff runs/before runs/after --tolerance 50%     only figures that moved by more than half
  rgdrill diff A B --format json | jq .regressed          for a pipeline

Exit codes:
   0  nothing regressed
   1  a clause or an objective regressed, or a figure grew beyond the tolerance
   4  the results of a run cannot be read
  64  wrong usage, or there is no such run

What is compared, and what counts as regressed: harness/docs/compare-runs.md.")]
pub(crate) struct DiffArgs {
    /// The directory of the earlier run.
    #[arg(value_name = "RUN_A")]
    before: PathBuf,

    /// The directory of the later run.
    #[arg(value_name = "RUN_B")]
    after: PathBuf,

    /// By how much a figure may differ from the earlier run's before it is listed.
    #[arg(long, value_name = "PERCENT", default_value = "20%")]
    tolerance: Tolerance,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// A share, written as a percentage: `20%`.
#[derive(Clone, Copy, Debug)]
struct Tolerance(f64);

/// A text that is no percentage.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{0}` is not a percentage: write a number and %, as in `20%`")]
struct NoTolerance(String);

impl FromStr for Tolerance {
    type Err = NoTolerance;

    fn from_str(text: &str) -> Result<Self, NoTolerance> {
        let number = text.strip_suffix('%').and_then(|n| n.parse::<f64>().ok());
        number
            .filter(|number| number.is_finite() && *number >= 0.0)
            .map(|number| Tolerance(number / 100.0))
            .ok_or_else(|| NoTolerance(text.to_owned()))
    }
}

/// A run that cannot be compared.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NotCompared {
    #[error("cannot read {}: {cause}", path.display())]
    #[diagnostic(help("give the directory of a run, such as runs/latest"))]
    Read { path: PathBuf, cause: ReadError },
    #[error("{}: {cause}", path.display())]
    #[diagnostic(help("`rgdrill recheck` writes it again, from the run's journal"))]
    Results { path: PathBuf, cause: ResultsError },
}

/// Compares two runs and prints what changed.
pub(crate) fn run(args: &DiffArgs) -> Result<ExitCode, CommandError> {
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let diff = Diff::of(&before, &after, args.tolerance.0);
    output::print(&match args.format {
        Format::Json => json(&diff)?,
        Format::Text => diff::render(&diff),
    });
    Ok(if diff.regressed {
        ExitCode::Failed
    } else {
        ExitCode::Passed
    })
}

fn read(run: &Path) -> Result<Outline, CommandError> {
    let path = run.join(results::REPORT.file);
    let text = bounded::read_to_string(&path, report::LONGEST);
    let text = text.map_err(|cause| unreadable(&path, cause))?;
    Outline::from_json(&text)
        .map_err(|cause| CommandError::harness(NotCompared::Results { path, cause }))
}

fn unreadable(path: &Path, cause: ReadError) -> CommandError {
    let is_missing = cause.is_missing();
    let path = path.to_owned();
    let problem = NotCompared::Read { path, cause };
    if is_missing {
        CommandError::usage(problem)
    } else {
        CommandError::harness(problem)
    }
}

fn json(diff: &Diff) -> Result<String, CommandError> {
    let text = serde_json::to_string_pretty(diff)
        .into_diagnostic()
        .map_err(CommandError::harness)?;
    Ok(text + "\n")
}
