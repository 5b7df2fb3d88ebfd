//! `rgdrill sweep`: whether a verdict hangs on chance.

use std::fmt::Write as _;
use std::num::{NonZeroU64, NonZeroUsize};
use std::sync::Arc;

use campaign::sweep::sweep;
use campaign::{CampaignError, ForLab, Odd, Selection, Sweep, SweepError, SweptWalk};
use clap::Args;
use miette::{Diagnostic, IntoDiagnostic as _};
use model::exit_code::ExitCode;
use model::walk::LabKind;
use model::{Verdict, parallel, printable};

use super::certify::nothing_to_run;
use crate::cli::format::Format;
use crate::cli::scenarios::ScenariosArgs;
use crate::cli::values::whole_number;
use crate::command_error::CommandError;
use crate::embedded;
use crate::output;
use crate::progress::{QuietArgs, Tally};
use crate::signals::{Leaves, cancelled_by_signals};

/// How many odd seeds of one walk are printed.
const PRINTED: usize = 20;

/// `rgdrill sweep`
#[derive(Debug, Args)]
#[command(after_help = "\
Runs every walk of the simulation with the seeds SEED to SEED+N-1 against the embedded reference
pools, and prints how many times each had which verdict: the worst on any of its clauses. With
each seed other names, words, orders and times are drawn, and packets fare otherwise; every
verdict must be the same. No journals are kept: of each odd seed the command is printed that
repeats it, byte for byte.

Exit codes: those of `certify`, of all walks and seeds together.

Examples:
  rgdrill sweep --seeds 20                            all walks, 20 seeds
  rgdrill sweep --seeds 500 --walk imported-lossy     one walk
  rgdrill sweep --seeds 20 --format json | jq '.walks[].odd[]'")]
pub(crate) struct SweepArgs {
    /// How many seeds
    #[arg(long, value_name = "N", value_parser = whole_number::<NonZeroU64>)]
    seeds: NonZeroU64,

    /// The first seed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = whole_number::<u64>)]
    seed: u64,

    /// Run only walks whose name matches; may be given several times.
    #[arg(long = "walk", value_name = "GLOB")]
    walks: Vec<String>,

    /// How many walks are run at once [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = whole_number::<NonZeroUsize>)]
    jobs: Option<NonZeroUsize>,

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

/// The sweep stopped early.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum NotSwept {
    #[error("the sweep was interrupted, so nothing is said")]
    Interrupted,
    #[error("the sweep could not be completed, so nothing is said")]
    #[diagnostic(help("try `rgdrill certify` first: it says more"))]
    Harness(#[source] SweepError),
}

/// Runs all walks with all seeds, and prints the table.
pub(crate) fn run(args: &SweepArgs) -> Result<ExitCode, CommandError> {
    let scenarios = &args.scenarios.load()?;
    let target = Arc::new(embedded::target_or(None)?);
    let selection = Selection {
        walks: &args.walks,
        clauses: &[],
        for_lab: ForLab::Marked,
    };
    let plans = selection
        .plans(scenarios, LabKind::Sim)
        .map_err(nothing_to_run)?;
    let jobs = args.jobs.unwrap_or_else(parallel::cores);
    let seeds = (0..args.seeds.get()).map(|n| args.seed.wrapping_add(n));
    let cancelled = cancelled_by_signals(Leaves::Nothing)?;
    let seeds_in_all = usize::try_from(args.seeds.get()).unwrap_or(usize::MAX);
    let walks = plans.len().saturating_mul(seeds_in_all);
    let tally = Tally::of(walks, "walks", args.quiet);
    let swept = sweep(
        &plans,
        seeds,
        (scenarios, &target),
        jobs,
        &cancelled,
        |passed| tally.ended(passed),
    );
    drop(tally);
    let swept = swept.map_err(not_swept)?;
    let text = match args.format {
        Format::Json => serde_json::to_string_pretty(&swept)
            .into_diagnostic()
            .map_err(CommandError::harness)?,
        Format::Text => render(&swept),
    };
    output::write(&(text.trim_end().to_owned() + "\n"))?;
    Ok(exit_code(&swept))
}

/// The table, and each odd seed with the command that repeats it.
fn render(sweep: &Sweep) -> String {
    const COLUMNS: [Verdict; 4] = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Error,
    ];
    let names = sweep.walks.iter().map(|walk| walk.walk.len());
    let width = names.max().unwrap_or_default();
    let mut text = format!("{:width$}", "walk");
    for verdict in COLUMNS {
        let _ = write!(text, "  {:>5}", verdict.word());
    }
    text.push('\n');
    for walk in &sweep.walks {
        let _ = write!(text, "{:width$}", walk.walk);
        for verdict in COLUMNS {
            let columns = verdict.word().len().max(5);
            let count = walk.verdicts.get(&verdict).copied().unwrap_or_default();
            let _ = write!(text, "  {count:>columns$}");
        }
        text.push('\n');
    }
    for walk in &sweep.walks {
        for odd in walk.odd.iter().take(PRINTED) {
            text.push_str(&explained(walk, odd));
        }
        let more = walk.odd.len().saturating_sub(PRINTED);
        if more > 0 {
            let _ = writeln!(text, "\n{}: {more} more odd seeds", walk.walk);
        }
    }
    let all: u64 = sweep
        .walks
        .iter()
        .flat_map(|walk| walk.verdicts.values())
        .sum();
    let odd: usize = sweep.walks.iter().map(|walk| walk.odd.len()).sum();
    let _ = writeln!(text, "\n{all} walks run, {odd} odd");
    text
}

