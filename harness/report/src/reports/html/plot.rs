//! Figures as dots on a line: how they are distributed over walks and repetitions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::figure::{Distribution, FigureResult, ObjectiveResult, Unit};
use model::results::Results;

use super::clause::{seconds, words};
use crate::reports::wording::{in_words, mark};

/// The width of a plot, in its own units: the greatest value lies there.
const WIDTH: f64 = 1_000.0;

/// A line of dots.
pub(super) struct Plot {
    pub(super) name: String,
    /// The dots, as a path of lines without length.
    pub(super) dots: String,
    pub(super) median: Option<f64>,
    pub(super) values: [String; 4],
    pub(super) count: usize,
    pub(super) greatest: String,
    pub(super) objective: Option<ObjectiveView>,
}

/// What was required.
pub(super) struct ObjectiveView {
    pub(super) at: Option<f64>,
    pub(super) words: String,
    pub(super) verdict: model::Verdict,
}

impl Plot {
    /// What was measured over whole walks.
    pub(super) fn of_measures(results: &Results) -> Vec<Plot> {
        let measured = results.figures.iter();
        let measured = measured.map(|figure| Plot::of_measure(figure, objective(results, figure)));
        let is_measured =
            |required: &&ObjectiveResult| results.figures.iter().any(|f| f.name == required.name);
        let required = results.objectives.iter();
        let others = required.filter(|required| !is_measured(required));
        let others = others.map(|required| Plot {
            objective: Some(ObjectiveView::of(required, None)),
            ..Plot::of(required.name.about(), &[], |value| value.to_string())
        });
        measured.chain(others).collect()
    }

    fn of_measure(figure: &FigureResult, objective: Option<&ObjectiveResult>) -> Plot {
        let unit = figure.name.unit();
        let walks = figure.walks.iter();
        let values = walks.filter_map(|walk| Some((number(walk.value?), walk.walk.as_str())));
        let show = |value: f64| match unit {
            Unit::Milliseconds => format!("{:.3} s", value / 1_000.0),
            Unit::Count => value.to_string(),
            Unit::PerMille => format!("{:.1}%", value / 10.0),
        };
        let mut plot = Plot::of(figure.name.about(), &values.collect::<Vec<_>>(), show);
        let mut open = figure.walks.iter().filter(|walk| walk.at_least.is_some());
        if let Some(open) = open.next() {
            let watched = unit.show(open.at_least.unwrap_or_default());
            plot.greatest = format!("{}: not within {watched}", open.walk);
        }
        let most = figure.walks.iter().filter_map(|walk| walk.value).max();
        plot.objective = objective.map(|objective| ObjectiveView::of(objective, most));
        plot
    }

    /// What clauses measured, by the figure's name, over all of them.
    pub(super) fn of_clauses(results: &Results) -> Vec<Plot> {
        let mut values: BTreeMap<&str, Vec<(f64, &str)>> = BTreeMap::new();
        for walk in results.clauses.iter().flat_map(|clause| &clause.walks) {
            for (name, value) in &walk.figures {
                let of_name = values.entry(name).or_default();
                of_name.push((*value, &walk.walk));
            }
        }
        let plots = values.into_iter().map(|(name, values)| {
            let is_time = name.ends_with("_ms");
            let show = |value: f64| match is_time {
                true => seconds(value),
                false => value.to_string(),
            };
            Plot::of(&words(name.trim_end_matches("_ms")), &values, show)
        });
        plots.collect()
    }

    fn of(name: &str, values: &[(f64, &str)], show: impl Fn(f64) -> String) -> Plot {
        let distribution = Distribution::of(values.iter().map(|(value, _)| *value));
        let most = distribution.map_or(0.0, |all| all.max);
        let scale = |value: f64| match most > 0.0 {
            true => value / most * WIDTH,
            false => 0.0,
        };
        let mut places: Vec<f64> = values
            .iter()
            .map(|(value, _)| scale(*value).round())
            .collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let mut dots = String::new();
        for place in places {
            let _ = write!(dots, "M{place} 9h0");
        }
        let greatest = values.iter().rev().max_by(|a, b| a.0.total_cmp(&b.0));
        Plot {
            name: name.to_owned(),
            dots,
            median: distribution.map(|all| scale(all.median).round()),
            values: distribution.map_or_else(
                || ["–", "–", "–", "–"].map(str::to_owned),
                |all| [all.min, all.median, all.p95, all.max].map(show),
            ),
            count: values.len(),
            greatest: match greatest {
                Some((value, walk)) if *value > 0.0 => (*walk).to_owned(),
                _ => String::new(),
            },
            objective: None,
        }
    }
}

impl ObjectiveView {
    /// Its place among values of which this is the greatest.
    fn of(objective: &ObjectiveResult, most: Option<u64>) -> Self {
        ObjectiveView {
            at: most
                .filter(|most| objective.at_most <= *most && *most > 0)
                .map(|most| (number(objective.at_most) / number(most) * WIDTH).round()),
            words: format!(
                "{} {}: at most {}",
                mark(objective.verdict),
                in_words(objective.verdict),
                objective.name.unit().show(objective.at_most)
            ),
            verdict: objective.verdict,
        }
    }
}

fn objective<'a>(results: &'a Results, figure: &FigureResult) -> Option<&'a ObjectiveResult> {
    let mut objectives = results.objectives.iter();
    objectives.find(|objective| objective.name == figure.name)
}

/// A value as plots have it: those of a drill are far below 2^32.
fn number(value: u64) -> f64 {
    f64::from(u32::try_from(value).unwrap_or(u32::MAX))
}
