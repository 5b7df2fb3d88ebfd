//! `rgdrill certify`: runs a drill and judges it.
//!
//! - `args`: what can be asked for.
//! - `objectives`: of it, what is required of the figures.
//! - `certificate`: of it, the certificate.
//! - `shard`: of it, which part of the walks.
//! - `lab`: of it, the lab, which the target must name.
//! - `expected`: how long it will take, said before it begins.
//! - `progress`: which walks are running, and how many have ended.

mod args;
mod certificate;
mod expected;
mod lab;
mod objectives;
mod progress;
mod seed;
mod shard;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use ::lab::LabError;
use ::lab::docker::ImageSource;
use ::lab::external::BrokenMachines;
use campaign::honesty;
use campaign::mutation::target_name;
use campaign::{
    Campaign, CampaignError, ForLab, LabFactory, LeftOut, MutantFactory, Selection, SelectionError,
    VariantFactory, variants, without_means,
};
use chrono::{SecondsFormat, Utc};
use conductor::{HonestyError, PreflightError, Progress};
use drawing::Plan;
use evidence::{Destination, Materials};
use judge::Policy;
use miette::Diagnostic;
use model::environment;
use model::exit_code::ExitCode;
use model::file::SourceFile;
use model::journal::Header;
use model::parallel;
use model::scenarios::Scenarios;
use model::walk::{LabKind, Walk};
use model::yardstick::Yardstick;
use report::REPORTS;
use report::run_dir::{NewRunDir, NewRunDirError, spools, stored};
use target::{MissingSecrets, Secrets, Target};
use tokio_util::sync::CancellationToken;

use self::progress::ProgressDisplay;
use super::engine::tell_left;
use super::judging::{NO_ROOM, judge_run};
use super::trouble::{help_for_campaign, help_for_lab, mistake};
use crate::advice::Advised;
use crate::broken::StillBroken;
use crate::command_error::CommandError;
use crate::embedded;
use crate::output;
use crate::signals::{Leaves, cancelled_by_signals};

pub(crate) use self::args::{CertifyArgs, LabChoice};
pub(crate) use self::certificate::{CertificateArgs, given, write as write_certificate};
pub(crate) use self::lab::{chosen as chosen_lab, factory as lab_factory};

/// How many walks are run at once in real time, where each waits for most of it.
const IN_REAL_TIME: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// The variable that can name the image of the docker lab.
const IMAGE: &str = "RGDRILL_IMAGE";

/// What to do where the lab's hosts do not hear each other.
const NO_NETWORK: &str = "this is the environment's trouble, not the target's: see whether a firewall lies between the containers (such as FORWARD DROP with bridge-nf-call-iptables=1), and whether the machine has time for them";

/// What to do where a pool that should run already does not answer.
const NO_POOL: &str = "this is the environment's trouble, and no verdict on the pool: see whether it runs and listens there, whether the `hosts`, `clients` and `ports` of the target's file are right, and whether a firewall lies between";

/// Options that do not go together, or with the environment.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum OptionsError {
    #[error(
        "there is no certificate of a mutant: `{0}` is the reference server, broken on purpose"
    )]
    #[diagnostic(help(
        "leave out --mutant for a certificate, or --evidence to see what the mutant breaks"
    ))]
    CertifiedMutant(&'static str),
    #[error("there is no certificate of a variant: `{0}` is the reference server in another way")]
    #[diagnostic(help("leave out --variant or --evidence"))]
    CertifiedVariant(&'static str),
    #[error("`{option}` is for containers, and this drill runs in the lab `{lab}`")]
    #[diagnostic(help("leave it out, or add `--lab docker`"))]
    NotInContainers { option: &'static str, lab: LabKind },
    #[error(transparent)]
    #[diagnostic(help(
        "the target's file names the environment variables of its secrets: set them"
    ))]
    Secrets(#[from] MissingSecrets),
}

/// The drill stopped early.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum StoppedEarly {
    #[error("the drill was interrupted, so nothing was judged")]
    #[diagnostic(help(
        "all faults are healed, and the run directory is removed; with --keep it stays, with what was observed so far"
    ))]
    Interrupted,
    #[error("the drill was interrupted, so nothing was judged")]
    #[diagnostic(help(
        "all faults are healed; what was observed so far is in {}", .0.display()
    ))]
    InterruptedAndKept(PathBuf),
    #[error("the drill was interrupted before a walk was begun")]
    #[diagnostic(help("nothing was judged: run it again"))]
    InterruptedEarly,
    #[error("the drill could not be completed, so nothing was judged")]
    Harness {
        #[source]
        error: CampaignError,
        #[help]
        help: &'static str,
    },
}

