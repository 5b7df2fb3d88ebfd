//! The command line, as `--help` shows it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::verdict::Strictness;

/// The disaster-recovery drill for telephony response groups.
///
/// rgdrill brings up a primary and a backup pool, keeps callers and agents busy over real SIP and
/// RTP, takes the primary away, fails over and back, and judges what it observed against the 64
/// documented statements, one by one.
#[derive(Debug, Parser)]
#[command(name = "rgdrill", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Read scenarios (tables, topologies, programmes, walks) from this directory instead of
    /// those built in.
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) scenarios: Option<PathBuf>,
}

/// The exit codes, for the help text.
const EXIT_CODES: &str = "\
Exit codes:
   0  every clause asked for was judged, and passed
   1  at least one clause failed
   2  none failed, at least one is inconclusive
   3  the run is incomplete: a clause asked for was never judged, or it was interrupted
   4  the harness or its environment failed
  64  wrong usage, or a scenario or target file that does not check
When several hold: 1, then 4, then 3, then 2.";

/// What rgdrill can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hold a drill and judge it.
    Certify(Certify),
    /// List what there is: clauses, walks, faults, targets.
    List(List),
    /// Check scenario and target files without holding a drill.
    Check(Check),
    /// Judge an earlier run again, from its journal alone.
    Recheck(Recheck),
}

/// `rgdrill certify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill certify                                   every walk, in simulation
  rgdrill certify --walk 'imported-*'               some walks
  rgdrill certify --clause 'outage.*' --seed 7      some clauses, with other chances
  rgdrill certify --format json | jq .summary       for a pipeline

The run directory holds journal.jsonl (all that was observed), results.json and junit.xml.")]
pub(crate) struct Certify {
    /// The implementation to drill [default: the embedded reference pools]
    #[arg(long, value_name = "FILE")]
    pub(crate) target: Option<PathBuf>,

    /// Where to hold the drill.
    #[arg(long, value_enum, default_value_t = LabChoice::Sim)]
    pub(crate) lab: LabChoice,

    /// Hold only walks whose name matches; may be given several times.
    #[arg(long = "walk", value_name = "GLOB")]
    pub(crate) walks: Vec<String>,

    /// Ask only for clauses whose id matches; may be given several times.
    #[arg(long = "clause", value_name = "GLOB")]
    pub(crate) clauses: Vec<String>,

    /// The seed of all chances: the same seed gives the same journal, byte for byte.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// How many walks are held at once [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,

    /// The run directory, which must not exist yet [default: runs/<time>-<target>-<lab>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Keep the run directory of a drill that was interrupted or broke off.
    #[arg(long)]
    pub(crate) keep: bool,

    /// Let neither declared deviations nor unsupported clauses pass.
    #[arg(long)]
    pub(crate) strict: bool,

    /// What standard output gets.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `rgdrill list`
#[derive(Debug, Args)]
pub(crate) struct List {
    /// What to list.
    #[arg(value_enum)]
    pub(crate) what: Listed,

    /// Only those whose name matches; may be given several times.
    #[arg(value_name = "GLOB")]
    pub(crate) patterns: Vec<String>,

    /// What standard output gets.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `rgdrill check`
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Tables, topologies, programmes, walks or targets.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

/// `rgdrill recheck`
#[derive(Debug, Args)]
pub(crate) struct Recheck {
    /// The directory of the run, or `runs/latest`.
    #[arg(value_name = "RUN_DIR")]
    pub(crate) run: PathBuf,

    /// Let neither declared deviations nor unsupported clauses pass.
    #[arg(long)]
    pub(crate) strict: bool,

    /// What standard output gets.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Where a drill is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabChoice {
    /// The embedded reference pools, in virtual time.
    Sim,
}

/// What standard output gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Tables and sentences, for people.
    Text,
    /// One JSON document, for pipelines.
    Json,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listed {
    /// The documented statements, as this project reads them.
    Clauses,
    /// The walks that `certify` holds.
    Walks,
    /// The faults that a walk can inject.
    Faults,
    /// The targets that come with rgdrill.
    Targets,
}

/// What `--strict` asks for.
pub(crate) const fn strictness(strict: bool) -> Strictness {
    if strict {
        Strictness::Strict
    } else {
        Strictness::Lenient
    }
}
