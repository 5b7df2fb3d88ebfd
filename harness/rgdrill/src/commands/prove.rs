//! `rgdrill prove`: that every clause can fail.

use std::num::NonZeroUsize;
use std::sync::Arc;

use campaign::{CampaignError, MutationError, matrix, prove};
use clap::Args;
use miette::{Diagnostic, IntoDiagnostic as _};
use model::exit_code::ExitCode;
use model::parallel;
use reference::Mutant;

use crate::cli::format::Format;
use crate::cli::scenarios::ScenariosArgs;
use crate::command_error::CommandError;
use crate::embedded;
use crate::output;
use crate::signals::cancelled_by_signals;

/// `rgdrill prove`
#[derive(Debug, Args)]
#[command(after_help = "\
A mutant is the embedded reference server with one part of its mechanism broken: anonymous calls are
handed over like regular ones, or a pool that is back serves before failback. `rgdrill list mutants`
names them all, each with the clauses that it must break; `rgdrill certify --mutant NAME` drills one
and says why each of its clauses went red.

Every mutant is drilled in simulation, over walks that together have every fault and every time of
the import. The exit code is 0 if each went red in exactly its clauses, no fewer and no more, and
every clause of the tables was broken by at least one; else it is 1, and what differs is printed.

Examples:
  rgdrill prove                           the matrix, mutants × clauses
  rgdrill prove --format json | jq '.mutants[] | select(.expected != .observed)'")]
pub(crate) struct ProveArgs {
    /// How many mutants are drilled at once [default: one for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// Where scenarios are read.
    #[command(flatten)]
    scenarios: ScenariosArgs,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The proof stopped early.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NotProven {
    #[error("the proof was interrupted, so nothing was proven")]
    Interrupted,
    #[error("the proof could not be completed, so nothing was proven")]
    #[diagnostic(help("check that there is room on the disk, and try `rgdrill certify` first"))]
    Harness(#[source] MutationError),
}

/// Drills all mutants, and prints the matrix.
pub(crate) fn run(args: &ProveArgs) -> Result<ExitCode, CommandError> {
    let scenarios = &args.scenarios.load()?;
    let target = Arc::new(embedded::target_or(None)?);
    let jobs = args.jobs.unwrap_or_else(parallel::cores);
    let cancelled = cancelled_by_signals()?;
    let proof = prove(Mutant::ALL, scenarios, &target, jobs, cancelled).map_err(not_proven)?;
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&proof)
            .into_diagnostic()
            .map_err(CommandError::harness)?,
        Format::Text => {
            let tables = &scenarios.tables;
            matrix::render(&proof, tables) + "\n" + matrix::sum(&proof, tables).trim_end()
        }
    };
    output::write(&(text + "\n"))?;
    Ok(match proof.is_complete(&scenarios.tables) {
        true => ExitCode::Passed,
        false => ExitCode::Failed,
    })
}

fn not_proven(error: MutationError) -> CommandError {
    match error {
        MutationError::Drill { source, .. } if matches!(*source, CampaignError::Cancelled) => {
            CommandError::incomplete(NotProven::Interrupted)
        }
        error => CommandError::harness(NotProven::Harness(error)),
    }
}
