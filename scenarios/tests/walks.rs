//! Every walk in every lab that it is for, each one test of its own, named `<lab>::<walk>`.
//!
//! Where no container engine answers, the walks of that lab are listed as ignored. They are run one
//! after the other: two cores do not carry the media of several.
//!
//! A simulated walk is run twice with one seed, and its journals are compared byte for byte, and
//! once with another. Every clause that it judges must pass, and what was observed must be what its
//! snapshot says, which a person has read: `snapshots/<walk>.snap`. (Walks with impaired links, and those in which
//! things are done at random, have none, and these are run with further seeds; in containers who is alerted first is chance, so that only the verdicts are compared.) To accept another: `cargo insta review`, or
//! `INSTA_UPDATE=always cargo test --test walks`.
//!
//! With `RGDRILL_TARGET=my-target.yaml`, instead, each walk that this target can do, in the first lab that it
//! names: a test for each, named `<target>::<walk>`, which fails if a clause does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use campaign::{Campaign, DockerFactory, LabFactory, SimFactory, run};
use lab::docker::{Engine, ImageSource};
use libtest_mimic::{Arguments, Failed, Trial};
use model::clause::{Clause, ClauseId, Condition};
use model::figure::{Measure, Measured};
use model::journal::{Header, Journal};
use model::scenarios::Scenarios;
use model::walk::LabKind;
use model::{Verdict, Walk, yaml};
use target::Target;
use timeline::ReadRun;
use tokio_util::sync::CancellationToken;

#[expect(
    clippy::panic,
    reason = "without scenarios there is nothing to list, and nothing to run"
)]
fn scenarios() -> Scenarios {
    rgdrill::scenarios().unwrap_or_else(|errors| panic!("the scenarios do not check: {errors}"))
}

fn main() {
    let mut arguments = Arguments::from_args();
    // Those in containers wait for most of the time.
    arguments.test_threads.get_or_insert(4);
    let scenarios = Arc::new(scenarios());
    if let Some(file) = model::environment::variable("RGDRILL_TARGET") {
        arguments.test_threads = Some(1);
        libtest_mimic::run(&arguments, of_target(&file, &scenarios)).exit();
    }
    let trials = scenarios
        .walks
        .values()
        .filter(|walk| walk.labs.contains(&LabKind::Sim))
        .map(|walk| {
            let (name, scenarios) = (walk.walk.clone(), Arc::clone(&scenarios));
            let has_load = walk.load.is_some();
            Trial::test(format!("sim::{name}"), move || match has_load {
                false => holds_as_documented(&name, &scenarios),
                true => holds_under_its_load(&name, &scenarios),
            })
            // They take minutes in debug.
            .with_ignored_flag(!walk.runs.is_always())
        });
    let together = Arc::clone(&scenarios);
    let trials = trials.chain([Trial::test("sim::together", move || {
        judge_every_clause(&together)
    })]);
    let of_containers = Arc::clone(&scenarios);
    let trials = trials.chain([Trial::test("sim::those_in_containers", move || {
        ask_both_conditions(&of_containers)
    })]);
    let containers = in_containers(&scenarios);
    // Those that take longest first.
    let trials = containers.into_iter().chain(trials).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// The walks that a target can do.
#[expect(
    clippy::panic,
    reason = "without a target there is nothing to list, and nothing to run"
)]
fn of_target(file: &str, scenarios: &Scenarios) -> Vec<Trial> {
    let target = yaml::read(Path::new(file)).map_err(|error| error.to_string());
    let target = target
        .and_then(|file| Target::load(&file).map_err(|errors| errors.to_string()))
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let is_marked = |walk: &&Walk| {
        let lab = target.labs.first();
        lab.is_some_and(|lab| walk.labs.contains(lab))
    };
    let walks = scenarios.walks.values().filter(is_marked);
    walks
        .map(|walk| {
            let (file, walk) = (file.to_owned(), walk.walk.clone());
            Trial::test(format!("{}::{walk}", target.target), move || {
                passes_at_target(&file, &walk)
            })
        })
        .collect()
}

/// One walk of a target's drill, of which only a part of the clauses can be judged.
fn passes_at_target(file: &str, walk: &str) -> Result<(), Failed> {
    const PASSED: i32 = 0;
    const INCOMPLETE: i32 = 3;
    let dir = tempfile::tempdir()?;
    let output = Command::new(env!("CARGO_BIN_EXE_rgdrill"))
        .args(["certify", "--target", file, "--walk", walk, "--out"])
        .arg(dir.path().join("run"))
        .output()?;
    match output.status.code() {
        Some(PASSED | INCOMPLETE) => Ok(()),
        _ => {
            let said = [output.stdout, output.stderr].concat();
            Err(String::from_utf8_lossy(&said).into_owned().into())
        }
    }
}

