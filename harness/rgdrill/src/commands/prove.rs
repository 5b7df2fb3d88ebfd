//! `rgdrill prove`: that every clause can fail.

use std::num::NonZeroUsize;
use std::sync::Arc;

use campaign::{
    CampaignError, Extent, MutantResult, MutationError, Proving, VariantResult, matrix, prove,
    prove_variants,
};
use clap::Args;
use miette::{Diagnostic, IntoDiagnostic as _};
use model::exit_code::ExitCode;
use model::parallel;
use model::pattern::Pattern;
use reference::{Mutant, Variant};
use serde::Serialize;

use crate::cli::format::Format;
use crate::cli::scenarios::ScenariosArgs;
use crate::cli::values::whole_number;
use crate::command_error::CommandError;
use crate::embedded;
use crate::output;
use crate::progress::{QuietArgs, Tally};
use crate::signals::{Leaves, cancelled_by_signals};

/// `rgdrill prove`
#[derive(Debug, Args)]
#[command(after_help = "\
A mutant is the embedded reference server with one part of its mechanism broken: anonymous calls
are handed over like regular ones, or a pool that is back serves before failback. `rgdrill list
mutants` names them all, each with the clauses that it must break; `rgdrill certify --mutant NAME`
drills one and says why each of its clauses went red.

Every mutant is drilled in simulation, over one walk with an import and one without, and over
further ones until each of its clauses has gone red; with --all-walks over all, but for those in
which things are done at random, where only that is drilled which shows nowhere else. The exit code is 0
if each went red in exactly its clauses, no fewer and no more, and every clause of the tables was
broken by at least three; else it is 1, and what differs is printed.

A variant is the same server with something otherwise that the document leaves open: a greeting,
another refusal code, headers in their compact form, a slower heartbeat that the target declares.
With each of them every clause must pass; `rgdrill list variants` names them all, `rgdrill certify
--variant NAME` drills one.

Examples:
  rgdrill prove                           the matrix, mutants × clauses
  rgdrill prove --variants                the same, and that no variant is condemned
  rgdrill prove 'copies-*' never-fenced   these mutants only
  rgdrill prove --format json | jq '.mutants[] | select(.expected != .observed)'")]
pub(crate) struct ProveArgs {
    /// Only mutants, and variants, whose name matches; then it is not asked how many break a clause
    #[arg(value_name = "GLOB")]
    names: Vec<String>,

    /// How many mutants are drilled at once [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = whole_number::<NonZeroUsize>)]
    jobs: Option<NonZeroUsize>,

    /// Drill the variants as well: other right ways of a pool, with each of which every clause
    /// must pass.
    #[arg(long)]
    variants: bool,

    /// Drill each over all walks, and not over as many as it takes to decide its clauses.
    #[arg(long)]
    all_walks: bool,

    /// Where scenarios are read.
    #[command(flatten)]
    scenarios: ScenariosArgs,

    /// How progress is shown.
    #[command(flatten)]
    quiet: QuietArgs,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The proof, for other programs.
#[derive(Serialize)]
struct Report<'a> {
    mutants: &'a [MutantResult],
    #[serde(skip_serializing_if = "Option::is_none")]
    variants: Option<&'a [VariantResult]>,
}

/// The proof stopped early.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NotProven {
    #[error("no mutant matches {0}")]
    #[diagnostic(help(
        "`rgdrill list mutants` names them all; `rgdrill list variants` those that `--variants` drills"
    ))]
    NoneMatches(String),
    #[error("the proof was interrupted, so nothing was proven")]
    Interrupted,
    #[error("the proof could not be completed, so nothing was proven")]
    #[diagnostic(help("try `rgdrill certify` first: it says more"))]
    Harness(#[source] MutationError),
}

/// Drills all mutants, and prints the matrix.
pub(crate) fn run(args: &ProveArgs) -> Result<ExitCode, CommandError> {
    let scenarios = &args.scenarios.load()?;
    let target = Arc::new(embedded::target_or(None)?);
    let jobs = args.jobs.unwrap_or_else(parallel::cores);
    let cancelled = cancelled_by_signals(Leaves::Nothing)?;
    let extent = match args.all_walks {
        true => Extent::AllWalks,
        false => Extent::UntilDecided,
    };
    let patterns: Vec<Pattern> = args.names.iter().map(Pattern::new).collect();
    let is_wanted =
        |name: &str| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(name));
    let mutants: Vec<Mutant> = matching(Mutant::ALL, |mutant| is_wanted(mutant.name()));
    let variants: Vec<Variant> = match args.variants {
        true => matching(Variant::ALL, |variant| is_wanted(variant.name())),
        false => Vec::new(),
    };
    if mutants.is_empty() && variants.is_empty() {
        return Err(CommandError::usage(NotProven::NoneMatches(quoted(
            &args.names,
        ))));
    }
    let what = match args.variants {
        true => "mutants and variants",
        false => "mutants",
    };
    let tally = Tally::of(mutants.len() + variants.len(), what, args.quiet);
    let proving = Proving {
        extent,
        jobs,
        cancelled: &cancelled,
        ended: &|is_right| tally.ended(is_right),
    };
    let proof = prove(&mutants, scenarios, &target, &proving).map_err(not_proven)?;
    let variants = match args.variants {
        true => Some(prove_variants(&variants, scenarios, &target, &proving).map_err(not_proven)?),
        false => None,
    };
    drop(tally);
    let report = Report {
        mutants: &proof.mutants,
        variants: variants.as_deref(),
    };
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&report)
            .into_diagnostic()
            .map_err(CommandError::harness)?,
        Format::Text => {
            let tables = &scenarios.tables;
            let variants = variants.as_deref().map(matrix::render_variants);
            let text = matrix::render(&proof, tables) + "\n" + &matrix::sum(&proof, tables);
            (text + &variants.unwrap_or_default()).trim_end().to_owned()
        }
    };
    output::write(&(text + "\n"))?;
    let mut variants = variants.iter().flatten();
    let complete = proof.is_complete(&scenarios.tables) && variants.all(VariantResult::is_right);
    Ok(match complete {
        true => ExitCode::Passed,
        false => ExitCode::Failed,
    })
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

fn matching<T: Copy>(all: &[T], is_wanted: impl Fn(T) -> bool) -> Vec<T> {
    all.iter().copied().filter(|one| is_wanted(*one)).collect()
}

fn not_proven(error: MutationError) -> CommandError {
    match error {
        MutationError::Drill { source, .. } if matches!(*source, CampaignError::Cancelled) => {
            CommandError::incomplete(NotProven::Interrupted)
        }
        error => CommandError::harness(NotProven::Harness(error)),
    }
}
