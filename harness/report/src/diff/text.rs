//! The comparison for a person.

use std::fmt::Write as _;

use model::Verdict;
use model::printable::line;

use super::change::Change;
use super::comparison::{Diff, Run};
use super::direction::Direction;
use super::figure::MovedFigure;

/// The comparison for a person.
pub fn render(diff: &Diff) -> String {
    let mut text = format!(
        "{}\n{}\n",
        of_run(&diff.before, "before"),
        of_run(&diff.after, "after")
    );
    section(&mut text, "Clauses", diff.clauses.iter().map(of_change));
    section(
        &mut text,
        "Objectives",
        diff.objectives.iter().map(of_change),
    );
    let figures = diff.figures.iter().map(of_figure);
    let title = format!(
        "Figures that moved by more than {}%",
        diff.tolerance * 100.0
    );
    section(&mut text, &title, figures);
    let all = diff.clauses.iter().chain(&diff.objectives);
    let count = |direction| all.clone().filter(|c| c.direction == direction).count();
    let grown = diff.figures.iter();
    let grown = grown.filter(|moved| moved.direction == Direction::Regressed);
    let _ = writeln!(
        text,
        "\n{} regressed, {} improved; {} of {} figures that moved are worse",
        count(Direction::Regressed),
        count(Direction::Improved),
        grown.count(),
        diff.figures.len()
    );
    text
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

fn of_run(run: &Run, which: &str) -> String {
    format!(
        "{which:6}  `{}` in the {} lab (seed {}): {}",
        line(&run.target),
        run.lab,
        run.seed,
        run.verdict
    )
}

fn of_change(change: &Change) -> String {
    let word = |verdict: Option<Verdict>| verdict.map_or("not asked for", Verdict::word);
    format!(
        "{:9}  {:8}  {}: {} → {}",
        change.direction.word(),
        change.change.word(),
        line(&change.id),
        word(change.before),
        word(change.after)
    )
}

fn of_figure(figure: &MovedFigure) -> String {
    let whose = match &figure.clause {
        Some(clause) => format!("{}, ", line(clause)),
        None => String::new(),
    };
    format!(
        "{:9}  {whose}{} in {}: {} → {}",
        figure.direction.word(),
        line(&figure.figure),
        line(&figure.walk),
        figure.before,
        figure.after
    )
}
