//! `rgdrill certify`: holds a drill and judges it.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use campaign::honesty::{self, HonestyCheckError};
use campaign::mutation::target_name;
use campaign::plan::plan;
use campaign::{Campaign, CampaignError, DockerFactory, LabFactory, MutantFactory, SimFactory};
use conductor::{HonestyError, Plan, Progress};
use lab::docker::ImageSource;
use miette::Diagnostic;
use model::exit_code::ExitCode;
use model::file::SourceFile;
use model::journal::Header;
use model::pattern::Pattern;
use model::scenarios::Scenarios;
use model::walk::LabKind;
use model::{Tables, Walk, parallel};
use target::{MissingSecrets, Secrets, Target};

use crate::certificate::Held;
use crate::cli::{Certify, LabChoice, strictness};
use crate::embedded;
use crate::judged::{Terms, judge_run, keep_tables, sweep_spools, today};
use crate::progress::Board;
use crate::run_dir::RunDir;
use crate::trouble::Trouble;

/// How many walks are held at once in real time, where each waits for most of it.
const IN_REAL_TIME: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// What was asked for cannot be held.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadAsking {
    #[error("no walk matches `{asked}`")]
    #[diagnostic(help(
        "{}`rgdrill list walks` names them all; `*` stands for any text",
        meant(.nearest)
    ))]
    NoSuchWalk {
        asked: String,
        nearest: Option<String>,
    },
    #[error("no clause matches `{asked}`")]
    #[diagnostic(help(
        "{}`rgdrill list clauses` names them all; `*` stands for any text",
        meant(.nearest)
    ))]
    NoSuchClause {
        asked: String,
        nearest: Option<String>,
    },
    #[error("none of these walks judges any of these clauses")]
    #[diagnostic(help(
        "leave out --walk, and those walks are held that judge the clauses asked for"
    ))]
    NothingToHold,
    #[error(
        "there is no certificate of a mutant: `{0}` is the reference server, broken on purpose"
    )]
    #[diagnostic(help(
        "leave out --mutant for a certificate, or --evidence to see what the mutant breaks"
    ))]
    CertifiedMutant(&'static str),
    #[error(transparent)]
    #[diagnostic(help("the target's file names the variables that hold its secrets: set them"))]
    Secrets(#[from] MissingSecrets),
}

/// The beginning of a help text, if a name is known that may be meant.
fn meant(nearest: &Option<String>) -> String {
    let nearest = nearest.as_ref();
    nearest.map_or_else(String::new, |name| format!("did you mean `{name}`? "))
}

/// The name that is most like `asked`, which matches none.
fn nearest<'a>(asked: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let names: Vec<&str> = names.into_iter().collect();
    model::nearest::nearest(asked, &names).map(str::to_owned)
}

/// The drill did not come to its end.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BrokeOff {
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
    #[error("the drill broke off: it judged nothing")]
    #[diagnostic(help(
        "check that there is room on the disk; with --keep the run directory stays, with what was observed so far"
    ))]
    Harness(#[source] CampaignError),
}

/// Holds the drill and judges it.
pub(crate) fn run(certify: &Certify, scenarios: &Scenarios) -> Result<ExitCode, Trouble> {
    let certificate = certify.certificate.prepare()?;
    if let (Some(mutant), Some(_)) = (certify.mutant, &certificate) {
        return Err(Trouble::usage(BadAsking::CertifiedMutant(mutant.name())));
    }
    if let Some(out) = &certify.out {
        RunDir::check(out).map_err(Trouble::run_dir)?;
    }
    let target_file = embedded::target_file(certify.target.as_deref())?;
    let target = Arc::new(Target::load(&target_file).map_err(Trouble::usage)?);
    let secrets = target
        .secrets(|name| std::env::var(name).ok())
        .map_err(|missing| Trouble::usage(BadAsking::Secrets(missing)))?;
    let terms = Terms {
        strictness: strictness(certify.strict),
        today: today(certify.today)?,
    };
    let cancelled = cancelled_by_signals()?;
    let labs = labs(certify, &target_file)?;
    let campaign = campaign(certify, scenarios, labs, target, secrets)?;
    honesty::check(&campaign).map_err(dishonest)?;
    let run = RunDir::create(
        certify.out.as_deref(),
        &campaign.header.target,
        campaign.labs.kind().word(),
    )
    .map_err(Trouble::run_dir)?;
    keep_tables(run.path(), &scenarios.tables_text)?;
    let mut board = Board::new(campaign.walks());
    let outcome = campaign::run(&campaign, run.path(), cancelled, |progress| {
        show(&mut board, &progress)
    });
    drop(board);
    if let Err(error) = outcome {
        return Err(broke_off(error, run, certify));
    }
    sweep_spools(run.path());
    let dir = run.keep();
    let code = judge_run(&dir, terms, certify.format)?;
    if let Some(certificate) = certificate {
        let held = Held {
            dir: &dir,
            campaign: &campaign,
            scenarios,
            target: &target_file,
            strictness: terms.strictness,
        };
        certificate.write(&held)?;
    }
    Ok(code)
}

/// A target whose answers cannot be relied on.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{0}")]
#[diagnostic(help(
    "its verdicts would mean nothing: correct in the target's file how this verb is bound, and how its answers are read (`read:`)"
))]
struct Dishonest(HonestyError);

/// Whose fault it is that no walk is run.
fn dishonest(error: HonestyCheckError) -> Trouble {
    match error {
        HonestyCheckError::Probe(HonestyError::Lab(trouble)) => {
            Trouble::harness(miette::miette!("{trouble}"))
        }
        HonestyCheckError::Probe(error) => Trouble::usage(Dishonest(error)),
        HonestyCheckError::Directory(_) => Trouble::harness(miette::miette!("{error}")),
    }
}

