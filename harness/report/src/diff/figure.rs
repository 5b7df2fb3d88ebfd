//! A figure that moved by more than the tolerance.

use std::collections::BTreeMap;

use model::figure::{Distribution, FigureResult, Measure};
use model::repetition;
use model::results::Results;
use serde::Serialize;

use super::direction::Direction;

/// A figure that differs by more than the tolerance. Where walks were run several times, it is
/// their median.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MovedFigure {
    /// The clause that it was measured for; absent: it is of the walk as a whole.
    pub clause: Option<String>,
    /// Its name, which says the unit.
    pub figure: String,
    /// The walk.
    pub walk: String,
    /// For better or for worse; of clauses' figures nothing is said, for they have their verdicts.
    pub direction: Direction,
    /// How much it was.
    pub before: f64,
    /// How much it is.
    pub after: f64,
}

/// Where a figure was measured: clause, name, walk.
pub(super) type MeasuredAt = (Option<String>, String, String);

/// Every figure, by where it was measured; of repetitions the median.
pub(super) fn figures(results: &Results) -> BTreeMap<MeasuredAt, f64> {
    let mut values: BTreeMap<MeasuredAt, Vec<f64>> = BTreeMap::new();
    let walk_of = |walk: &str| repetition::parts(walk).0.to_owned();
    for FigureResult { name, walks, .. } in &results.figures {
        for walk in walks {
            if let Some(value) = walk.value.and_then(|value| u32::try_from(value).ok()) {
                let at = (None, name.to_string(), walk_of(&walk.walk));
                values.entry(at).or_default().push(value.into());
            }
        }
    }
    for clause in &results.clauses {
        for walk in &clause.walks {
            for (name, value) in &walk.figures {
                let id = Some(clause.id.to_string());
                let at = (id, name.clone(), walk_of(&walk.walk));
                values.entry(at).or_default().push(*value);
            }
        }
    }
    let median = |(at, values)| Some((at, Distribution::of(values)?.median));
    values
        .into_iter()
        .filter_map(|(at, values): (MeasuredAt, Vec<f64>)| median((at, values)))
        .collect()
}

pub(super) fn moved(
    before: &BTreeMap<MeasuredAt, f64>,
    after: &BTreeMap<MeasuredAt, f64>,
    tolerance: f64,
) -> Vec<MovedFigure> {
    let mut moved = Vec::new();
    for (at, &is) in after {
        let Some(&was) = before.get(at) else {
            continue;
        };
        if (is - was).abs() <= tolerance * was.abs() {
            continue;
        }
        let (clause, figure, walk) = at.clone();
        let is_measure = Measure::ALL.iter().any(|measure| measure.word() == figure);
        let direction = match is > was {
            _ if clause.is_some() || !is_measure => Direction::Moved,
            true => Direction::Regressed,
            false => Direction::Improved,
        };
        moved.push(MovedFigure {
            clause,
            figure,
            walk,
            direction,
            before: was,
            after: is,
        });
    }
    moved
}
