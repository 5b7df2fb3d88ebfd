//! What a person reads: the document's table with a verdict at each statement, then why for each
//! that did not pass, then the figures and the sum.

mod figures;
mod fill;
mod next;
mod table;
mod why;

use std::fmt::Write as _;

use console::Style;
use model::exit_code::ExitCode;
use model::results::{ClauseResult, Results};
use model::{Tables, Verdict};

use crate::paragraph::paragraph;

/// Whether the text may carry colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// For a terminal.
    On,
    /// For a file, a pipe, or whoever set `NO_COLOR`.
    Off,
}

/// How the report is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns of the terminal.
    pub width: u16,
    /// Whether colours are used.
    pub colours: Colours,
}

/// The whole report. `run_dir` is named where evidence is to be looked up.
pub fn render(results: &Results, tables: &Tables, run_dir: &str, layout: Layout) -> String {
    let ink = Ink(layout.colours);
    let mut text = heading(results);
    text.push_str(&ink.marks(&table::table(results, tables, layout.width)));
    text.push_str(&ink.marks(&legend(layout.width)));
    for result in explained(results) {
        text.push('\n');
        text.push_str(&why::explanation(result, tables, layout.width, &ink));
    }
    text.push_str(&figures::figures(results, layout.width, &ink));
    text.push('\n');
    text.push_str(&sum(results, run_dir, layout.width, &ink));
    text
}

/// What the marks mean.
fn legend(width: u16) -> String {
    let order = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Deviation,
        Verdict::Unsupported,
        Verdict::Error,
        Verdict::NotJudged,
    ];
    let meanings = order.map(|verdict| format!("{} {}", mark(verdict), in_words(verdict)));
    fill::fill("", 0, &meanings, width)
}

fn in_words(verdict: Verdict) -> String {
    verdict.word().replace('-', " ")
}

/// The mark of a verdict in the table.
pub const fn mark(verdict: Verdict) -> char {
    match verdict {
        Verdict::Pass => '✓',
        Verdict::Fail => '✗',
        Verdict::Inconclusive => '?',
        Verdict::Deviation => '~',
        Verdict::Unsupported => '∅',
        Verdict::Error => '!',
        Verdict::NotJudged => '·',
    }
}

/// The clauses of which more is told than the table shows.
fn explained(results: &Results) -> impl Iterator<Item = &ClauseResult> {
    let clauses = results.clauses.iter();
    clauses.filter(|result| needs_words(result.verdict))
}

fn needs_words(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Pass | Verdict::NotJudged)
}

fn heading(results: &Results) -> String {
    format!(
        "\nThe documented behaviour of `{}`, observed in the {} lab (seed {})\n\n",
        results.target,
        results.lab.word(),
        results.seed
    )
}

/// The last lines: how many of each, the verdict, and what to do next.
fn sum(results: &Results, run_dir: &str, width: u16, ink: &Ink) -> String {
    let counts: Vec<String> = Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict, results.summary.count(verdict)))
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| {
            // A line is broken between two counts only.
            let words = format!("{count} {}", in_words(verdict)).replace(' ', "\u{a0}");
            ink.verdict(verdict, &words)
        })
        .collect();
    let asked = match results.summary.total() {
        1 => "1 clause: ".to_owned(),
        total => format!("{total} clauses: "),
    };
    let text = paragraph(&asked, 2, &counts.join(", "), width.into());
    let mut text = text.replace('\u{a0}', " ");
    let code = results.exit_code;
    let _ = writeln!(
        text,
        "exit code {}: {}",
        code.code(),
        meaning(code, results)
    );
    text.push_str(&next::commands(results, run_dir));
    let run = next::quoted(run_dir);
    let _ = writeln!(
        text,
        "\nThe run is in {run}. To judge it again: rgdrill recheck {run}"
    );
    text
}

/// What an exit code says of the run.
fn meaning(code: ExitCode, results: &Results) -> &'static str {
    if !results.objectives.is_empty() {
        return of_objectives_too(code);
    }
    match code {
        ExitCode::Passed => "every clause asked for was judged, and passed",
        ExitCode::Failed => "at least one clause failed",
        ExitCode::Inconclusive => "none failed, at least one is inconclusive",
        ExitCode::Incomplete => "the run is incomplete: a clause asked for was never judged",
        ExitCode::HarnessFailed => "the harness or its environment failed",
        ExitCode::Usage => "wrong usage",
    }
}

/// The same of a run that had objectives.
const fn of_objectives_too(code: ExitCode) -> &'static str {
    match code {
        ExitCode::Passed => "every clause and objective asked for was judged, and passed",
        ExitCode::Failed => "at least one clause or objective failed",
        ExitCode::Inconclusive => "none failed, at least one clause or objective is inconclusive",
        ExitCode::Incomplete => {
            "the run is incomplete: a clause or objective asked for was never judged"
        }
        ExitCode::HarnessFailed => "the harness or its environment failed",
        ExitCode::Usage => "wrong usage",
    }
}

/// Colours, or none.
struct Ink(Colours);

impl Ink {
    fn style(&self, verdict: Verdict) -> Style {
        let style = Style::new().force_styling(self.0 == Colours::On);
        match verdict {
            Verdict::Pass => style.green(),
            Verdict::Fail | Verdict::Error => style.red(),
            Verdict::Inconclusive | Verdict::Deviation => style.yellow(),
            Verdict::Unsupported => style.cyan(),
            Verdict::NotJudged => style.dim(),
        }
    }

    fn verdict(&self, verdict: Verdict, text: &str) -> String {
        self.style(verdict).apply_to(text).to_string()
    }

    fn bold(&self, text: &str) -> String {
        Style::new()
            .force_styling(self.0 == Colours::On)
            .bold()
            .apply_to(text)
            .to_string()
    }

    /// Colours the marks of a text that is laid out already: escape sequences have no width.
    fn marks(&self, text: &str) -> String {
        if self.0 == Colours::Off {
            return text.to_owned();
        }
        Verdict::ALL
            .into_iter()
            .fold(text.to_owned(), |text, verdict| {
                let plain = format!("{} ", mark(verdict));
                let coloured = format!("{} ", self.verdict(verdict, &mark(verdict).to_string()));
                text.replace(&plain, &coloured)
            })
    }
}