/// Where the drill is run.
fn labs(certify: &Certify, target: &SourceFile) -> Result<Arc<dyn LabFactory>, Trouble> {
    if let Some(mutant) = certify.mutant {
        return Ok(Arc::new(MutantFactory(mutant)));
    }
    Ok(match certify.lab {
        LabChoice::Sim => Arc::new(SimFactory),
        LabChoice::Docker => {
            let existing = certify.image.clone().map(ImageSource::Existing);
            let image = existing.unwrap_or_else(ImageSource::this_program);
            let target = certify.target.is_some().then(|| target.text().to_owned());
            let labs = DockerFactory::prepare(&image, certify.subnet, target);
            Arc::new(labs.map_err(Trouble::harness)?)
        }
    })
}

/// What is to be held: the walks asked for that judge any clause asked for.
fn campaign(
    certify: &Certify,
    scenarios: &Scenarios,
    labs: Arc<dyn LabFactory>,
    target: Arc<Target>,
    secrets: Secrets,
) -> Result<Campaign, Trouble> {
    let clauses = clauses(&certify.clauses, &scenarios.tables)?;
    let walks = walks(&certify.walks, scenarios)?;
    let plans: Vec<Plan> = walks
        .into_iter()
        .filter(|walk| certify.all_walks || walk.labs.contains(&labs.kind()))
        .filter(|walk| certify.clauses.is_empty() || asks_any(walk, &clauses, &scenarios.tables))
        .map(|walk| plan(walk, scenarios))
        .collect();
    if plans.is_empty() {
        return Err(Trouble::usage(BadAsking::NothingToHold));
    }
    let name = match certify.mutant {
        Some(mutant) => target_name(&target, mutant),
        None => target.target.clone(),
    };
    let header = Header::new(&name, labs.kind(), certify.seed, &scenarios.tables_sha256)
        .asking(certify.clauses.clone())
        .claiming(target.claims())
        .repeating(certify.repeat.get())
        .requiring(certify.objectives.required());
    let jobs = certify.jobs.unwrap_or_else(|| at_once(labs.kind())).get();
    Ok(Campaign {
        plans,
        labs,
        target,
        secrets,
        seed: certify.seed,
        jobs,
        header,
    })
}

fn clauses(asked: &[String], tables: &Tables) -> Result<Vec<Pattern>, Trouble> {
    let patterns: Vec<Pattern> = asked.iter().map(Pattern::new).collect();
    for (text, pattern) in asked.iter().zip(&patterns) {
        if !tables
            .clauses
            .iter()
            .any(|clause| pattern.matches(&clause.id.0))
        {
            let ids = tables.clauses.iter().map(|clause| clause.id.0.as_str());
            return Err(Trouble::usage(BadAsking::NoSuchClause {
                asked: text.clone(),
                nearest: nearest(text, ids),
            }));
        }
    }
    Ok(patterns)
}

fn walks<'a>(asked: &[String], scenarios: &'a Scenarios) -> Result<Vec<&'a Walk>, Trouble> {
    for text in asked {
        let pattern = Pattern::new(text);
        if !scenarios.walks.keys().any(|name| pattern.matches(name)) {
            let names = scenarios.walks.keys().map(String::as_str);
            return Err(Trouble::usage(BadAsking::NoSuchWalk {
                asked: text.clone(),
                nearest: nearest(text, names),
            }));
        }
    }
    let wanted = |walk: &&Walk| {
        asked.is_empty()
            || asked
                .iter()
                .any(|text| Pattern::new(text).matches(&walk.walk))
    };
    Ok(scenarios.walks.values().filter(wanted).collect())
}

fn asks_any(walk: &Walk, clauses: &[Pattern], tables: &Tables) -> bool {
    walk.judged(tables)
        .iter()
        .any(|clause| clauses.iter().any(|pattern| pattern.matches(&clause.id.0)))
}

/// How many walks are held at once unless told otherwise.
fn at_once(lab: LabKind) -> NonZeroUsize {
    match lab {
        LabKind::Sim => parallel::cores(),
        LabKind::Docker | LabKind::External => IN_REAL_TIME,
    }
}

/// Ctrl-C (or SIGTERM) asks the walks to end; a second one ends the process at once.
pub(crate) fn cancelled_by_signals() -> Result<&'static AtomicBool, Trouble> {
    static CANCELLED: AtomicBool = AtomicBool::new(false);
    ctrlc::set_handler(|| {
        if CANCELLED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(ExitCode::Incomplete.code()));
        }
    })
    .map_err(|error| Trouble::harness(miette::miette!("signals cannot be handled: {error}")))?;
    Ok(&CANCELLED)
}

fn show(board: &mut Board, progress: &Progress) {
    match progress {
        Progress::StageBegan { walk, stage } => board.stage(walk, stage.word()),
        Progress::WalkStopped { walk, why } => board.stage(walk, &why.to_string()),
        Progress::WalkEnded { walk } => board.ended(walk),
    }
}

fn broke_off(error: CampaignError, run: RunDir, certify: &Certify) -> Trouble {
    let kept = certify.keep.then(|| run.keep_broken());
    match error {
        CampaignError::Cancelled => {
            Trouble::incomplete(kept.map_or(BrokeOff::Interrupted, BrokeOff::InterruptedAndKept))
        }
        error => Trouble::harness(BrokeOff::Harness(error)),
    }
}
