//! Two runs compared: which verdicts and figures changed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use model::exit_code::ExitCode;
use model::figure::{Distribution, FigureResult, Measure};
use model::results::Results;
use model::walk::LabKind;
use model::{Verdict, repetition};
use serde::Serialize;

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
    pub figures: Vec<Moved>,
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

/// A clause or an objective whose verdict changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its id, or the name of its measure.
    pub id: String,
    /// What kind of change it is.
    pub change: Kind,
    /// For better or for worse.
    pub direction: Direction,
    /// Its verdict before; absent where it was not asked for.
    pub before: Option<Verdict>,
    /// Its verdict now; absent where it is not asked for.
    pub after: Option<Verdict>,
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It was not asked for before, or it passed and does so no longer.
    New,
    /// It passes, and did not.
    Resolved,
    /// It did not pass before, and has another verdict now, or is no longer asked for.
    Changed,
}

/// For better or for worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// For worse.
    Regressed,
    /// For better.
    Improved,
    /// Neither can be said.
    Moved,
}

/// A figure that differs by more than the tolerance. Where walks were run several times, it is
/// their median.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
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
type MeasuredAt = (Option<String>, String, String);

impl Diff {
    /// The version of the format.
    pub const SCHEMA: &'static str = "rgdrill-diff/1";

    /// Compares two runs. Figures that differ by no more than the share `tolerance` of the earlier
    /// one are left out.
    pub fn of(before: &Results, after: &Results, tolerance: f64) -> Diff {
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

    /// The same for a person.
    pub fn render(&self) -> String {
        let mut text = format!(
            "{}\n{}\n",
            self.before.words("before"),
            self.after.words("after")
        );
        section(&mut text, "Clauses", self.clauses.iter().map(Change::words));
        section(
            &mut text,
            "Objectives",
            self.objectives.iter().map(Change::words),
        );
        let figures = self.figures.iter().map(Moved::words);
        let title = format!(
            "Figures that moved by more than {}%",
            self.tolerance * 100.0
        );
        section(&mut text, &title, figures);
        let all = self.clauses.iter().chain(&self.objectives);
        let count = |direction| all.clone().filter(|c| c.direction == direction).count();
        let grown = self.figures.iter();
        let grown = grown.filter(|moved| moved.direction == Direction::Regressed);
        let _ = writeln!(
            text,
            "\n{} regressed, {} improved; {} of {} figures that moved are worse",
            count(Direction::Regressed),
            count(Direction::Improved),
            grown.count(),
            self.figures.len()
        );
        text
    }
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

impl Run {
    fn of(results: &Results) -> Run {
        Run {
            target: results.target.clone(),
            lab: results.lab,
            seed: results.seed,
            verdict: results.verdict,
            exit_code: results.exit_code,
        }
    }

    fn words(&self, which: &str) -> String {
        format!(
            "{which:6}  `{}` in the {} lab (seed {}): {}",
            self.target, self.lab, self.seed, self.verdict
        )
    }
}

impl Change {
    /// Nothing if the verdict is the same.
    fn of(id: &str, before: Option<Verdict>, after: Option<Verdict>) -> Option<Change> {
        let (was, is) = (rank(before), rank(after));
        if before == after {
            return None;
        }
        let change = match (before, after) {
            (None | Some(Verdict::Pass), _) => Kind::New,
            (_, Some(Verdict::Pass)) => Kind::Resolved,
            _ => Kind::Changed,
        };
        let direction = match was.cmp(&is) {
            std::cmp::Ordering::Less => Direction::Regressed,
            std::cmp::Ordering::Equal => Direction::Moved,
            std::cmp::Ordering::Greater => Direction::Improved,
        };
        Some(Change {
            id: id.to_owned(),
            change,
            direction,
            before,
            after,
        })
    }

    fn words(&self) -> String {
        let word = |verdict: Option<Verdict>| verdict.map_or("not asked for", Verdict::word);
        format!(
            "{:9}  {:8}  {}: {} → {}",
            self.direction.word(),
            self.change.word(),
            self.id,
            word(self.before),
            word(self.after)
        )
    }
}

/// How far a verdict is from a pass. What was not asked for was not judged.
const fn rank(verdict: Option<Verdict>) -> u8 {
    match verdict {
        Some(Verdict::Pass) => 0,
        Some(Verdict::Unsupported) => 1,
        Some(Verdict::Deviation) => 2,
        None | Some(Verdict::NotJudged) => 3,
        Some(Verdict::Inconclusive) => 4,
        Some(Verdict::Error) => 5,
        Some(Verdict::Fail) => 6,
    }
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Kind::New => "new",
            Kind::Resolved => "resolved",
            Kind::Changed => "changed",
        }
    }
}

impl Direction {
    const fn word(self) -> &'static str {
        match self {
            Direction::Regressed => "regressed",
            Direction::Improved => "improved",
            Direction::Moved => "moved",
        }
    }
}

impl Moved {
    fn words(&self) -> String {
        let whose = match &self.clause {
            Some(clause) => format!("{clause}, "),
            None => String::new(),
        };
        format!(
            "{:9}  {whose}{} in {}: {} → {}",
            self.direction.word(),
            self.figure,
            self.walk,
            self.before,
            self.after
        )
    }
}

fn clauses(results: &Results) -> Vec<(String, Verdict)> {
    let clauses = results.clauses.iter();
    clauses
        .map(|clause| (clause.id.to_string(), clause.verdict))
        .collect()
}

fn objectives(results: &Results) -> Vec<(String, Verdict)> {
    let objectives = results.objectives.iter();
    objectives
        .map(|objective| (objective.name.to_string(), objective.verdict))
        .collect()
}

/// In the order of the later run; what only the earlier one has comes last.
fn changes(before: &[(String, Verdict)], after: &[(String, Verdict)]) -> Vec<Change> {
    let verdict = |of: &[(String, Verdict)], id: &str| {
        let found = of.iter().find(|(other, _)| other == id);
        found.map(|(_, verdict)| *verdict)
    };
    let gone = before.iter().filter(|(id, _)| verdict(after, id).is_none());
    after
        .iter()
        .chain(gone)
        .filter_map(|(id, _)| Change::of(id, verdict(before, id), verdict(after, id)))
        .collect()
}

/// Every figure, by where it was measured; of repetitions the median.
fn figures(results: &Results) -> BTreeMap<MeasuredAt, f64> {
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

fn moved(
    before: &BTreeMap<MeasuredAt, f64>,
    after: &BTreeMap<MeasuredAt, f64>,
    tolerance: f64,
) -> Vec<Moved> {
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
        moved.push(Moved {
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