/// Runs the drill and judges it.
pub(crate) fn run(args: &CertifyArgs) -> Result<ExitCode, CommandError> {
    let scenarios = &args.scenarios.load()?;
    let destination = args.certificate.prepare()?;
    if let (Some(mutant), Some(_)) = (args.mutant, &destination) {
        let error = OptionsError::CertifiedMutant(mutant.name());
        return Err(CommandError::usage(error));
    }
    if let (Some(variant), Some(_)) = (args.variant, &destination) {
        let error = OptionsError::CertifiedVariant(variant.name());
        return Err(CommandError::usage(error));
    }
    if let Some(out) = &args.out {
        NewRunDir::check(out).map_err(no_run_dir)?;
    }
    let target_file = embedded::target_file(args.target.as_deref())?;
    let target = Target::load(&target_file).map_err(CommandError::usage)?;
    let target = Arc::new(match args.variant {
        Some(variant) => variants::declared(&target, variant),
        None => target,
    });
    let secrets = target
        .secrets(environment::variable)
        .map_err(missing_secrets)?;
    let policy = args.policy.policy()?;
    let seed = seed::of(args)?;
    let kind = kind(args, &target_file, &target)?;
    in_containers_only(args, kind)?;
    let broken = BrokenMachines::default();
    let cancelled = &cancelled_by_signals(Leaves::of(kind, &broken))?;
    let labs = labs(args, kind, (&target, &target_file), &broken, cancelled)?;
    let campaign = campaign((args, seed), scenarios, labs, target, secrets)?;
    lists_enough(&campaign, &target_file)?;
    let drill = Drill {
        args,
        scenarios,
        target_file: &target_file,
        policy,
        destination,
        broken: &broken,
        cancelled,
    };
    let labs = Arc::clone(&campaign.labs);
    let code = drill.run(campaign);
    tell_left(&labs.take_left());
    match (code, StillBroken::of(&broken)) {
        (Ok(_), Some(broken)) => Err(CommandError::harness(broken)),
        (code, _) => code,
    }
}

/// Options of the docker lab are given for that.
fn in_containers_only(args: &CertifyArgs, lab: LabKind) -> Result<(), CommandError> {
    let of_docker = [
        ("--image", args.image.is_some()),
        ("--subnet", args.subnet.is_some()),
    ];
    let mut given = of_docker.into_iter().filter(|(_, is_given)| *is_given);
    match given.next() {
        Some((option, _)) if lab != LabKind::Docker => {
            let error = OptionsError::NotInContainers { option, lab };
            Err(CommandError::usage(error))
        }
        _ => Ok(()),
    }
}

/// A drill of which everything is known that was asked for.
struct Drill<'a> {
    args: &'a CertifyArgs,
    scenarios: &'a Scenarios,
    target_file: &'a SourceFile,
    policy: Policy,
    destination: Option<Destination>,
    broken: &'a BrokenMachines,
    cancelled: &'a CancellationToken,
}

impl Drill<'_> {
    /// Runs and judges it.
    fn run(self, mut campaign: Campaign) -> Result<ExitCode, CommandError> {
        let Drill {
            args,
            scenarios,
            target_file,
            policy,
            destination,
            broken,
            cancelled,
        } = self;
        seed::tell_fresh(args, campaign.seed);
        let lasts = expected::tell(&campaign);
        let target = Arc::clone(&campaign.target);
        let of_target = (target.as_ref(), target_file);
        honesty::check(&campaign, cancelled).map_err(|error| dishonest(error, of_target))?;
        // Pools that run already have been provisioned by now, and say what they are.
        let ran = campaign.labs.ran(&campaign.target).map_err(lab_failed)?;
        campaign.header = campaign.header.running(ran);
        let run = NewRunDir::create(
            args.out.as_deref(),
            &campaign.header.target,
            campaign.labs.kind().word(),
        )
        .map_err(no_run_dir)?;
        stored::keep_tables(run.path(), &scenarios.tables_text)
            .map_err(|error| no_run_dir(error.into()))?;
        let mut display = ProgressDisplay::new(campaign.walks(), lasts, args.progress);
        let outcome = campaign::run(&campaign, run.path(), cancelled, |progress| {
            show(&mut display, &progress)
        });
        drop(display);
        if let Err(error) = outcome {
            return Err(stopped_early(error, run, args, broken, of_target));
        }
        spools::remove(run.path());
        let (dir, stale) = run.keep();
        if let Some(stale) = stale {
            output::status(&format!(
                "warning: {stale}\n  help: move it away, and the next run will be `runs/latest`; this one is {}",
                dir.display()
            ));
        }
        let code = judge_run(&dir, (policy, args.format, args.progress.quiet()))?;
        if let Some(destination) = destination {
            let materials = Materials {
                dir: &dir,
                reports: REPORTS,
                scenarios,
                target: target_file,
                environment: &certificate::environment(&campaign, policy)?,
                secrets: &campaign.secrets,
            };
            certificate::write(&destination, &materials, code)?;
        }
        Ok(code)
    }
}

