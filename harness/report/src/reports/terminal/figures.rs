//! What was measured, as a table; and the objectives with their verdicts.

use std::fmt::Write as _;

use console::measure_text_width;
use model::figure::{Distribution, FigureResult, Measure, ObjectiveResult, WalkFigure};
use model::printable::line;
use model::results::Results;
use model::{Verdict, repetition};

use super::ink::Ink;
use crate::paragraph::{WIDEST, paragraph};
use crate::reports::wording::shown;

/// The width of the longest description of a measure, indented.
const ABOUT: usize = 50;

/// Figures and objectives; nothing where nothing was measured.
pub(super) fn figures(results: &Results, width: u16, ink: &Ink) -> String {
    let measured: Vec<&FigureResult> = results.figures.iter().filter(|f| has_value(f)).collect();
    let mut text = String::new();
    if !measured.is_empty() {
        text.push('\n');
        let columns = columns(results, &measured);
        let fits = |line| measure_text_width(line) <= usize::from(width);
        text.push_str(&match columns.lines().all(fits) {
            true => columns,
            false => blocks(results, &measured),
        });
    }
    if !results.objectives.is_empty() {
        text.push_str("\nObjectives\n");
        for objective in &results.objectives {
            text.push_str(&objective_of(objective, width, ink));
        }
    }
    text
}

fn has_value(figure: &FigureResult) -> bool {
    let mut walks = figure.walks.iter();
    walks.any(|walk| walk.value.is_some() || walk.at_least.is_some())
}

/// A line for each figure, under what its columns are.
fn columns(results: &Results, measured: &[&FigureResult]) -> String {
    let title = title(results);
    let mut text = format!(
        "{title:ABOUT$} {:>9} {:>9} {:>9} {:>9}  greatest in\n",
        "min", "median", "p95", "max"
    );
    for figure in measured {
        let [min, median, p95, max] = values(figure);
        let line = format!(
            "{:ABOUT$} {min:>9} {median:>9} {p95:>9} {max:>9}  {}",
            about(figure.name),
            greatest(figure)
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The same where that is too wide: each figure with its values beneath.
fn blocks(results: &Results, measured: &[&FigureResult]) -> String {
    let mut text = title(results) + "\n";
    for figure in measured {
        let [min, median, p95, max] = values(figure);
        let _ = writeln!(text, "{}", about(figure.name));
        let _ = writeln!(
            text,
            "    min {min}   median {median}   p95 {p95}   max {max}"
        );
        match greatest(figure) {
            walk if walk.is_empty() => {}
            walk => {
                let _ = writeln!(text, "    greatest in {walk}");
            }
        }
    }
    text
}

fn title(results: &Results) -> String {
    let figures = results.figures.iter();
    let names = figures.flat_map(|figure| figure.walks.iter().map(|walk| walk.walk.as_str()));
    let times = names.map(|name| repetition::parts(name).1).max();
    match times {
        Some(times) if times > 1 => format!("Figures over all walks, each run {times} times"),
        _ => "Figures over all walks".to_owned(),
    }
}

/// Minimum, median, 95th percentile, maximum.
fn values(figure: &FigureResult) -> [String; 4] {
    let unit = figure.name.unit();
    match &figure.distribution {
        Some(Distribution {
            min,
            median,
            p95,
            max,
            ..
        }) => [min, median, p95, max].map(|value| shown(unit, *value)),
        None => ["-", "-", "-", "-"].map(str::to_owned),
    }
}

fn about(measure: Measure) -> String {
    format!("  {}", measure.about())
}

/// The walk in which it was greatest; where nothing ended it, for how long that was watched.
fn greatest(figure: &FigureResult) -> String {
    let unit = figure.name.unit();
    let mut open: Vec<&WalkFigure> = figure.walks.iter().collect();
    open.retain(|walk| walk.at_least.is_some());
    if let Some(walk) = open.iter().max_by_key(|walk| walk.at_least) {
        let watched = unit.show(walk.at_least.unwrap_or_default());
        return format!("{}: not within {watched}", line(&walk.walk));
    }
    let mut walks = figure.walks.iter().rev();
    let first = walks.by_ref().max_by_key(|walk| walk.value);
    match first {
        Some(walk) if walk.value.is_some_and(|value| value > 0) => line(&walk.walk).into_owned(),
        _ => String::new(),
    }
}

fn objective_of(objective: &ObjectiveResult, width: u16, ink: &Ink) -> String {
    let ObjectiveResult {
        name,
        at_most,
        verdict,
        walks,
    } = objective;
    let word = ink.verdict(*verdict, verdict.word());
    let limit = name.unit().show(*at_most);
    let mut text = format!("  {word}  {}: at most {limit}\n", name.about());
    let unmet = walks.iter().filter(|walk| walk.verdict != Verdict::Pass);
    for walk in unmet {
        let lead = format!("    {}: ", walk.walk);
        text.push_str(&paragraph(
            &lead,
            6,
            &walk.reason,
            usize::from(width).min(WIDEST),
        ));
    }
    text
}
