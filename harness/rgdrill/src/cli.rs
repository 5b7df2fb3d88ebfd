//! The command line, as `--help` shows it.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use model::claims::Date;
use model::exit_code::Strictness;
use reference::Mutant;

use crate::certificate::CertificateArgs;
use crate::commands::actors::ActorsArgs;
use crate::commands::clean::CleanArgs;
use crate::commands::database::DatabaseArgs;
use crate::commands::diff::DiffArgs;
use crate::commands::holder::HolderArgs;
use crate::commands::pool::PoolArgs;
use crate::commands::prove::ProveArgs;
use crate::commands::verify::VerifyArgs;
use crate::objectives::ObjectiveArgs;

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
    Certify(Box<Certify>),
    /// List what there is: clauses, walks, faults, mutants, targets.
    List(List),
    /// Check scenario and target files without holding a drill.
    Check(Check),
    /// Prove that every clause can fail: drill mutants of the reference server.
    Prove(ProveArgs),
    /// Judge an earlier run again, from its journal alone.
    Recheck(Recheck),
    /// Compare two runs: which clauses and figures came to something else.
    Diff(DiffArgs),
    /// Remove what earlier drills left on the container engine.
    Clean(CleanArgs),
    /// Check a certificate: its form, its signature, and whether its journal comes to its verdicts.
    Verify(VerifyArgs),
    /// Run a reference pool on this machine's network.
    Pool(PoolArgs),
    /// Run a reference pool's back-end database on a file.
    Database(DatabaseArgs),
    /// Run agents, callers and an administrator, who do as they are told.
    Actors(ActorsArgs),
    /// Hold a host's network: run its probe, cut it off from others.
    Holder(HolderArgs),
}

impl Command {
    /// The name of a command that reads no scenarios.
    pub(crate) const fn without_scenarios(&self) -> Option<&'static str> {
        match self {
            Command::Certify(_) | Command::List(_) | Command::Check(_) | Command::Prove(_) => None,
            Command::Recheck(_) => Some("recheck"),
            Command::Diff(_) => Some("diff"),
            Command::Clean(_) => Some("clean"),
            Command::Verify(_) => Some("verify"),
            Command::Pool(_) => Some("pool"),
            Command::Database(_) => Some("database"),
            Command::Actors(_) => Some("actors"),
            Command::Holder(_) => Some("holder"),
        }
    }
}

/// `rgdrill certify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill certify                                   every walk, in simulation
  rgdrill certify --walk 'imported-*'               some walks
  rgdrill certify --lab docker                      two walks that ask everything, in containers
  rgdrill certify --clause 'outage.*' --seed 7      some clauses, with other chances
  rgdrill certify --repeat 20 --rto 10s             20 times, and is it always quick enough?
  rgdrill certify --format json | jq .summary       for a pipeline
  rgdrill certify --evidence drill.tar --sign KEY   with a certificate that others can check

The run directory holds journal.jsonl (all that was observed), results.json and junit.xml.")]
pub(crate) struct Certify {
    /// The implementation to drill [default: the embedded reference pools]
    #[arg(long, value_name = "FILE")]
    pub(crate) target: Option<PathBuf>,

    /// Drill the embedded reference with this fault of mechanism, in simulation; `rgdrill list
    /// mutants` names them all. There is no certificate of it.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["target", "lab"],
          hide_possible_values = true, value_parser = mutants())]
    pub(crate) mutant: Option<Mutant>,

    /// Where to hold the drill.
    #[arg(long, value_enum, default_value_t = LabChoice::Sim)]
    pub(crate) lab: LabChoice,

    /// In the lab `docker`: use this image, which the engine has, instead of making one of this program.
    #[arg(long, value_name = "REF", env = "RGDRILL_IMAGE")]
    pub(crate) image: Option<String>,

    /// In the lab `docker`: use this network, as 10.20.30.0/24, instead of a random one of
    /// 198.18.0.0/15.
    #[arg(long, value_name = "NETWORK")]
    pub(crate) subnet: Option<lab::docker::Subnet>,

    /// Hold all walks, not only those that are marked for the lab: in containers, these are two
    /// that together ask all statements, and the control.
    #[arg(long)]
    pub(crate) all_walks: bool,

    /// Hold only walks whose name matches; may be given several times.
    #[arg(long = "walk", value_name = "GLOB")]
    pub(crate) walks: Vec<String>,

    /// Ask only for clauses whose id matches; may be given several times.
    #[arg(long = "clause", value_name = "GLOB")]
    pub(crate) clauses: Vec<String>,

    /// The seed of all chances: the same seed gives the same journal, byte for byte.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,

    /// Hold each walk N times, the k-th time with the chances of the seed k-1 further on; a clause that does not
    /// come to the same each time is inconclusive.
    #[arg(long, value_name = "N", default_value_t = std::num::NonZeroU32::MIN)]
    pub(crate) repeat: std::num::NonZeroU32,

    /// What is required of the figures.
    #[command(flatten)]
    pub(crate) objectives: ObjectiveArgs,

    /// How many walks are held at once [default: one for each processor; in containers, four]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<std::num::NonZeroUsize>,

    /// The run directory, which must not exist yet [default: runs/<time>-<target>-<lab>]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Keep the run directory of a drill that was interrupted or broke off.
    #[arg(long)]
    pub(crate) keep: bool,

    /// The certificate.
    #[command(flatten)]
    pub(crate) certificate: CertificateArgs,

    /// Let neither declared deviations nor unsupported clauses pass.
    #[arg(long)]
    pub(crate) strict: bool,

    /// The day for which to ask whether declared deviations have expired [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) today: Option<Date>,

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
#[command(after_help = "\
Needs nothing but the run directory: journal.jsonl and tables.yaml. results.json and junit.xml are
written anew; of a run that nobody touched they come out the same, byte for byte.

Exit codes: those of the run; and 3 if the journal is not sealed, 4 if it was altered or is of a
schema that this rgdrill does not read, 64 if there is no such run.")]
pub(crate) struct Recheck {
    /// The directory of the run, or `runs/latest`.
    #[arg(value_name = "RUN_DIR")]
    pub(crate) run: PathBuf,

    /// Let neither declared deviations nor unsupported clauses pass.
    #[arg(long)]
    pub(crate) strict: bool,

    /// The day for which to ask whether declared deviations have expired [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) today: Option<Date>,

    /// What standard output gets.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Where a drill is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabChoice {
    /// The embedded reference pools, in virtual time.
    Sim,
    /// The reference pools in containers, on a real network, in real time.
    Docker,
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
    /// The faults of mechanism that `prove` drills, with the clauses that each must break.
    Mutants,
    /// The targets that come with rgdrill.
    Targets,
}

/// Reads the name of a mutant.
fn mutants() -> impl TypedValueParser<Value = Mutant> {
    let names = Mutant::ALL.iter().map(|mutant| mutant.name());
    PossibleValuesParser::new(names)
        .try_map(|name| Mutant::named(&name).ok_or("there is no such mutant"))
}

/// What `--strict` asks for.
pub(crate) const fn strictness(strict: bool) -> Strictness {
    if strict {
        Strictness::Strict
    } else {
        Strictness::Lenient
    }
}
