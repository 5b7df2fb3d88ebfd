//! The first screen: what was drilled, what came of it, and by what it was measured.

use model::Verdict;
use model::results::Results;
use timeline::position::At;

use crate::report::JudgedRun;
use crate::reports::wording::{in_words, mark, meaning, passes_observed, ran};

/// What is to be known first.
pub(super) struct Summary<'a> {
    pub(super) target: &'a str,
    pub(super) verdict: Verdict,
    pub(super) sentence: String,
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) counts: Vec<Count>,
    pub(super) not_judged: Vec<NotJudged<'a>>,
    pub(super) stopped: Vec<(&'a str, String)>,
}

/// How many clauses have a verdict.
pub(super) struct Count {
    pub(super) verdict: Verdict,
    pub(super) mark: char,
    pub(super) words: String,
    pub(super) count: u64,
}

/// A clause that nobody judged.
pub(super) struct NotJudged<'a> {
    pub(super) id: &'a str,
    pub(super) why: &'static str,
}

impl<'a> Summary<'a> {
    pub(super) fn of(run: &JudgedRun<'a>) -> Self {
        let results = run.results;
        let code = results.exit_code;
        Summary {
            target: &results.target,
            verdict: results.verdict,
            sentence: format!("{}: {}.", judged(results), meaning(code, results)),
            facts: facts(run),
            counts: counts(results),
            not_judged: not_judged(run),
            stopped: stopped(run),
        }
    }
}

/// `62 of 64 documented statements passed`
fn judged(results: &Results) -> String {
    let passed = results.summary.count(Verdict::Pass);
    match results.summary.total() {
        1 => format!("{passed} of 1 documented statement passed"),
        total => format!("{passed} of {total} documented statements passed"),
    }
}

fn facts(run: &JudgedRun<'_>) -> Vec<(&'static str, String)> {
    let (results, header) = (run.results, run.run.header);
    let code = results.exit_code.code();
    let mut facts = vec![
        ("Target", results.target.clone()),
        ("Lab", format!("{}, seed {}", lab(run), results.seed)),
        ("Pools", ran(results).unwrap_or("not recorded".to_owned())),
        ("Walks", lasted(run)),
        ("When", when(run)),
        ("Measured by", yardstick(results)),
        ("Documented in", run.tables.document.clone()),
        ("Exit code", code.to_string()),
        ("Drilled with", format!("rgdrill {}", header.rgdrill)),
    ];
    if let Some(observed) = passes_observed(results) {
        facts.push(("Passes observed", observed));
    }
    if !results.elsewhere.is_empty() {
        facts.push(("Walks that are not here", results.elsewhere.join(", ")));
    }
    if !header.asked.is_empty() {
        facts.push(("Asked for", header.asked.join(", ")));
    }
    facts
}

fn lab(run: &JudgedRun<'_>) -> &'static str {
    use model::walk::LabKind::{Docker, External, Sim};
    match run.results.lab {
        Sim => "simulation (virtual time)",
        Docker => "containers",
        External => "what already ran",
    }
}

fn when(run: &JudgedRun<'_>) -> String {
    match &run.run.header.began {
        Some(began) => began.clone(),
        None => "no date: the same seed gives the same journal on any day".to_owned(),
    }
}

/// How many walks there are, and how long they lasted.
fn lasted(run: &JudgedRun<'_>) -> String {
    let ends = run.run.walks.iter().filter_map(|walk| {
        let timeline = walk.timeline.as_ref().ok()?;
        Some((timeline.last.t_us, walk.name()))
    });
    let ends: Vec<(u64, &str)> = ends.collect();
    let total: u64 = ends.iter().map(|(us, _)| us).sum();
    let count = run.run.walks.len();
    match ends.iter().max() {
        None => "none".to_owned(),
        Some((us, walk)) => format!(
            "{count}, together {}; the longest, {walk}, {}",
            minutes(total),
            minutes(*us)
        ),
    }
}

/// `1 min 51 s`
fn minutes(us: u64) -> String {
    let seconds = us / 1_000_000;
    match seconds / 60 {
        0 => format!("{seconds} s"),
        minutes => format!("{minutes} min {} s", seconds % 60),
    }
}

fn yardstick(results: &Results) -> String {
    match &results.yardstick {
        None => "not recorded".to_owned(),
        Some(yardstick) => yardstick.words().unwrap_or_else(|| {
            format!(
                "the scenarios of release {}, nothing changed",
                yardstick.release
            )
        }),
    }
}

fn counts(results: &Results) -> Vec<Count> {
    let counts = Verdict::ALL.into_iter().map(|verdict| Count {
        verdict,
        mark: mark(verdict),
        words: in_words(verdict),
        count: results.summary.count(verdict),
    });
    counts.filter(|count| count.count > 0).collect()
}

fn not_judged<'a>(run: &JudgedRun<'a>) -> Vec<NotJudged<'a>> {
    let of_clause = |clause: &'a model::Clause| {
        let mut results = run.results.clauses.iter();
        let why = match results.find(|result| result.id == clause.id) {
            None => "not asked for",
            Some(result) if result.verdict == Verdict::NotJudged => {
                "no walk that was run judges it"
            }
            Some(_) => return None,
        };
        Some(NotJudged {
            id: &clause.id.0,
            why,
        })
    };
    run.tables.clauses.iter().filter_map(of_clause).collect()
}

/// The walks that went no further, and those of which nothing can be read.
fn stopped<'a>(run: &JudgedRun<'a>) -> Vec<(&'a str, String)> {
    let walks = run.run.walks.iter();
    walks
        .filter_map(|walk| {
            let why = match &walk.timeline {
                Err(error) => error.to_string(),
                Ok(timeline) => {
                    let (position, why) = timeline.stopped.as_ref()?;
                    format!("at {}: {why}", At(position.t_us))
                }
            };
            Some((walk.name(), why))
        })
        .collect()
}
