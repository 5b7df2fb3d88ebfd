//! All that changed from one run to another.

use model::Verdict;
use model::exit_code::ExitCode;
use model::outline::Outline;
use model::walk::LabKind;
use serde::Serialize;

use super::change::{Change, changes};
use super::direction::Direction;
use super::figure::{MovedFigure, figures, moved};

/// What changed from one run to another.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// The version of this format.
    pub schema: &'static str,
    /// Whether anything regressed.
    pub regressed: bool,
    /// The earlier run.
    pub before: Run,
    /// The later one.
    pub after: Run,
    /// By how much figures may differ, as a share of the earlier one.
    pub tolerance: f64,
    /// The clauses whose verdict changed, in the order of the tables.
    pub clauses: Vec<Change>,
    /// The objectives whose verdict changed.
    pub objectives: Vec<Change>,
    /// The figures that differ by more than the tolerance.
    pub figures: Vec<MovedFigure>,
}

/// Which run it is.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The target that was drilled.
    pub target: String,
    /// The lab.
    pub lab: LabKind,
    /// The seed.
    pub seed: u64,
    /// Its verdict.
    pub verdict: Verdict,
    /// What it exited with.
    pub exit_code: ExitCode,
}

impl Diff {
    /// The version of the format.
    pub const SCHEMA: &'static str = "rgdrill-diff/1";

    /// Compares two runs. Figures that differ by no more than the share `tolerance` of the earlier
    /// one are left out.
    pub fn of(before: &Outline, after: &Outline, tolerance: f64) -> Diff {
        let clauses = changes(&clauses(before), &clauses(after));
        let objectives = changes(&objectives(before), &objectives(after));
        let figures = moved(&figures(before), &figures(after), tolerance);
        let changes = clauses.iter().chain(&objectives);
        let mut directions = changes
            .map(|change| change.direction)
            .chain(figures.iter().map(|moved| moved.direction));
        Diff {
            schema: Diff::SCHEMA,
            regressed: directions.any(|direction| direction == Direction::Regressed),
            before: Run::of(before),
            after: Run::of(after),
            tolerance,
            clauses,
            objectives,
            figures,
        }
    }
}

impl Run {
    fn of(results: &Outline) -> Run {
        Run {
            target: results.target.clone(),
            lab: results.lab,
            seed: results.seed,
            verdict: results.verdict,
            exit_code: results.exit_code,
        }
    }
}

fn clauses(results: &Outline) -> Vec<(String, Verdict)> {
    let clauses = results.clauses.iter();
    clauses
        .map(|clause| (clause.id.to_string(), clause.verdict))
        .collect()
}

fn objectives(results: &Outline) -> Vec<(String, Verdict)> {
    let objectives = results.objectives.iter();
    objectives
        .map(|objective| (objective.name.to_string(), objective.verdict))
        .collect()
}