/// The environment lacks secrets that the target's file names.
pub(crate) fn missing_secrets(missing: MissingSecrets) -> CommandError {
    CommandError::usage(OptionsError::Secrets(missing))
}

/// A run directory that exists is the caller's to change; a full disk is not.
pub(crate) fn no_run_dir(error: NewRunDirError) -> CommandError {
    match error {
        NewRunDirError::Exists(_) => CommandError::usage(Advised::new(
            error,
            "give another one with --out, or remove it; without --out a new one is made under runs/",
        )),
        NewRunDirError::Write(_) => CommandError::harness(Advised::new(error, NO_ROOM)),
    }
}

/// A target whose answers cannot be relied on.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{0}")]
#[diagnostic(help(
    "its verdicts would mean nothing: correct in the target's file how this verb is bound, and how its answers are read (`read:`)"
))]
struct Dishonest(HonestyError);

/// Whose fault it is that no walk is run.
pub(crate) fn dishonest(
    error: HonestyError,
    (target, file): (&Target, &SourceFile),
) -> CommandError {
    match error {
        HonestyError::Network(PreflightError::Lab(error)) | HonestyError::Lab(error) => {
            match mistake(&error, target, file) {
                Some(mistake) => mistake,
                None => lab_failed(error),
            }
        }
        HonestyError::Network(error @ PreflightError::NoAnswer { .. }) => {
            CommandError::harness(Advised::new(error, NO_POOL))
        }
        HonestyError::Network(error) => CommandError::harness(Advised::new(error, NO_NETWORK)),
        error => CommandError::usage(Dishonest(error)),
    }
}

/// A lab failed before a walk was begun.
pub(crate) fn lab_failed(error: LabError) -> CommandError {
    match error {
        LabError::Cancelled => CommandError::incomplete(StoppedEarly::InterruptedEarly),
        error => {
            let help = help_for_lab(&error);
            CommandError::harness(Advised::new(error, help))
        }
    }
}

/// In what kind of lab the drill is run.
fn kind(args: &CertifyArgs, file: &SourceFile, target: &Target) -> Result<LabKind, CommandError> {
    match (args.mutant, args.variant) {
        (None, None) => lab::chosen(args.lab, file, target),
        _ => Ok(LabKind::Sim),
    }
}

/// Where the drill is run.
fn labs(
    args: &CertifyArgs,
    kind: LabKind,
    (target, file): (&Target, &SourceFile),
    broken: &BrokenMachines,
    cancelled: &CancellationToken,
) -> Result<Arc<dyn LabFactory>, CommandError> {
    if let Some(mutant) = args.mutant {
        return Ok(Arc::new(MutantFactory(mutant)));
    }
    if let Some(variant) = args.variant {
        return Ok(Arc::new(VariantFactory(variant)));
    }
    let existing = args.image.clone();
    let existing = existing.or_else(|| environment::variable(IMAGE));
    let existing = existing.map(ImageSource::Existing);
    let image = existing.unwrap_or_else(ImageSource::this_program);
    let own_file = args.target.is_some().then_some(file);
    let image = (&image, args.subnet);
    lab::factory(kind, (target, file), own_file, image, broken, cancelled)
}

/// What is to be run.
fn campaign(
    (args, seed): (&CertifyArgs, u64),
    scenarios: &Scenarios,
    labs: Arc<dyn LabFactory>,
    target: Arc<Target>,
    secrets: Secrets,
) -> Result<Campaign, CommandError> {
    let selection = Selection {
        walks: &args.walks,
        clauses: &args.clauses,
        for_lab: match args.all_walks {
            true => ForLab::All,
            false => ForLab::Marked,
        },
    };
    let released = embedded::scenarios().map_err(CommandError::harness)?;
    let plans = selection
        .plans(scenarios, labs.kind())
        .map_err(nothing_to_run)?;
    let hosts = target.hosts();
    let provisioning = target.provisioning();
    let plans = plans.into_iter();
    let plans = plans
        .map(|plan| plan.on(&hosts).provisioned_by(provisioning.clone()))
        .collect();
    let plans = match args.walks.is_empty() {
        true => leave_out(plans, scenarios, labs.as_ref()),
        // Who asks for a walk by its name is to see what comes of it.
        false => plans,
    };
    // Of all walks, so that all shards require the same.
    let objectives = args.objectives.required(&plans);
    let (plans, shards) = shard::of(args.shard, plans)?;
    let changed = args.mutant.map(|mutant| mutant.name());
    let changed = changed.or(args.variant.map(|variant| variant.name()));
    let name = match changed {
        Some(change) => target_name(&target, change),
        None => target.target.clone(),
    };
    let header = Header::new(&name, labs.kind(), seed, &scenarios.tables_sha256)
        .asking(args.clauses.clone())
        .claiming(target.claims())
        .repeating(args.repeat.get())
        .requiring(objectives)
        .measured_by(Yardstick::of(scenarios, &released))
        .begun(began(labs.kind()))
        .sharing(shards);
    let jobs = match labs.kind() {
        LabKind::External => 1,
        kind => args.jobs.unwrap_or_else(|| at_once(kind)).get(),
    };
    Ok(Campaign {
        plans,
        labs,
        target,
        secrets,
        seed,
        jobs,
        header,
    })
}

