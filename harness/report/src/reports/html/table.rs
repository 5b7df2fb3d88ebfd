//! The document's own tables: activities down, stages across, a verdict at each statement.

use model::results::Results;
use model::{Activity, Stage, Tables, Verdict};

use crate::reports::wording::{case_in_words, in_words, mark, verdict_of};

/// All statements.
pub(super) struct Table<'a> {
    pub(super) stages: [Stage; 5],
    pub(super) rows: Vec<(Activity, Vec<Vec<Cell<'a>>>)>,
    pub(super) legend: Vec<(Verdict, char, String)>,
}

/// A statement.
pub(super) struct Cell<'a> {
    pub(super) id: &'a str,
    pub(super) verdict: Verdict,
    pub(super) mark: char,
    pub(super) verdict_words: String,
    pub(super) words: String,
    /// Whether there is more to be read of it.
    pub(super) asked: bool,
}

impl<'a> Table<'a> {
    pub(super) fn of(results: &Results, tables: &'a Tables) -> Self {
        let row = |activity| {
            let cells = Stage::DOCUMENTED.map(|stage| cells(results, tables, stage, activity));
            (activity, cells.into())
        };
        Table {
            stages: Stage::DOCUMENTED,
            rows: Activity::ALL.map(row).into(),
            legend: Verdict::ALL
                .map(|verdict| (verdict, mark(verdict), in_words(verdict)))
                .into(),
        }
    }
}

/// The statements of a cell, those first that did not pass.
fn cells<'a>(
    results: &Results,
    tables: &'a Tables,
    stage: Stage,
    activity: Activity,
) -> Vec<Cell<'a>> {
    let clauses = tables.clauses.iter();
    let mut cells: Vec<Cell<'a>> = clauses
        .filter(|clause| clause.stage == stage && clause.activity == activity)
        .map(|clause| {
            let verdict = verdict_of(results, clause);
            Cell {
                id: &clause.id.0,
                verdict,
                mark: mark(verdict),
                verdict_words: in_words(verdict),
                words: case_in_words(&clause.case),
                asked: results.clauses.iter().any(|asked| asked.id == clause.id),
            }
        })
        .collect();
    cells.sort_by_key(|cell| cell.verdict == Verdict::Pass);
    cells
}
