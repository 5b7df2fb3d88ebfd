//! `junit.xml`, as a pipeline reads it.

use std::collections::BTreeSet;

use insta::assert_snapshot;
use model::results::Results;
use model::{Tables, Verdict};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use report::reports::junit;
use rstest::rstest;

use crate::sample::{all_pass, measured, mixed, repeated, tables, with_run};

fn render(results: &Results, tables: &Tables) -> String {
    with_run(results, tables, |run| {
        junit::pieces(run).collect::<Result<String, _>>().unwrap()
    })
}

fn read(results: &Results) -> Report {
    Report::deserialize_from_str(&render(results, &tables())).unwrap()
}

fn cases(report: &Report) -> impl Iterator<Item = &TestCase> {
    report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases)
}

fn status<'a>(report: &'a Report, clause: &str) -> &'a TestCaseStatus {
    let mut cases = cases(report);
    &cases
        .find(|case| case.name.as_str() == clause)
        .unwrap()
        .status
}

/// Where only one walk judged: not all of the 60 clauses that passed.
#[test]
fn each_verdict_has_its_element() {
    let mut results = mixed();
    results
        .clauses
        .retain(|clause| clause.verdict != Verdict::Pass);
    let mut tables = tables();
    tables
        .clauses
        .retain(|clause| results.clauses.iter().any(|result| result.id == clause.id));
    assert_snapshot!(render(&results, &tables));
}

#[test]
fn a_run_that_passed_has_a_case_for_each_clause_and_no_other() {
    let report = read(&all_pass());
    assert_eq!(report.tests, 64);
    assert_eq!((report.failures, report.errors), (0, 0));
    assert!(cases(&report).all(|case| matches!(case.status, TestCaseStatus::Success { .. })));
}

#[test]
fn a_clause_that_was_asked_for_and_never_judged_is_an_error() {
    let report = read(&mixed());
    let status = status(&report, "failed-back.configuration.imported");
    let TestCaseStatus::NonSuccess { kind, .. } = status else {
        panic!("{status:?}");
    };
    assert_eq!(*kind, NonSuccessKind::Error);
}

#[test]
fn a_clause_that_was_not_asked_for_is_skipped() {
    let mut results = all_pass();
    results.clauses.truncate(1);
    let report = read(&results);
    assert_eq!((report.tests, report.skipped), (64, 0));
    let skipped = cases(&report).filter(|c| matches!(c.status, TestCaseStatus::Skipped { .. }));
    assert_eq!(skipped.count(), 63);
}

#[test]
fn what_was_not_the_same_each_time_is_flaky_and_no_success() {
    let report = read(&repeated());
    assert_eq!((report.tests, report.failures, report.errors), (64, 0, 1));
    let TestCaseStatus::NonSuccess {
        message, reruns, ..
    } = status(&report, "outage.new.imported")
    else {
        panic!("a success");
    };
    let message = message.as_ref().unwrap().as_str();
    assert_eq!(message, "pass 1 of 2 times, fail 1 of 2 times");
    assert_eq!(reruns.runs.len(), 1);
}

#[test]
fn no_two_cases_have_the_same_name() {
    for results in [all_pass(), mixed(), repeated(), measured()] {
        let report = read(&results);
        let names: BTreeSet<(&str, &str)> = cases(&report)
            .map(|case| {
                (
                    case.classname.as_ref().unwrap().as_str(),
                    case.name.as_str(),
                )
            })
            .collect();
        assert_eq!(names.len(), report.tests);
        assert!(
            names
                .iter()
                .all(|(class, _)| class.starts_with("rgdrill.example.sim."))
        );
    }
}

/// What junit-10.xsd says of an element: the attributes that it may have, of which those marked with
/// `!` are required, and what may stand in it.
const SCHEMA: [(&str, &[&str], &[&str]); 11] = [
    (
        "testsuites",
        &["name", "time", "tests", "failures", "errors"],
        &["testsuite"],
    ),
    (
        "testsuite",
        &[
            "name!",
            "tests!",
            "failures!",
            "errors!",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
            "log",
            "url",
            "version",
        ],
        &[
            "testsuite",
            "properties",
            "testcase",
            "system-out",
            "system-err",
        ],
    ),
    (
        "testcase",
        &["name!", "time", "classname", "group"],
        &[
            "skipped",
            "error",
            "failure",
            "rerunFailure",
            "rerunError",
            "flakyFailure",
            "flakyError",
            "system-out",
            "system-err",
        ],
    ),
    ("properties", &[], &["property"]),
    ("property", &["name!", "value!"], &[]),
    ("skipped", &["type", "message"], &[]),
    ("failure", &["type", "message"], &[]),
    ("error", &["type", "message"], &[]),
    (
        "flakyFailure",
        &["message", "type!"],
        &["stackTrace", "system-out", "system-err"],
    ),
    (
        "flakyError",
        &["message", "type!"],
        &["stackTrace", "system-out", "system-err"],
    ),
    ("system-out", &[], &[]),
];

/// What an element breaks of the schema, standing in another.
fn broken(element: &BytesStart<'_>, parent: Option<&String>) -> Vec<String> {
    let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
    let Some((_, known, _)) = SCHEMA.iter().find(|(known, ..)| *known == name) else {
        return vec![format!("no element is called {name}")];
    };
    let mut broken = Vec::new();
    if let Some(parent) = parent {
        let (_, _, children) = SCHEMA.iter().find(|(known, ..)| known == parent).unwrap();
        if !children.contains(&name.as_str()) {
            broken.push(format!("{name} stands in {parent}"));
        }
    }
    let attributes: Vec<(String, String)> = element
        .attributes()
        .map(|attribute| {
            let attribute = attribute.unwrap();
            let name = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
            (name, String::from_utf8(attribute.value.to_vec()).unwrap())
        })
        .collect();
    for (attribute, value) in &attributes {
        if !known
            .iter()
            .any(|known| known.trim_end_matches('!') == attribute)
        {
            broken.push(format!("{name} has {attribute}"));
        }
        let decimals = value
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len());
        if attribute == "time" && (decimals > 3 || value.parse::<f64>().is_err()) {
            broken.push(format!("{name} has the time {value}"));
        }
    }
    for required in known.iter().filter_map(|known| known.strip_suffix('!')) {
        if !attributes
            .iter()
            .any(|(attribute, _)| attribute == required)
        {
            broken.push(format!("{name} lacks {required}"));
        }
    }
    broken
}

#[rstest]
fn what_the_schema_asks_is_kept(
    #[values(all_pass(), mixed(), repeated(), measured())] results: Results,
) {
    let xml = render(&results, &tables());
    let mut reader = Reader::from_str(&xml);
    let (mut open, mut wrong): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => {
                wrong.extend(broken(&element, open.last()));
                open.push(String::from_utf8(element.name().as_ref().to_vec()).unwrap());
            }
            Event::Empty(element) => wrong.extend(broken(&element, open.last())),
            Event::End(_) => {
                open.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn failures_and_errors_are_told_apart_and_counted() {
    let report = read(&mixed());
    assert_eq!((report.failures, report.errors), (8, 4));
    let kind = |clause| match status(&report, clause) {
        TestCaseStatus::NonSuccess { kind, .. } => Some(*kind),
        _ => None,
    };
    assert_eq!(kind("outage.new.imported"), Some(NonSuccessKind::Error));
    assert_eq!(kind("failback.new.all"), Some(NonSuccessKind::Error));
    assert_eq!(kind("failed-over.configuration.imported"), None);
}