/// That the target's directory has as many entries as what is run needs.
pub(crate) fn lists_enough(campaign: &Campaign, file: &SourceFile) -> Result<(), CommandError> {
    let plans = campaign.plans.iter();
    let topologies = plans.map(|plan| (&plan.topology, plan.walk.load.as_ref()));
    let enough = campaign.target.lists_enough_for(topologies, file);
    enough.map_err(CommandError::usage)
}

/// Leaves out walks that the lab has not the means for, and says so.
fn leave_out(plans: Vec<Plan>, scenarios: &Scenarios, labs: &dyn LabFactory) -> Vec<Plan> {
    let lacks = |walk: &Walk| Some(labs.lacks(walk)?.to_string());
    let (plans, left_out) = without_means(plans, &scenarios.tables, lacks);
    for LeftOut { walk, why } in left_out {
        output::status(&format!(
            "`{walk}` is left out: {why}; others judge what it would"
        ));
    }
    plans
}

/// The time of day; in simulation there is none.
fn began(lab: LabKind) -> Option<String> {
    match lab {
        LabKind::Sim => None,
        LabKind::Docker | LabKind::External => {
            Some(Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true))
        }
    }
}

pub(crate) fn nothing_to_run(error: SelectionError) -> CommandError {
    let help = match &error {
        SelectionError::NoSuchWalk { nearest, .. } => {
            let all = "`rgdrill list walks` names them all; `*` stands for any text";
            did_you_mean(nearest.as_deref()) + all
        }
        SelectionError::NoSuchClause { nearest, .. } => {
            let all = "`rgdrill list clauses` names them all; `*` stands for any text";
            did_you_mean(nearest.as_deref()) + all
        }
        SelectionError::NotMarked { .. } => {
            "with --all-walks, all walks are run there that --walk and --clause ask for".to_owned()
        }
        SelectionError::NoWalk => {
            "without --walk, all walks are run that judge the clauses asked for".to_owned()
        }
    };
    CommandError::usage(Advised::new(error, help))
}

/// The beginning of a help text, if a name is known that may be meant.
fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("did you mean `{name}`? "))
}

/// How many walks are run at once by default.
fn at_once(lab: LabKind) -> NonZeroUsize {
    match lab {
        LabKind::Sim => parallel::cores(),
        LabKind::Docker | LabKind::External => IN_REAL_TIME,
    }
}

fn show(display: &mut ProgressDisplay, progress: &Progress) {
    match progress {
        Progress::StageBegan { walk, stage } => display.stage(walk, stage.word()),
        Progress::LoadMeasured {
            walk,
            placed,
            failed,
        } => display.load(walk, *placed, *failed),
        Progress::WalkStopped { walk, why } => display.stage(walk, &why.to_string()),
        Progress::WalkEnded { walk } => display.ended(walk),
    }
}

fn stopped_early(
    error: CampaignError,
    run: NewRunDir,
    args: &CertifyArgs,
    broken: &BrokenMachines,
    (target, file): (&Target, &SourceFile),
) -> CommandError {
    if let CampaignError::Lab { source, .. } = &error
        && let Some(mistake) = mistake(source, target, file)
    {
        return mistake;
    }
    let kept = args.keep.then(|| run.keep_incomplete());
    if let Some(broken) = StillBroken::of(broken) {
        return CommandError::harness(broken.because(error));
    }
    match error {
        CampaignError::Cancelled => {
            let why = kept.map_or(StoppedEarly::Interrupted, StoppedEarly::InterruptedAndKept);
            CommandError::incomplete(why)
        }
        error => {
            let help = help_for_campaign(&error);
            CommandError::harness(StoppedEarly::Harness { error, help })
        }
    }
}
