//! What was measured, as a table; and what came of the objectives.

use std::fmt::Write as _;

use model::figure::{Distribution, FigureResult, Measure, ObjectiveResult, Unit, WalkFigure};
use model::verdict::Results;
use model::{Verdict, repetition};

use super::Ink;

/// The width of the longest description of a measure.
const ABOUT: usize = 47;

/// Figures and objectives; nothing where nothing was measured.
pub(super) fn figures(results: &Results, ink: &Ink) -> String {
    let measured: Vec<&FigureResult> = results.figures.iter().filter(|f| has_value(f)).collect();
    let mut text = String::new();
    if !measured.is_empty() {
        let _ = writeln!(text, "\n{}", heading(results));
        for figure in measured {
            let _ = writeln!(text, "{}", row(figure));
        }
    }
    if !results.objectives.is_empty() {
        text.push_str("\nObjectives\n");
        for objective in &results.objectives {
            text.push_str(&objective_of(objective, ink));
        }
    }
    text
}

fn has_value(figure: &FigureResult) -> bool {
    let mut walks = figure.walks.iter();
    walks.any(|walk| walk.value.is_some() || walk.at_least.is_some())
}

fn heading(results: &Results) -> String {
    let figures = results.figures.iter();
    let names = figures.flat_map(|figure| figure.walks.iter().map(|walk| walk.walk.as_str()));
    let times = names.map(|name| repetition::parts(name).1).max();
    let title = match times {
        Some(times) if times > 1 => format!("Figures over all walks, each held {times} times"),
        _ => "Figures over all walks".to_owned(),
    };
    format!(
        "{title:ABOUT$} {:>9} {:>9} {:>9} {:>9}  greatest in",
        "min", "median", "p95", "max"
    )
}

fn row(figure: &FigureResult) -> String {
    let unit = figure.name.unit();
    let cells = match &figure.distribution {
        Some(Distribution {
            min,
            median,
            p95,
            max,
            ..
        }) => [min, median, p95, max].map(|value| shown(unit, *value)),
        None => ["-", "-", "-", "-"].map(str::to_owned),
    };
    let [min, median, p95, max] = cells;
    let about = about(figure.name);
    format!(
        "{about:ABOUT$} {min:>9} {median:>9} {p95:>9} {max:>9}  {}",
        greatest(figure)
    )
}

fn about(measure: Measure) -> String {
    format!("  {}", measure.about())
}

fn shown(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Milliseconds => format!("{:.3} s", value / 1_000.0),
        Unit::Count => format!("{value}"),
    }
}

/// The walk in which it was greatest; where nothing ended it, for how long that was watched.
fn greatest(figure: &FigureResult) -> String {
    let unit = figure.name.unit();
    let mut open: Vec<&WalkFigure> = figure.walks.iter().collect();
    open.retain(|walk| walk.at_least.is_some());
    if let Some(walk) = open.iter().max_by_key(|walk| walk.at_least) {
        let watched = unit.show(walk.at_least.unwrap_or_default());
        return format!("{}: not within {watched}", walk.walk);
    }
    let mut walks = figure.walks.iter().rev();
    let first = walks.by_ref().max_by_key(|walk| walk.value);
    match first {
        Some(walk) if walk.value.is_some_and(|value| value > 0) => walk.walk.clone(),
        _ => String::new(),
    }
}

fn objective_of(objective: &ObjectiveResult, ink: &Ink) -> String {
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
        let _ = writeln!(text, "    {}: {}", walk.walk, walk.reason);
    }
    text
}
