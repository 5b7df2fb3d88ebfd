//! `summary.md`: the verdicts in short, in the Markdown of code hosts, for the page of a pipeline's run:
//! `cat runs/latest/summary.md >> "$GITHUB_STEP_SUMMARY"`.

use std::fmt::Write as _;

use model::clause_result::ClauseResult;
use model::figure::Distribution;
use model::printable::line;
use model::results::Results;
use model::{Activity, Stage, Tables, Verdict};

use super::load;
use super::wording::{
    in_words, mark, marked, meaning, needs_explanation, passes_observed, ran, shown,
};
use crate::report::{Content, Nature, Report};

/// The report.
pub const REPORT: Report = Report {
    name: "summary",
    file: "summary.md",
    about: "the verdicts in short as Markdown, for the page of a pipeline's run",
    nature: Nature::View,
    content: Content::Text(|run| Ok(render(run.results, run.tables))),
};

/// What of a reason is shown, in characters; the whole stands in the other reports.
const LONGEST: usize = 600;

/// The document.
pub fn render(results: &Results, tables: &Tables) -> String {
    [
        heading(results),
        matrix(results, tables),
        unmet(results),
        objectives(results),
        figures(results),
        load(results),
    ]
    .concat()
}

fn heading(results: &Results) -> String {
    let mut text = format!(
        "## {} {}, {} lab, seed {}\n\n{} (exit code {}).\n\n",
        mark(results.verdict),
        plain(&results.target),
        results.lab.word(),
        results.seed,
        capital(meaning(results.exit_code, results)),
        results.exit_code.code()
    );
    let counts = Verdict::ALL.into_iter().filter_map(|verdict| {
        let count = results.summary.count(verdict);
        (count > 0).then(|| format!("{} {count} {}", mark(verdict), in_words(verdict)))
    });
    let counts = counts.collect::<Vec<String>>().join(", ");
    let yardstick = results
        .yardstick
        .as_ref()
        .and_then(|yardstick| yardstick.words());
    let elsewhere = (!results.elsewhere.is_empty()).then(|| results.elsewhere.join(", "));
    let facts = [
        ("Clauses", Some(counts)),
        ("Passes observed", passes_observed(results)),
        ("Pools", ran(results)),
        ("Drilled and judged by what is", yardstick),
        ("Walks that are not here", elsewhere),
    ];
    for (name, words) in facts {
        if let Some(words) = words {
            let _ = writeln!(text, "- {name}: {}", plain(&words));
        }
    }
    text + "\n"
}

/// The document's own table: a column for each stage, a row for each activity.
fn matrix(results: &Results, tables: &Tables) -> String {
    let stages = Stage::DOCUMENTED;
    let heads = stages.iter().map(|stage| stage.word().to_owned());
    let mut text = row(std::iter::once(String::new()).chain(heads));
    text.push_str(&row(["---"; 6].map(str::to_owned)));
    for activity in Activity::ALL {
        let cells = stages.iter().map(|stage| {
            let statements = marked(results, tables, *stage, activity);
            let statements: Vec<String> = statements.iter().map(|words| plain(words)).collect();
            statements.join("<br>")
        });
        text.push_str(&row(
            std::iter::once(activity.word().to_owned()).chain(cells)
        ));
    }
    text + "\n"
}

/// The clauses that did not pass, each with the first reason for it.
fn unmet(results: &Results) -> String {
    let clauses = results.clauses.iter();
    let unmet: Vec<&ClauseResult> = clauses
        .filter(|clause| needs_explanation(clause.verdict))
        .collect();
    if unmet.is_empty() {
        return String::new();
    }
    let mut text = "### What did not pass\n\n".to_owned();
    text.push_str(&row(
        ["", "clause", "documented", "observed", "evidence"].map(str::to_owned)
    ));
    text.push_str(&row(["---"; 5].map(str::to_owned)));
    for clause in unmet {
        let mut walks = clause.walks.iter();
        let told = walks.find(|walk| walk.verdict == clause.verdict);
        let evidence = told.and_then(|walk| walk.evidence.first());
        text.push_str(&row([
            format!("{} {}", mark(clause.verdict), in_words(clause.verdict)),
            plain(&clause.id.0),
            plain(clause.statement.as_deref().unwrap_or_default()),
            plain(told.map_or("", |walk| &walk.reason)),
            plain(&evidence.map_or(String::new(), |line| format!("{}:{}", line.walk, line.n))),
        ]));
    }
    text + "\n"
}