fn explained(walk: &SweptWalk, odd: &Odd) -> String {
    let (name, seed, verdict) = (&walk.walk, odd.seed, odd.verdict);
    let clauses = match odd.clauses.as_slice() {
        [] => "the healthy stage".to_owned(),
        clauses => clauses.join(", "),
    };
    format!(
        "\n{name}, seed {seed}: {verdict}: {clauses}\n  {}\n  look: rgdrill certify --walk {name} --seed {seed}\n",
        printable::line(&odd.why)
    )
}

/// As if all had been one run.
fn exit_code(sweep: &Sweep) -> ExitCode {
    let odd = sweep.walks.iter().flat_map(|walk| &walk.odd);
    odd.map(|odd| match odd.verdict {
        Verdict::Pass | Verdict::Deviation | Verdict::Unsupported => ExitCode::Passed,
        Verdict::Fail => ExitCode::Failed,
        Verdict::Inconclusive => ExitCode::Inconclusive,
        Verdict::Error => ExitCode::HarnessFailed,
        Verdict::NotJudged => ExitCode::Incomplete,
    })
    .fold(ExitCode::Passed, ExitCode::and)
}

fn not_swept(error: SweepError) -> CommandError {
    match error {
        SweepError::Drill { source, .. } if matches!(*source, CampaignError::Cancelled) => {
            CommandError::incomplete(NotSwept::Interrupted)
        }
        error => CommandError::harness(NotSwept::Harness(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn an_odd_seed_is_told_with_the_command_that_repeats_it() {
        let odd = |seed, verdict| Odd {
            seed,
            verdict,
            clauses: vec!["outage.new.imported".to_owned()],
            why: "nobody was alerted".to_owned(),
        };
        let sweep = Sweep {
            walks: vec![SweptWalk {
                walk: "kill".to_owned(),
                verdicts: BTreeMap::from([
                    (Verdict::Pass, 18),
                    (Verdict::Fail, 1),
                    (Verdict::Inconclusive, 1),
                ]),
                odd: vec![odd(3, Verdict::Inconclusive), odd(7, Verdict::Fail)],
            }],
        };
        let text = render(&sweep);
        assert!(
            text.contains("kill     18      1             1      0\n"),
            "{text}"
        );
        assert!(
            text.contains("look: rgdrill certify --walk kill --seed 7\n"),
            "{text}"
        );
        assert!(text.ends_with("20 walks run, 2 odd\n"), "{text}");
        assert_eq!(exit_code(&sweep), ExitCode::Failed);
    }
}
