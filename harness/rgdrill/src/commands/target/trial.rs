//! `rgdrill target try`: one walk in which nothing breaks, and everything is used.

use std::path::PathBuf;
use std::sync::Arc;

use campaign::{Campaign, CampaignError, honesty, observe};
use clap::Args;
use drawing::Plan;
use lab::docker::ImageSource;
use lab::external::BrokenMachines;
use model::environment;
use model::exit_code::ExitCode;
use model::file::SourceFile;
use model::journal::{Header, Journal};
use model::walk::Imports;
use target::Target;
use timeline::Timeline;
use tokio_util::sync::CancellationToken;

use super::findings;
use crate::advice::Advised;
use crate::cli::scenarios::ScenariosArgs;
use crate::command_error::CommandError;
use crate::commands::certify::{
    LabChoice, chosen_lab, dishonest, lab_factory, lists_enough, missing_secrets,
};
use crate::commands::engine::tell_left;
use crate::commands::trouble::help_for_campaign;
use crate::embedded;
use crate::output;
use crate::signals::{Leaves, cancelled_by_signals};

/// The walk in which nothing breaks.
const WALK: &str = "control";

/// `rgdrill target try`
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing breaks: groups are exported and imported, the backup is failed over to and back from, then
agents and callers do what they do in the healthy stage of every walk. Nothing is judged, and no
run directory is written. The exit code is 0 where everything that the target claims was done at
least once, else 1.

Example:
  rgdrill target try acme.yaml")]
pub(super) struct TrialArgs {
    /// The target's file.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Where to try it: in a lab that the target names.
    #[arg(long, value_enum)]
    lab: Option<LabChoice>,

    /// RNG seed: names, numbers and offsets are drawn from it.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Where scenarios are read.
    #[command(flatten)]
    scenarios: ScenariosArgs,
}

/// Tries it, and prints what works.
pub(super) fn run(args: &TrialArgs) -> Result<ExitCode, CommandError> {
    let scenarios = args.scenarios.load()?;
    let file = embedded::target_file(Some(&args.file))?;
    let target = Arc::new(Target::load(&file).map_err(CommandError::usage)?);
    let secrets = target.secrets(environment::variable);
    let secrets = secrets.map_err(missing_secrets)?;
    let lab = chosen_lab(args.lab, &file, &target)?;
    // The walk that is tried breaks nothing.
    let broken = BrokenMachines::default();
    let cancelled = &cancelled_by_signals(Leaves::of(lab, &broken))?;
    let image = ImageSource::this_program();
    let labs = lab_factory(
        lab,
        (&target, &file),
        Some(&file),
        (&image, None),
        &broken,
        cancelled,
    )?;
    let control = scenarios.walks.get(WALK);
    let control = control.ok_or_else(|| CommandError::usage(NoControl))?;
    let mut plan = Plan::of(control, &scenarios)
        .on(&target.hosts())
        .provisioned_by(target.provisioning());
    plan.walk.rehearsed = true;
    plan.walk.imports = Imports::InAdvance;
    let campaign = Campaign {
        plans: vec![plan],
        header: Header::new(&target.target, lab, args.seed, &scenarios.tables_sha256),
        labs,
        target,
        secrets,
        seed: args.seed,
        jobs: 1,
    };
    lists_enough(&campaign, &file)?;
    output::status("Asking what cannot be, and what is there for certain …");
    let journal = tried(&campaign, &file, cancelled);
    tell_left(&campaign.labs.take_left());
    let journal = journal?;
    let timelines: Result<Vec<Timeline>, _> = journal.walks.iter().map(Timeline::read).collect();
    let timelines = timelines.map_err(|error| CommandError::harness(miette::miette!("{error}")))?;
    let [timeline] = timelines.as_slice() else {
        return Err(CommandError::harness(miette::miette!(
            "there is no walk in the journal"
        )));
    };
    let findings = findings::of(&campaign.target, lab, timeline);
    output::write(&findings.text)?;
    Ok(match findings.all_work {
        true => ExitCode::Passed,
        false => ExitCode::Failed,
    })
}

/// The scenarios lack what is tried.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the scenarios have no walk `{WALK}`")]
#[diagnostic(help("without --scenarios those are used that rgdrill brings along"))]
struct NoControl;

/// What is observed when it is tried.
fn tried(
    campaign: &Campaign,
    file: &SourceFile,
    cancelled: &CancellationToken,
) -> Result<Journal, CommandError> {
    let honest = honesty::check(campaign, cancelled);
    honest.map_err(|error| dishonest(error, (&campaign.target, file)))?;
    output::status("Calls, agents and verbs, with nothing broken: about a minute …");
    observe(campaign, cancelled).map_err(stopped)
}

fn stopped(error: CampaignError) -> CommandError {
    let help = help_for_campaign(&error);
    match error {
        CampaignError::Cancelled => CommandError::incomplete(miette::miette!("{error}")),
        error => CommandError::harness(Advised::new(error, help)),
    }
}