/// Held while a walk is run in containers.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// The walks that are marked for containers. They are ignored where there is no engine to run them.
fn in_containers(scenarios: &Arc<Scenarios>) -> Vec<Trial> {
    let is_possible = Engine::connect(&CancellationToken::new()).is_ok();
    scenarios
        .walks
        .values()
        .filter(|walk| walk.labs.contains(&LabKind::Docker))
        .map(|walk| {
            let (name, scenarios) = (walk.walk.clone(), Arc::clone(scenarios));
            Trial::test(format!("docker::{name}"), move || {
                let _alone = ONE_AT_A_TIME.lock();
                passes(
                    &name,
                    &scenarios,
                    &run_walk(&name, &scenarios, containers()?, 1)?,
                )
            })
            .with_kind(if is_possible {
                ""
            } else {
                "no container engine answers"
            })
            .with_ignored_flag(!is_possible)
        })
        .collect()
}

/// Labs in containers, prepared once: the image may have to be built.
fn containers() -> Result<Arc<dyn LabFactory>, Failed> {
    static LABS: OnceLock<Result<Arc<dyn LabFactory>, String>> = OnceLock::new();
    let labs = LABS.get_or_init(|| {
        let image = match std::env::var("RGDRILL_IMAGE") {
            Ok(image) => ImageSource::Existing(image),
            Err(_) => ImageSource::Program(env!("CARGO_BIN_EXE_rgdrill").into()),
        };
        let target = rgdrill::reference_target().map_err(|error| error.to_string())?;
        let labs = DockerFactory::prepare(&image, None, &target, None, &CancellationToken::new());
        let labs = labs.map_err(|error| error.to_string())?;
        Ok(Arc::new(labs))
    });
    Ok(labs.clone()?)
}

/// A simulation for each walk.
fn simulated() -> Arc<dyn LabFactory> {
    Arc::new(SimFactory)
}

/// One walk, run twice with one seed, and once with another.
fn holds_as_documented(walk: &str, scenarios: &Scenarios) -> Result<(), Failed> {
    let first = run_walk(walk, scenarios, simulated(), 1)?;
    if first != run_walk(walk, scenarios, simulated(), 1)? {
        return Err("run twice with the same seed, it gave two journals".into());
    }
    let other = run_walk(walk, scenarios, simulated(), 2)?;
    if first == other {
        return Err(
            "run with another seed, it gave the same journal: nothing is left to chance".into(),
        );
    }
    for journal in [&first, &other] {
        passes(walk, scenarios, journal)?;
    }
    let further = scenarios.walks[walk].random.map(|_| 3..=10);
    for seed in further.into_iter().flatten() {
        let journal = run_walk(walk, scenarios, simulated(), seed)?;
        let passes = passes(walk, scenarios, &journal);
        passes.map_err(|failed| {
            let why = failed.message().unwrap_or_default();
            format!("with seed {seed}: {why}")
        })?;
    }
    Ok(())
}

/// One walk that is run only where it is named, once: no call in its background failed while the backup bore the load of
/// both pools.
fn holds_under_its_load(walk: &str, scenarios: &Scenarios) -> Result<(), Failed> {
    let journal = run_walk(walk, scenarios, simulated(), 1)?;
    all_pass(walk, scenarios, &journal)?;
    let journal = Journal::read(Path::new("journal.jsonl"), journal.as_slice())?;
    let figures = judge::figures(&ReadRun::of(&journal), &scenarios.tables);
    let failed = figures
        .iter()
        .find(|figure| figure.measure == Measure::LoadCallsFailed);
    match failed.map(|figure| (figure.measured, &figure.reason)) {
        Some((Measured::Value(0), _)) => Ok(()),
        Some((_, why)) => Err(why.as_str().into()),
        None => Err("nothing was measured of its load".into()),
    }
}

