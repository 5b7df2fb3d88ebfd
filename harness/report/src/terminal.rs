//! What a person reads: the document's table with a verdict at each statement, then why for each
//! that did not pass, then the figures and the sum.

mod figures;
mod next;
mod why;

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use console::Style;
use model::verdict::{ClauseResult, ExitCode, Results};
use model::{Activity, Clause, Stage, Tables, Verdict};

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

/// The least width at which the table still has whole words in its cells.
const NARROWEST: u16 = 100;

/// The whole report. `run_dir` is named where evidence is to be looked up.
pub fn render(results: &Results, tables: &Tables, run_dir: &str, layout: Layout) -> String {
    let ink = Ink(layout.colours);
    let mut text = heading(results);
    text.push_str(&ink.marks(&table(results, tables, layout.width.max(NARROWEST))));
    text.push_str(&ink.marks(LEGEND));
    for result in explained(results) {
        text.push('\n');
        text.push_str(&why::explanation(result, tables, layout.width, &ink));
    }
    text.push_str(&figures::figures(results, &ink));
    text.push('\n');
    text.push_str(&sum(results, run_dir, &ink));
    text
}

/// What the marks mean.
const LEGEND: &str = "\
✓ pass   ✗ fail   ? inconclusive   ~ deviation   ∅ unsupported   ! error   · not judged\n";

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

/// The document's layout: a column for each stage, a row for each activity.
fn table(results: &Results, tables: &Tables, width: u16) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    let stages = Stage::DOCUMENTED.iter().map(|stage| stage.word());
    table.set_header(std::iter::once("").chain(stages));
    for activity in Activity::ALL {
        let cells = Stage::DOCUMENTED.map(|stage| cell(results, tables, stage, activity));
        table.add_row(std::iter::once(activity.word().to_owned()).chain(cells));
    }
    if let Some(activities) = table.column_mut(0) {
        activities.set_cell_alignment(CellAlignment::Left);
        activities.set_constraint(ColumnConstraint::Absolute(Width::Fixed(15)));
    }
    table.trim_fmt() + "\n"
}

/// One cell: a line for each statement of this stage and activity.
fn cell(results: &Results, tables: &Tables, stage: Stage, activity: Activity) -> String {
    let lines = tables
        .clauses
        .iter()
        .filter(|clause| clause.stage == stage && clause.activity == activity)
        .map(|clause| {
            format!(
                "{} {}",
                mark(verdict_of(results, clause)),
                in_words(&clause.case)
            )
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// `anonymous-not-imported` as the document would say it; spaces let narrow cells wrap.
fn in_words(case: &str) -> String {
    let (of, condition) = if let Some(of) = case.strip_suffix("not-imported") {
        (of, "not imported")
    } else if let Some(of) = case.strip_suffix("imported") {
        (of, "imported")
    } else {
        (case, "")
    };
    let parts = [of.trim_end_matches('-'), condition];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

fn verdict_of(results: &Results, clause: &Clause) -> Verdict {
    let found = results.clauses.iter().find(|result| result.id == clause.id);
    found.map_or(Verdict::NotJudged, |result| result.verdict)
}

/// The last lines: how many of each, the verdict, and what to do next.
fn sum(results: &Results, run_dir: &str, ink: &Ink) -> String {
    let counts: Vec<String> = Verdict::ALL
        .into_iter()
        .map(|verdict| (verdict, results.summary.count(verdict)))
        .filter(|(_, count)| *count > 0)
        .map(|(verdict, count)| {
            let words = verdict.word().replace('-', " ");
            ink.verdict(verdict, &format!("{count} {words}"))
        })
        .collect();
    let mut text = format!(
        "{} clauses: {}\n",
        results.summary.total(),
        counts.join(", ")
    );
    let code = results.exit_code;
    let _ = writeln!(text, "exit code {}: {}", code.code(), meaning(code));
    text.push_str(&next::commands(results, run_dir));
    let run = next::quoted(run_dir);
    let _ = writeln!(
        text,
        "\nThe run is in {run}. To judge it again: rgdrill recheck {run}"
    );
    text
}

/// What an exit code says of the run.
const fn meaning(code: ExitCode) -> &'static str {
    match code {
        ExitCode::Passed => "every clause asked for was judged, and passed",
        ExitCode::Failed => "at least one clause failed",
        ExitCode::Inconclusive => "none failed, at least one is inconclusive",
        ExitCode::Incomplete => "the run is incomplete: a clause asked for was never judged",
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
