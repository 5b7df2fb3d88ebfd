//! The pages that are made here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use askama::Template;
use model::Verdict;
use model::outline::Outline;
use model::printable;

use super::listed::Listed;
use crate::diff::{Diff, render};
use crate::reports::wording::{in_words, mark, meaning_of_run};

/// The style of reports, which pages here share.
const STYLE: &str = include_str!("../reports/html/templates/report.css");

/// By how much a figure may differ before it is listed, as a share: what `rgdrill diff` takes if nothing is asked.
const TOLERANCE: f64 = 0.2;

/// The list of runs.
#[derive(Template)]
#[template(path = "runs.html")]
struct Runs<'a> {
    style: &'static str,
    series: Vec<(String, Vec<Row<'a>>)>,
    rows: Vec<Row<'a>>,
}

/// A run in it.
#[derive(Clone)]
struct Row<'a> {
    name: &'a str,
    link: String,
    when: &'a str,
    /// The word of its verdict, by which it is coloured; nothing where there are no results.
    verdict: Option<Verdict>,
    mark: char,
    words: String,
    of: String,
}

/// Two runs compared.
#[derive(Template)]
#[template(path = "diff.html")]
struct Compared<'a> {
    style: &'static str,
    before: (&'a str, String),
    after: (&'a str, String),
    regressed: bool,
    changes: Vec<[String; 5]>,
    figures: Vec<[String; 5]>,
    text: String,
}

/// The page of all runs.
pub(super) fn list(runs: &[Listed]) -> String {
    let rows: Vec<Row<'_>> = runs.iter().map(row).collect();
    let mut series: BTreeMap<String, Vec<Row<'_>>> = BTreeMap::new();
    // Over time: the earliest first.
    for row in rows.iter().rev().filter(|row| row.verdict.is_some()) {
        series.entry(row.of.clone()).or_default().push(row.clone());
    }
    let series = series.into_iter().collect();
    shown(
        Runs {
            style: STYLE,
            series,
            rows,
        }
        .render(),
    )
}

fn row(run: &Listed) -> Row<'_> {
    let (verdict, words, of) = match &run.results {
        Ok(results) => (
            Some(results.verdict),
            counts(results),
            format!("{}, {} lab", results.target, results.lab.word()),
        ),
        Err(why) => (None, why.clone(), String::new()),
    };
    Row {
        name: &run.name,
        link: in_link(&run.name),
        when: &run.when,
        verdict,
        mark: verdict.map_or(' ', mark),
        words,
        of,
    }
}

/// `61 pass, 3 fail; exit code 1: at least one clause failed`
fn counts(results: &Outline) -> String {
    let counts = Verdict::ALL.into_iter().filter_map(|verdict| {
        let count = results.summary.count(verdict);
        (count > 0).then(|| format!("{count} {}", in_words(verdict)))
    });
    let code = results.exit_code;
    let counts = counts.collect::<Vec<String>>().join(", ");
    format!(
        "{counts}; exit code {}: {}",
        code.code(),
        meaning_of_run(code, &results.elsewhere, &results.objectives)
    )
}

/// The page of two runs, each with its name.
pub(super) fn comparison(before: (&str, &Outline), after: (&str, &Outline)) -> Option<String> {
    let diff = Diff::of(before.1, after.1, TOLERANCE);
    let verdict = |verdict: Option<Verdict>| verdict.map_or("not asked for".to_owned(), in_words);
    let changes = diff.clauses.iter().chain(&diff.objectives).map(|change| {
        [
            change.direction.word().to_owned(),
            change.change.word().to_owned(),
            change.id.clone(),
            verdict(change.before),
            verdict(change.after),
        ]
    });
    let figures = diff.figures.iter().map(|moved| {
        let of = moved.clause.clone().unwrap_or_default();
        [
            moved.direction.word().to_owned(),
            format!("{} {of}", moved.figure).trim_end().to_owned(),
            moved.walk.clone(),
            moved.before.to_string(),
            moved.after.to_string(),
        ]
    });
    let page = Compared {
        style: STYLE,
        before: (before.0, in_link(before.0)),
        after: (after.0, in_link(after.0)),
        regressed: diff.regressed,
        changes: changes.collect(),
        figures: figures.collect(),
        text: render(&diff),
    };
    Some(shown(page.render()))
}

/// A name as part of a link: all but letters, digits and `-._~` is written as its bytes (RFC 3986
/// section 2.1).
pub(super) fn in_link(name: &str) -> String {
    let mut link = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                link.push(char::from(byte));
            }
            byte => {
                let _ = write!(link, "%{byte:02X}");
            }
        }
    }
    link
}

/// What cannot be seen, or turns text round, stands there as an escape. Rendering into memory does not fail.
fn shown(page: askama::Result<String>) -> String {
    printable::text(&page.unwrap_or_default()).into_owned()
}
