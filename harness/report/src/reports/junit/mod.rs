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
use std::time::Duration;

use chrono::{DateTime, FixedOffset};
use model::clause_result::ClauseResult;
use model::finding::WalkResult;
use model::{Stage, repetition};
use quick_junit::{Property, SerializeError, TestSuite};

use crate::report::{JudgedRun, Nature, Report};

/// The report.
pub const REPORT: Report = Report {
    name: "junit",
    file: "junit.xml",
    about: "the verdicts as JUnit test cases, for continuous integration",
    nature: Nature::Record,
    render: |run| Ok(render(run)?.into_bytes()),
};

/// The document.
///
/// # Errors
/// Only if the writer behind it fails.
pub fn render(run: &JudgedRun<'_>) -> Result<String, SerializeError> {
    let mut report = quick_junit::Report::new("rgdrill");
    for walk in walks(run) {
        report.add_test_suite(suite(run, walk));
    }
    let others = [objective::suite(run), unjudged::suite(run)];
    for suite in others.into_iter().flatten() {
        report.add_test_suite(suite);
    }
    Ok(as_schemas_ask(report.to_string()?))
}

/// The schema knows no `skipped` of the whole, which the writer always gives; it is that of the suites.
fn as_schemas_ask(xml: String) -> String {
    const SKIPPED: &str = " skipped=\"";
    let root = xml.find("<testsuites").unwrap_or(xml.len());
    let tag = xml[root..].split('>').next().unwrap_or_default();
    let Some(begin) = tag.find(SKIPPED).map(|at| root + at) else {
        return xml;
    };
    let value = begin + SKIPPED.len();
    match xml[value..].find('"') {
        Some(length) => [&xml[..begin], &xml[value + length + 1..]].concat(),
        None => xml,
    }
}

/// The walks, without their repetitions, in the order in which they first appear.
fn walks<'a>(run: &JudgedRun<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for finding in run.results.clauses.iter().flat_map(|clause| &clause.walks) {
        let (name, _) = repetition::parts(&finding.walk);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn suite(run: &JudgedRun<'_>, walk: &str) -> TestSuite {
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
    let times = Times::of(run, walk);
    if let Some(whole) = times.whole {
        suite.set_time(whole);
    }
    if let Some(began) = began(run) {
        suite.set_timestamp(began);
    }
    let class = classname(run, walk);
    for clause in &results.clauses {
        let findings: Vec<&WalkResult> = of_walk(clause, walk).collect();
        if findings.is_empty() {
            continue;
        }
        let documented = run.tables.clause(&clause.id);
        let mut case = case::of(clause, documented, &findings);
        case.set_classname(class.as_str());
        if let Some(time) = documented.and_then(|clause| times.stages.get(&clause.stage)) {
            case.set_time(*time);
        }
        suite.add_test_case(case);
    }
    suite
}

/// What a walk and its repetitions say of a clause.
fn of_walk<'a>(clause: &'a ClauseResult, walk: &str) -> impl Iterator<Item = &'a WalkResult> {
    let walks = clause.walks.iter();
    walks.filter(move |finding| repetition::parts(&finding.walk).0 == walk)
}

/// How long a walk lasted, all repetitions together, and each of its stages.
#[derive(Default)]
struct Times {
    whole: Option<Duration>,
    stages: BTreeMap<Stage, Duration>,
}

impl Times {
    fn of(run: &JudgedRun<'_>, walk: &str) -> Self {
        let mut times = Times::default();
        let walks = run.run.walks.iter();
        for read in walks.filter(|read| repetition::parts(read.name()).0 == walk) {
            let Ok(timeline) = &read.timeline else {
                continue;
            };
            *times.whole.get_or_insert_default() += Duration::from_micros(timeline.last.t_us);
            for (stage, interval) in &timeline.stages {
                let end = interval.end.unwrap_or(timeline.last);
                let us = end.t_us.saturating_sub(interval.begin.t_us);
                *times.stages.entry(*stage).or_default() += Duration::from_micros(us);
            }
        }
        times
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
