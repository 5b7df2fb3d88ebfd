//! `junit.xml`, in the shape that nextest writes and that the schema of Jenkins' xUnit plugin
//! (junit-10.xsd) takes: a suite for each walk with a case for each clause that it judged, a suite of
//! the objectives where there are any, and a suite of the clauses that nobody judged.
//!
//! Repetitions of a walk are one case for each clause: one that did not come to the same each time is
//! an error, and has those that did not pass as flaky.
//!
//! - `case`: a clause in a walk. `objective`: a requirement. `unjudged`: what nobody judged.

mod case;
mod objective;
mod unjudged;

use std::collections::BTreeMap;
use std::iter;
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use model::clause_result::ClauseResult;
use model::finding::WalkResult;
use model::{Stage, repetition};
use quick_junit::{Property, SerializeError, TestSuite};

use crate::report::{Content, JudgedRun, Nature, Report};

/// The report.
pub const REPORT: Report = Report {
    name: "junit",
    file: "junit.xml",
    about: "the verdicts as JUnit test cases, for continuous integration",
    nature: Nature::Record,
    content: Content::Pieces(|run| Box::new(pieces(run).map(|piece| Ok(piece?)))),
};

/// The document, a suite after the other: no more of it is kept than the longest one. Its first line counts all of
/// them, so each is made twice.
///
/// # Errors
/// Only if the writer behind it fails.
pub fn pieces(run: &JudgedRun<'_>) -> impl Iterator<Item = Result<String, SerializeError>> {
    let mut whole = quick_junit::Report::new(NAME);
    let mut time = Duration::ZERO;
    for suite in suites(run) {
        time += suite.time.unwrap_or_default();
        whole.add_test_suite(suite);
        whole.test_suites.clear();
    }
    whole.set_time(time);
    // Of each suite all lines but the first two and the last one, which are those of the whole.
    let suites = suites(run).map(|suite| {
        let mut report = quick_junit::Report::new(NAME);
        let xml = report.add_test_suite(suite).to_string()?;
        let inner = xml.strip_suffix(END).unwrap_or(&xml);
        let begins = inner.match_indices('\n').nth(1);
        Ok(inner[begins.map_or(0, |(at, _)| at + 1)..].to_owned())
    });
    let head = whole.to_string().map(|xml| {
        let head = as_schemas_ask(xml);
        head.strip_suffix(END).unwrap_or(&head).to_owned()
    });
    iter::once(head).chain(suites).chain([Ok(END.to_owned())])
}

/// What the tests are of.
const NAME: &str = "rgdrill";

/// The last line.
const END: &str = "</testsuites>\n";

/// All suites, each made when it is asked for.
fn suites(run: &JudgedRun<'_>) -> impl Iterator<Item = TestSuite> {
    let times = Times::by_walk(run);
    let walks = by_walk(run).into_iter();
    let walks = walks.map(move |(walk, findings)| suite(run, walk, &findings, times.get(walk)));
    let others = [objective::suite, unjudged::suite].into_iter();
    walks.chain(others.filter_map(|suite| suite(run)))
}

/// The schema knows no `skipped` of the whole, which the writer always gives; it is that of the suites.
fn as_schemas_ask(mut xml: String) -> String {
    const SKIPPED: &str = " skipped=\"";
    let root = xml.find("<testsuites").unwrap_or(xml.len());
    let tag = xml[root..].split('>').next().unwrap_or_default();
    let Some(begin) = tag.find(SKIPPED).map(|at| root + at) else {
        return xml;
    };
    let value = begin + SKIPPED.len();
    if let Some(length) = xml[value..].find('"') {
        xml.drain(begin..=value + length);
    }
    xml
}

/// What the repetitions of a walk say, clause by clause in the order of the results.
type Findings<'a> = Vec<(&'a ClauseResult, Vec<&'a WalkResult>)>;

