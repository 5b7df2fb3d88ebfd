//! A figure that moved by more than the tolerance.

use std::collections::BTreeMap;

use model::figure::{Distribution, Measure};
use model::outline::Outline;
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
pub(super) fn figures(results: &Outline) -> BTreeMap<MeasuredAt, f64> {
    let of_walks = results.figures.iter().flat_map(|measure| {
        let places = measure.walks.0.iter();
        places.map(|((_, walk), values)| ((None, measure.name.to_string(), walk.clone()), values))
    });
    let of_clauses = results.clauses.iter().flat_map(|clause| {
        let id = Some(clause.id.to_string());
        let places = clause.walks.0.iter();
        places.map(move |((name, walk), values)| ((id.clone(), name.clone(), walk.clone()), values))
    });
    let median = |values: &Vec<f64>| Some(Distribution::of(values.clone())?.median);
    of_walks
        .chain(of_clauses)
        .filter_map(|(at, values)| Some((at, median(values)?)))
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
