//! `rgdrill certify`: holds a drill and judges it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use conductor::{Plan, Progress};
use miette::Diagnostic;
use model::journal::Header;
use model::pattern::Pattern;
use model::scenarios::Scenarios;
use model::target::{MissingSecrets, Secrets, Target};
use model::verdict::ExitCode;
use model::{Tables, Walk};

use crate::cli::{Certify, strictness};
use crate::embedded;
use crate::hold::{Drill, DrillError, hold};
use crate::judged::{judge_run, keep_tables, sweep_spools};
use crate::progress::Board;
use crate::run_dir::RunDir;
use crate::trouble::Trouble;

/// What was asked for cannot be held.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BadAsking {
    #[error("no walk matches `{0}`")]
    #[diagnostic(help("`rgdrill list walks` names them all; `*` stands for any text"))]
    NoSuchWalk(String),
    #[error("no clause matches `{0}`")]
    #[diagnostic(help("`rgdrill list clauses` names them all; `*` stands for any text"))]
    NoSuchClause(String),
    #[error("none of these walks judges any of these clauses")]
    #[diagnostic(help(
        "leave out --walk, and those walks are held that judge the clauses asked for"
    ))]
    NothingToHold,
    #[error(transparent)]
    #[diagnostic(help("the target's file names the variables that hold its secrets: set them"))]
    Secrets(#[from] MissingSecrets),
}

/// The drill did not come to its end.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum BrokeOff {
    #[error("the drill was interrupted: it judged nothing")]
    #[diagnostic(help(
        "all faults are healed and the run directory is removed; with --keep it stays, with what was observed so far"
    ))]
    Interrupted,
    #[error("the drill broke off: it judged nothing")]
    #[diagnostic(help(
        "check that there is room on the disk; with --keep the run directory stays, with what was observed so far"
    ))]
    Harness(#[source] DrillError),
}

/// Holds the drill and judges it.
pub(crate) fn run(certify: &Certify, scenarios: &Scenarios) -> Result<ExitCode, Trouble> {
    let target = Arc::new(embedded::target_or(certify.target.as_deref())?);
    let secrets = target
        .secrets(|name| std::env::var(name).ok())
        .map_err(|missing| Trouble::usage(BadAsking::Secrets(missing)))?;
    let drill = drill(certify, scenarios, target, secrets)?;
    let cancelled = cancelled_by_signals()?;
    let run = RunDir::create(
        certify.out.as_deref(),
        &drill.header.target,
        Drill::LAB.word(),
    )
    .map_err(Trouble::run_dir)?;
    keep_tables(run.path(), &scenarios.tables_text)?;
    let mut board = Board::new(drill.plans.len());
    let held = hold(&drill, run.path(), cancelled, |progress| {
        show(&mut board, &progress)
    });
    drop(board);
    if let Err(error) = held {
        return Err(broke_off(error, run, certify));
    }
    sweep_spools(run.path());
    let dir = run.keep();
    judge_run(&dir, strictness(certify.strict), certify.format)
}

/// What is to be held: the walks asked for that judge any clause asked for.
fn drill(
    certify: &Certify,
    scenarios: &Scenarios,
    target: Arc<Target>,
    secrets: Secrets,
) -> Result<Drill, Trouble> {
    let clauses = clauses(&certify.clauses, &scenarios.tables)?;
    let walks = walks(&certify.walks, scenarios)?;
    let plans: Vec<Plan> = walks
        .into_iter()
        .filter(|walk| walk.labs.contains(&Drill::LAB))
        .filter(|walk| certify.clauses.is_empty() || asks_any(walk, &clauses, &scenarios.tables))
        .map(|walk| plan(walk, scenarios))
        .collect();
    if plans.is_empty() {
        return Err(Trouble::usage(BadAsking::NothingToHold));
    }
    let header = Header::new(
        &target.target,
        Drill::LAB,
        certify.seed,
        &scenarios.tables_sha256,
    )
    .asking(certify.clauses.clone());
    let jobs = certify.jobs.map_or_else(processors, |jobs| jobs.get());
    Ok(Drill {
        plans,
        target,
        secrets,
        seed: certify.seed,
        jobs,
        header,
    })
}

fn plan(walk: &Walk, scenarios: &Scenarios) -> Plan {
    Plan {
        walk: walk.clone(),
        topology: scenarios.topologies[&walk.topology].clone(),
        programme: scenarios.programmes[&walk.programme].clone(),
    }
}

fn clauses(asked: &[String], tables: &Tables) -> Result<Vec<Pattern>, Trouble> {
    let patterns: Vec<Pattern> = asked.iter().map(Pattern::new).collect();
    for (text, pattern) in asked.iter().zip(&patterns) {
        if !tables
            .clauses
            .iter()
            .any(|clause| pattern.matches(&clause.id.0))
        {
            return Err(Trouble::usage(BadAsking::NoSuchClause(text.clone())));
        }
    }
    Ok(patterns)
}

fn walks<'a>(asked: &[String], scenarios: &'a Scenarios) -> Result<Vec<&'a Walk>, Trouble> {
    for text in asked {
        let pattern = Pattern::new(text);
        if !scenarios.walks.keys().any(|name| pattern.matches(name)) {
            return Err(Trouble::usage(BadAsking::NoSuchWalk(text.clone())));
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

fn processors() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Ctrl-C (or SIGTERM) asks the walks to end; a second one ends the process at once.
fn cancelled_by_signals() -> Result<&'static AtomicBool, Trouble> {
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
        Progress::WalkStopped { walk, why } => board.stage(walk, why),
        Progress::WalkEnded { walk } => board.ended(walk),
    }
}

fn broke_off(error: DrillError, run: RunDir, certify: &Certify) -> Trouble {
    if certify.keep {
        run.keep_broken();
    }
    match error {
        DrillError::Cancelled => Trouble::incomplete(BrokeOff::Interrupted),
        error => Trouble::harness(BrokeOff::Harness(error)),
    }
}