/// What each walk says, in the order in which walks first appear; repetitions of one are together.
fn by_walk<'a>(run: &JudgedRun<'a>) -> Vec<(&'a str, Findings<'a>)> {
    let mut walks: Vec<(&str, Findings<'_>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for clause in &run.results.clauses {
        for finding in &clause.walks {
            let (name, _) = repetition::parts(&finding.walk);
            let place = *places.entry(name).or_insert_with(|| {
                walks.push((name, Vec::new()));
                walks.len() - 1
            });
            let (_, findings) = &mut walks[place];
            match findings.last_mut() {
                Some((last, of_clause)) if std::ptr::eq(*last, clause) => of_clause.push(finding),
                _ => findings.push((clause, vec![finding])),
            }
        }
    }
    walks
}

fn suite(
    run: &JudgedRun<'_>,
    walk: &str,
    findings: &Findings<'_>,
    times: Option<&Times>,
) -> TestSuite {
    let results = run.results;
    let mut suite = TestSuite::new(format!(
        "{}::{}::{walk}",
        results.target,
        results.lab.word()
    ));
    suite.add_property(Property::new("target", &results.target));
    suite.add_property(Property::new("lab", results.lab.word()));
    suite.add_property(Property::new("seed", results.seed.to_string()));
    if let Some(yardstick) = &results.yardstick {
        let differs = yardstick.differs.join(", ");
        suite.add_property(Property::new("yardstick.release", &yardstick.release));
        suite.add_property(Property::new("yardstick.differs", differs));
    }
    if let Some(whole) = times.map(|times| times.whole) {
        suite.set_time(whole);
    }
    if let Some(began) = began(run) {
        suite.set_timestamp(began);
    }
    let class = classname(run, walk);
    // All that is judged of a stage is judged at once: its time is shared out among its cases, for readers add them up.
    let mut of_stage: BTreeMap<Stage, u32> = BTreeMap::new();
    let stage_of = |clause: &ClauseResult| Some(run.tables.clause(&clause.id)?.stage);
    for stage in findings.iter().filter_map(|(clause, _)| stage_of(clause)) {
        *of_stage.entry(stage).or_default() += 1;
    }
    for (clause, findings) in findings {
        let documented = run.tables.clause(&clause.id);
        let mut case = case::of(clause, documented, findings);
        case.set_classname(class.as_str());
        let time = documented.and_then(|clause| {
            let whole = *times?.stages.get(&clause.stage)?;
            Some(whole / *of_stage.get(&clause.stage)?)
        });
        if let Some(time) = time {
            case.set_time(time);
        }
        suite.add_test_case(case);
    }
    suite
}

/// How long a walk lasted, all repetitions together, and each of its stages.
#[derive(Default)]
struct Times {
    whole: Duration,
    stages: BTreeMap<Stage, Duration>,
}

impl Times {
    /// Of each walk that can be read.
    fn by_walk<'a>(run: &JudgedRun<'a>) -> BTreeMap<&'a str, Self> {
        let mut walks: BTreeMap<&str, Times> = BTreeMap::new();
        for walk in &run.run.walks {
            let Ok(timeline) = &walk.timeline else {
                continue;
            };
            let times = walks.entry(repetition::parts(walk.name()).0).or_default();
            times.whole += Duration::from_micros(timeline.last.t_us);
            for (stage, interval) in &timeline.stages {
                let end = interval.end.unwrap_or(timeline.last);
                let us = end.t_us.saturating_sub(interval.begin.t_us);
                *times.stages.entry(*stage).or_default() += Duration::from_micros(us);
            }
        }
        walks
    }
}

/// When the drill began, where its journal says so.
fn began(run: &JudgedRun<'_>) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(run.run.header.began.as_deref()?).ok()
}

/// `rgdrill.<target>.<lab>.<of>`: two runs of one pipeline do not hide each other. What readers of such
/// names take for a boundary stands in no part of one.
fn classname(run: &JudgedRun<'_>, of: &str) -> String {
    let target = run.results.target.replace(['.', '/'], "_");
    format!("rgdrill.{target}.{}.{of}", run.results.lab.word())
}
