//! A clause: what the document says, what was expected, and what each walk showed.

use std::collections::{BTreeMap, BTreeSet};

use model::clause_result::ClauseResult;
use model::figure::{Distribution, WalkObjective};
use model::finding::{Evidence, WalkResult};
use model::{Clause, Tables, Verdict};

use super::logged::{Logged, LoggedView};
use crate::reports::expected;
use crate::reports::wording::{in_words, mark};

/// Of at most so many walks is told what each says of a clause, or an objective: those first that did not pass.
pub(super) const MOST_FINDINGS: usize = 20;

/// What is to be read of a clause.
pub(super) struct ClauseView<'a> {
    pub(super) id: &'a str,
    pub(super) verdict: Verdict,
    pub(super) mark: char,
    pub(super) verdict_words: String,
    pub(super) statement: &'a str,
    pub(super) clause: Option<&'a Clause>,
    pub(super) expected: String,
    pub(super) observed_by: &'static str,
    pub(super) also: Vec<(String, &'a str)>,
    pub(super) repeated: Vec<String>,
    pub(super) distributions: Vec<(String, String)>,
    pub(super) findings: Vec<FindingView<'a>>,
    pub(super) more: usize,
}

/// What a walk says of it.
pub(super) struct FindingView<'a> {
    pub(super) walk: &'a str,
    /// The walk's number in the journal, where it has one.
    pub(super) number: Option<usize>,
    /// Whether the page has its timeline.
    pub(super) is_drawn: bool,
    pub(super) imported: bool,
    pub(super) verdict: Verdict,
    pub(super) verdict_words: String,
    pub(super) reason: &'a str,
    pub(super) figures: String,
    /// The numbers of journal lines, for the page's script to make buttons of.
    pub(super) lines: String,
    /// What servers logged meanwhile, if something did not pass.
    pub(super) logged: Option<LoggedView>,
}

impl<'a> ClauseView<'a> {
    pub(super) fn of(
        result: &'a ClauseResult,
        tables: &'a Tables,
        walks_of_page: &Walks<'_>,
    ) -> Self {
        let clause = tables.clause(&result.id);
        let shown = shown(result);
        let times: u64 = result.repetitions.values().sum();
        let alternatives = clause.map_or(&[][..], |clause| &clause.alternatives);
        ClauseView {
            id: &result.id.0,
            verdict: result.verdict,
            mark: mark(result.verdict),
            verdict_words: in_words(result.verdict),
            statement: result.statement.as_deref().unwrap_or_default(),
            clause,
            expected: clause.map_or_else(String::new, |clause| expected::in_words(&clause.expect)),
            observed_by: clause.map_or("", expected::observed_by),
            also: alternatives
                .iter()
                .map(|other| (expected::in_words(&other.expect), other.why.as_str()))
                .collect(),
            repeated: result
                .repetitions
                .iter()
                .map(|(verdict, count)| format!("{} {count} of {times} times", in_words(*verdict)))
                .collect(),
            distributions: result.distributions.iter().map(distribution).collect(),
            more: result.walks.len() - shown.len(),
            findings: shown
                .into_iter()
                .map(|walk| FindingView::of(walk, walks_of_page))
                .collect(),
        }
    }
}

/// The walks of a run, as far as the page knows them.
pub(super) struct Walks<'a> {
    /// Their numbers in the journal.
    pub(super) numbers: BTreeMap<&'a str, usize>,
    /// Those that have a timeline.
    pub(super) drawn: BTreeSet<usize>,
    /// What the servers of each logged.
    pub(super) logged: Logged<'a>,
}

/// What walks say of a clause, as far as the page has it: that first which did not pass.
pub(super) fn shown(result: &ClauseResult) -> Vec<&WalkResult> {
    let mut walks: Vec<&WalkResult> = result.walks.iter().collect();
    walks.sort_by_key(|walk| walk.verdict == Verdict::Pass);
    walks.truncate(MOST_FINDINGS);
    walks
}

impl<'a> FindingView<'a> {
    /// What a walk says of something that was required of figures.
    pub(super) fn of_objective(walk: &'a WalkObjective, walks: &Walks<'_>) -> Self {
        let said = (walk.walk.as_str(), walk.verdict, walk.reason.as_str());
        FindingView::said(said, &walk.evidence, walks)
    }

    fn of(walk: &'a WalkResult, walks: &Walks<'_>) -> Self {
        let said = (walk.walk.as_str(), walk.verdict, walk.reason.as_str());
        let figures = walk.figures.iter();
        let figures = figures.map(|(name, value)| figure(name, *value));
        FindingView {
            imported: walk.imported,
            figures: figures.collect::<Vec<String>>().join(", "),
            ..FindingView::said(said, &walk.evidence, walks)
        }
    }

    fn said(
        (walk, verdict, reason): (&'a str, Verdict, &'a str),
        evidence: &[Evidence],
        walks: &Walks<'_>,
    ) -> Self {
        let number = walks.numbers.get(walk).copied();
        let lines = evidence.iter().map(|line| line.n.to_string());
        FindingView {
            walk,
            number,
            is_drawn: number.is_some_and(|number| walks.drawn.contains(&number)),
            imported: false,
            verdict,
            verdict_words: in_words(verdict),
            reason,
            figures: String::new(),
            lines: lines.collect::<Vec<String>>().join(" "),
            logged: match verdict {
                Verdict::Pass => None,
                _ => number.and_then(|number| walks.logged.around(number, evidence)),
            },
        }
    }
}

/// `disconnected_ms` and its value, for readers: `disconnected 1.250 s`.
fn figure(name: &str, value: f64) -> String {
    match name.strip_suffix("_ms") {
        Some(name) => format!("{} {}", words(name), seconds(value)),
        None => format!("{} {value}", words(name)),
    }
}

fn distribution((name, values): (&String, &Distribution)) -> (String, String) {
    let of = |value| match name.ends_with("_ms") {
        true => seconds(value),
        false => value.to_string(),
    };
    let Distribution {
        samples,
        min,
        median,
        p95,
        max,
    } = *values;
    let values = [("min", min), ("median", median), ("p95", p95), ("max", max)];
    let values = values.map(|(word, value)| format!("{word} {}", of(value)));
    let name = words(name.trim_end_matches("_ms"));
    (name, format!("{samples} values: {}", values.join(", ")))
}

/// A figure's name for readers.
pub(super) fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// Milliseconds, for readers.
pub(super) fn seconds(ms: f64) -> String {
    match ms {
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.3} s", ms / 1_000.0),
    }
}