fn objectives(results: &Results) -> String {
    if results.objectives.is_empty() {
        return String::new();
    }
    let mut text = "### Objectives\n\n".to_owned();
    text.push_str(&row(["", "objective", "at most", "why"].map(str::to_owned)));
    text.push_str(&row(["---"; 4].map(str::to_owned)));
    for objective in &results.objectives {
        let verdict = objective.verdict;
        let mut walks = objective.walks.iter();
        let worst = walks.find(|walk| walk.verdict == verdict && verdict != Verdict::Pass);
        let why = worst.map(|walk| format!("{}: {}", walk.walk, walk.reason));
        text.push_str(&row([
            format!("{} {}", mark(verdict), in_words(verdict)),
            objective.name.about().to_owned(),
            objective.name.unit().show(objective.at_most),
            plain(&why.unwrap_or_default()),
        ]));
    }
    text + "\n"
}

/// What was measured over all walks.
fn figures(results: &Results) -> String {
    let figures = results.figures.iter();
    let measured: Vec<_> = figures
        .filter_map(|figure| Some((figure, figure.distribution.as_ref()?)))
        .collect();
    if measured.is_empty() {
        return String::new();
    }
    let mut text = "### Figures over all walks\n\n".to_owned();
    text.push_str(&row(["", "min", "median", "p95", "max"].map(str::to_owned)));
    text.push_str(&row(["---", "--:", "--:", "--:", "--:"].map(str::to_owned)));
    for (
        figure,
        Distribution {
            min,
            median,
            p95,
            max,
            ..
        },
    ) in measured
    {
        let unit = figure.name.unit();
        let values = [min, median, p95, max].map(|value| shown(unit, *value));
        text.push_str(&row(
            std::iter::once(figure.name.about().to_owned()).chain(values)
        ));
    }
    text
}

/// What the load in the background of walks came to.
fn load(results: &Results) -> String {
    if results.load.is_empty() {
        return String::new();
    }
    let mut text = "\n### Load in the background\n\n".to_owned();
    let heads = load::COLUMNS.map(str::to_owned);
    text.push_str(&row(std::iter::once(String::new()).chain(heads)));
    let lines = ["--:"; load::COLUMNS.len()].map(str::to_owned);
    text.push_str(&row(std::iter::once("---".to_owned()).chain(lines)));
    for callers in load::callers(results) {
        let cells = load::row(&callers.in_all);
        let title = plain(&load::title(callers));
        text.push_str(&row(std::iter::once(title).chain(cells)));
    }
    text.push('\n');
    for line in load::registered(results) {
        let _ = writeln!(text, "- {}", plain(&line));
    }
    text
}

fn row(cells: impl IntoIterator<Item = String>) -> String {
    let cells: Vec<String> = cells.into_iter().collect();
    format!("| {} |\n", cells.join(" | "))
}

fn capital(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + rest.as_str()
}

/// Text from outside as it is, on one line: no Markdown, no HTML, nobody mentioned, no link.
fn plain(text: &str) -> String {
    let text = line(text);
    let mut shown = String::new();
    for c in text.chars().take(LONGEST) {
        match c {
            ' ' | ',' | ';' | '-' | '%' | '?' | '.' => shown.push(c),
            c if c.is_ascii_punctuation() => {
                let _ = write!(shown, "&#{};", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