/// All is well before the outage, every clause that is judged passes, and what was observed is what
/// the snapshot says, where there is one.
fn passes(walk: &str, scenarios: &Scenarios, journal: &[u8]) -> Result<(), Failed> {
    all_pass(walk, scenarios, journal)?;
    let journal = Journal::read(Path::new("journal.jsonl"), journal)?;
    // Which packet is lost is left to chance, and with it what somebody hears for a moment.
    let is_simulated = journal.header.lab == LabKind::Sim;
    let is_certain =
        scenarios.walks[walk].links.are_sound() && scenarios.walks[walk].random.is_none();
    if !is_simulated || !is_certain {
        return Ok(());
    }
    let run = journal.walk(walk).ok_or("the journal lacks the walk")?;
    matches_its_snapshot(walk, &report::observed::render(run)?)
}

/// All is well before the outage, and every clause that is judged passes.
fn all_pass(walk: &str, scenarios: &Scenarios, journal: &[u8]) -> Result<(), Failed> {
    let journal = Journal::read(Path::new("journal.jsonl"), journal)?;
    let run = journal.walk(walk).ok_or("the journal lacks the walk")?;
    judge::steady_state(run)?;
    let findings = judge::judge(&journal, &scenarios.tables);
    let wrong: Vec<String> = findings
        .iter()
        .filter(|finding| finding.result.verdict != Verdict::Pass)
        .map(|finding| {
            format!(
                "{} {}: {}",
                finding.clause, finding.result.verdict, finding.result.reason
            )
        })
        .collect();
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("\n").into()),
    }
}

/// All statements are judged by some walk, and those that hold whether or not the groups were
/// imported are judged under both conditions.
fn judge_every_clause(scenarios: &Scenarios) -> Result<(), Failed> {
    let mut missing = Vec::new();
    for clause in &scenarios.tables.clauses {
        let judging = |imported: bool| {
            let mut walks = scenarios
                .walks
                .values()
                .filter(|walk| walk.runs.is_always() && walk.random.is_none());
            walks.any(|walk| {
                (walk.imports != model::walk::Imports::None) == imported
                    && walk
                        .judged(&scenarios.tables)
                        .iter()
                        .any(|judged| judged.id == clause.id)
            })
        };
        let (imported, not_imported) = match clause.condition {
            Condition::All => (true, true),
            Condition::Imported => (true, false),
            Condition::NotImported => (false, true),
        };
        if (imported && !judging(true)) || (not_imported && !judging(false)) {
            missing.push(clause.id.to_string());
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(missing.join("\n").into())
    }
}

/// Of the walks that are run in containers, each statement that holds whether or not the groups were
/// imported is judged of calls and attempts from before an import, and of others from after one.
fn ask_both_conditions(scenarios: &Scenarios) -> Result<(), Failed> {
    let mut judged: BTreeSet<(ClauseId, bool)> = BTreeSet::new();
    for walk in scenarios.walks.values() {
        if !walk.labs.contains(&LabKind::Docker) {
            continue;
        }
        let journal = run_walk(&walk.walk, scenarios, simulated(), 1)?;
        let journal = Journal::read(Path::new("journal.jsonl"), journal.as_slice())?;
        let findings = judge::judge(&journal, &scenarios.tables).into_iter();
        judged.extend(findings.map(|finding| (finding.clause, finding.result.imported)));
    }
    let missing = |clause: &&Clause| {
        let both = [true, false];
        clause.condition == Condition::All
            && both
                .iter()
                .any(|imported| !judged.contains(&(clause.id.clone(), *imported)))
    };
    let missing: Vec<&str> = scenarios
        .tables
        .clauses
        .iter()
        .filter(missing)
        .map(|clause| clause.id.0.as_str())
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!("under one condition only: {}", missing.join(", ")).into()),
    }
}

/// The journal of one walk.
fn run_walk(
    walk: &str,
    scenarios: &Scenarios,
    labs: Arc<dyn LabFactory>,
    seed: u64,
) -> Result<Vec<u8>, Failed> {
    let walk = &scenarios.walks[walk];
    let target = Arc::new(rgdrill::reference_target().map_err(|errors| errors.to_string())?);
    let secrets = target.secrets(|_| None)?;
    let plan = drawing::Plan::of(walk, scenarios);
    let header = Header::new(&target.target, labs.kind(), seed, &scenarios.tables_sha256);
    let drill = Campaign {
        plans: vec![plan],
        labs,
        target,
        secrets,
        seed,
        jobs: 1,
        header,
    };
    let dir = tempfile::tempdir()?;
    let journal = run(&drill, dir.path(), &CancellationToken::new(), |_| {})?;
    Ok(fs::read(journal)?)
}

/// Compares what was observed with what somebody has read and accepted.
fn matches_its_snapshot(walk: &str, observed: &str) -> Result<(), Failed> {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(walk, observed));
    Ok(())
}
