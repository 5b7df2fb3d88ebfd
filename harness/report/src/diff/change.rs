//! A clause or an objective whose verdict changed.

use std::cmp::Ordering;

use model::Verdict;
use serde::Serialize;

use super::direction::Direction;

/// A clause or an objective whose verdict changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its id, or the name of its measure.
    pub id: String,
    /// What kind of change it is.
    pub change: ChangeKind,
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
pub enum ChangeKind {
    /// It was not asked for before, or it passed and does so no longer.
    New,
    /// It passes, and did not.
    Resolved,
    /// It did not pass before, and has another verdict now, or is no longer asked for.
    Changed,
}

impl Change {
    /// Nothing if the verdict is the same.
    fn of(id: &str, before: Option<Verdict>, after: Option<Verdict>) -> Option<Change> {
        let (was, is) = (rank(before), rank(after));
        if before == after {
            return None;
        }
        let change = match (before, after) {
            (None | Some(Verdict::Pass), _) => ChangeKind::New,
            (_, Some(Verdict::Pass)) => ChangeKind::Resolved,
            _ => ChangeKind::Changed,
        };
        let direction = match was.cmp(&is) {
            Ordering::Less => Direction::Regressed,
            Ordering::Equal => Direction::Moved,
            Ordering::Greater => Direction::Improved,
        };
        Some(Change {
            id: id.to_owned(),
            change,
            direction,
            before,
            after,
        })
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

impl ChangeKind {
    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            ChangeKind::New => "new",
            ChangeKind::Resolved => "resolved",
            ChangeKind::Changed => "changed",
        }
    }
}

/// In the order of the later run; what only the earlier one has comes last.
pub(super) fn changes(before: &[(String, Verdict)], after: &[(String, Verdict)]) -> Vec<Change> {
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
