//! The arguments of `rgdrill certify`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use model::walk::LabKind;
use reference::{Mutant, Variant};

use super::certificate::CertificateArgs;
use super::objectives::ObjectiveArgs;
use super::progress::ProgressArgs;
use super::shard::ShardChoice;
use crate::cli::format::Format;
use crate::cli::policy::PolicyArgs;
use crate::cli::scenarios::ScenariosArgs;
use crate::cli::values::{self, whole_number};

/// `rgdrill certify`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  rgdrill certify                                   every walk, in simulation
  rgdrill certify --walk 'imported-*'               some walks
  rgdrill certify --lab docker                      three walks that ask every clause, in containers
  rgdrill certify --target my-target.yaml           your own implementation: in containers, or running
  rgdrill certify --clause 'outage.*' --seed 7      some clauses, with another seed
  rgdrill certify --repeat 20 --rto 10s             20 times: is recovery always quick enough?
  rgdrill certify --format json | jq .summary       for a pipeline
  rgdrill certify --shard 2/3 --out shard-2         the second of three parts, for `rgdrill merge`
  rgdrill certify --evidence drill.tar --sign KEY   with a certificate that others can check

The run directory gets journal.jsonl, which has everything that was observed, and the reports that
follow from it, such as results.json, junit.xml and report.html: see `rgdrill list reports`.")]
pub(crate) struct CertifyArgs {
    /// The implementation to drill [default: the embedded reference pools]
    #[arg(long, value_name = "FILE")]
    pub(super) target: Option<PathBuf>,

    /// Drill this mutant of the embedded reference server, in simulation; `rgdrill list mutants`
    /// names them all. No certificate is written of a mutant.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["target", "lab"],
          hide_possible_values = true, value_parser = values::mutant())]
    pub(super) mutant: Option<Mutant>,

    /// Drill this variant of the embedded reference server, in simulation; `rgdrill list variants`
    /// names them all. No certificate is written of a variant.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["target", "lab", "mutant"],
          hide_possible_values = true, value_parser = values::variant())]
    pub(super) variant: Option<Variant>,

    /// Where to run the drill: in a lab that the target names [default: sim, if it does, else the first
    /// that it names]
    #[arg(long, value_enum)]
    pub(super) lab: Option<LabChoice>,

    /// In the docker lab: use this image, which the engine has, instead of making one of this program
    /// [default: that of the variable RGDRILL_IMAGE, if it is set]
    #[arg(long, value_name = "REF")]
    pub(super) image: Option<String>,

    /// In the docker lab: use this network, such as 10.20.30.0/24, instead of a random one from
    /// 198.18.0.0/15.
    #[arg(long, value_name = "NETWORK")]
    pub(super) subnet: Option<lab::docker::Subnet>,

    /// Run all walks, but those that run only when they are named. Without it, `--lab docker` runs
    /// three: the control and two that together ask every clause; `--lab external` the control, and
    /// two each under the faults `kill` and `isolate`, as far as the target has commands for them.
    #[arg(long)]
    pub(super) all_walks: bool,

    /// Run only walks whose name matches; may be given several times.
    #[arg(long = "walk", value_name = "GLOB")]
    pub(super) walks: Vec<String>,

    /// Judge only clauses whose id matches; may be given several times.
    #[arg(long = "clause", value_name = "GLOB")]
    pub(super) clauses: Vec<String>,

    /// RNG seed: in simulation, the same seed gives the same journal, byte for byte [default: 1; with
    /// --target a fresh one, which is told]
    #[arg(long, value_name = "N", value_parser = whole_number::<u64>)]
    pub(super) seed: Option<u64>,

    /// Run each walk N times, with seeds SEED, SEED+1, …; a clause whose verdict is not the same
    /// each time is inconclusive.
    #[arg(long, value_name = "N", default_value_t = NonZeroU32::MIN,
          value_parser = whole_number::<NonZeroU32>)]
    pub(super) repeat: NonZeroU32,

    /// Run only the K-th of N parts of these walks, of about the same length; `rgdrill merge` joins them. With
    /// `auto`, K and N are those of a Bazel test (TEST_SHARD_INDEX, TEST_TOTAL_SHARDS) or of a GitLab job
    /// (CI_NODE_INDEX, CI_NODE_TOTAL).
    #[arg(long, value_name = "K/N", conflicts_with = "evidence")]
    pub(super) shard: Option<ShardChoice>,

    /// What is required of the figures.
    #[command(flatten)]
    pub(super) objectives: ObjectiveArgs,

    /// How many walks are run at once [default: one for each processor; in
    /// containers, four]. Of pools that run already there is one pair: one
    #[arg(long, value_name = "N", value_parser = whole_number::<NonZeroUsize>)]
    pub(super) jobs: Option<NonZeroUsize>,

    /// The run directory, which must not exist yet [default: runs/<time>-<target>-<lab>]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,

    /// Keep the run directory of a drill that was interrupted or could not be completed.
    #[arg(long)]
    pub(super) keep: bool,

    /// The certificate.
    #[command(flatten)]
    pub(super) certificate: CertificateArgs,

    /// Where scenarios are read.
    #[command(flatten)]
    pub(super) scenarios: ScenariosArgs,

    /// How the run is judged.
    #[command(flatten)]
    pub(super) policy: PolicyArgs,

    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,

    /// How much of the progress is shown.
    #[command(flatten)]
    pub(super) progress: ProgressArgs,
}

/// Where a drill is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabChoice {
    /// The embedded reference pools, in virtual time.
    Sim,
    /// The embedded reference pools, or the target's, in containers, on a real network, in real time.
    Docker,
    /// The target's pools, which run already, at the addresses that its file gives.
    External,
}

impl LabChoice {
    /// The kind of lab that this is.
    pub(crate) const fn kind(self) -> LabKind {
        match self {
            LabChoice::Sim => LabKind::Sim,
            LabChoice::Docker => LabKind::Docker,
            LabChoice::External => LabKind::External,
        }
    }
}
