//! The command line, as `--help` shows it.

pub(crate) mod format;
pub(crate) mod policy;
pub(crate) mod scenarios;
pub(crate) mod values;

use clap::{Parser, Subcommand};

use crate::commands::actors::ActorsArgs;
use crate::commands::certify::CertifyArgs;
use crate::commands::check::CheckArgs;
use crate::commands::clean::CleanArgs;
use crate::commands::completions::CompletionsArgs;
use crate::commands::database::DatabaseArgs;
use crate::commands::diff::DiffArgs;
use crate::commands::holder::HolderArgs;
use crate::commands::list::ListArgs;
use crate::commands::load::LoadArgs;
use crate::commands::man::ManArgs;
use crate::commands::merge::MergeArgs;
use crate::commands::pool::PoolArgs;
use crate::commands::prove::ProveArgs;
use crate::commands::recheck::RecheckArgs;
use crate::commands::report::ReportArgs;
use crate::commands::serve::ServeArgs;
use crate::commands::sweep::SweepArgs;
use crate::commands::target::TargetArgs;
use crate::commands::verify::VerifyArgs;

/// The disaster-recovery drill for telephony response groups.
///
/// rgdrill brings up a primary and a backup pool, keeps callers and agents busy over real SIP and
/// RTP, takes the primary away, fails over and back, and judges what it observed against the 64
/// documented statements, one by one.
#[derive(Debug, Parser)]
#[command(name = "rgdrill", version, after_help = EXAMPLES_AND_EXIT_CODES)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to begin with, and the exit codes, for the help text.
const EXAMPLES_AND_EXIT_CODES: &str = "\
Examples:
  rgdrill certify                          drill the reference pools, in simulation
  rgdrill certify --lab docker             the same, in containers
  rgdrill list clauses 'failover.*'        what the document says, and how it is read
  rgdrill target new > my-target.yaml      begin with an implementation of your own
  rgdrill serve                            look at the reports of all runs

Exit codes:
   0  every clause asked for was judged, and passed
   1  at least one clause failed
   2  none failed, at least one is inconclusive
   3  the run is incomplete: a clause asked for was never judged, or it was interrupted
   4  the harness or its environment failed
  64  wrong usage, or a scenario or target file with errors
When several apply: 1, then 4, then 3, then 2.";

/// What rgdrill can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a drill and judge it.
    Certify(Box<CertifyArgs>),
    /// List clauses, walks, faults, mutants, variants, targets or reports.
    List(ListArgs),
    /// Check scenario and target files without running a drill.
    Check(CheckArgs),
    /// Describe an implementation of your own, and try what of it works.
    Target(TargetArgs),
    /// Prove that every clause can fail, by drilling mutants of the reference server; and that none
    /// fails for another right way.
    Prove(ProveArgs),
    /// Run walks with many seeds, in simulation: does a verdict hang on chance?
    Sweep(SweepArgs),
    /// Join the runs of a drill's shards, and judge the whole.
    Merge(MergeArgs),
    /// Judge an earlier run again, from its journal alone.
    Recheck(RecheckArgs),
    /// Write the reports of an earlier run again.
    Report(ReportArgs),
    /// Compare two runs: which verdicts and figures changed.
    Diff(DiffArgs),
    /// Show the runs of a directory in a browser on this machine.
    Serve(ServeArgs),
    /// Place calls by the thousand, answer them, and measure what becomes of them.
    Load(Box<LoadArgs>),
    /// Remove what earlier drills left on the container engine.
    Clean(CleanArgs),
    /// Verify a certificate: its form, its signature, and that its verdicts follow from its journal.
    Verify(VerifyArgs),
    /// Print what completes rgdrill's arguments in a shell.
    Completions(CompletionsArgs),
    /// Write the manual pages.
    Man(ManArgs),
    /// Run a reference pool on this machine's network.
    Pool(PoolArgs),
    /// Run a reference pool's back-end database on a file.
    Database(DatabaseArgs),
    /// Run agents, callers and an administrator, who do what a harness orders.
    Actors(ActorsArgs),
    /// Own a host's network namespace: run its probe, cut and impair its links.
    Holder(HolderArgs),
}
