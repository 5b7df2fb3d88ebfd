//! Which statements the document makes: what the tables must contain, no more and no less.

use crate::clause::Activity::{Agents, Configuration, Connected, InProgress, New, OnBehalf};
use crate::clause::Condition::{All, Imported, NotImported};
use crate::clause::{Activity, Clause, ClauseId, Condition, Stage};

/// A statement's identity, without what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The column.
    pub stage: Stage,
    /// The row.
    pub activity: Activity,
    /// Which of the cell's statements.
    pub case: &'static str,
    /// Under which condition it holds.
    pub condition: Condition,
}

/// An activity's cases within one stage, each with its condition.
type Cases = &'static [(Activity, &'static [(&'static str, Condition)])];

/// The same in every stage: whose groups are spoken of.
const OWNERS: &[(&str, Condition)] = &[("primary", All), ("backup", All), ("imported", Imported)];

/// Outage and failover.
const WITHOUT_THE_PRIMARY: Cases = &[
    (Connected, &[("regular", All), ("anonymous", All)]),
    (InProgress, &[("all", All)]),
    (
        New,
        &[("not-imported", NotImported), ("imported", Imported)],
    ),
    (OnBehalf, &[("all", All)]),
    (Agents, OWNERS),
    (Configuration, OWNERS),
];

/// Failed over.
const STANDING_IN: Cases = &[
    (
        Connected,
        &[("regular", All), ("anonymous-imported", Imported)],
    ),
    (
        InProgress,
        &[("not-imported", NotImported), ("imported", Imported)],
    ),
    (
        New,
        &[("not-imported", NotImported), ("imported", Imported)],
    ),
    (
        OnBehalf,
        &[("not-imported", NotImported), ("imported", Imported)],
    ),
    (Agents, OWNERS),
    (Configuration, OWNERS),
];

/// Failback and failed back.
const WITH_THE_PRIMARY: Cases = &[
    (
        Connected,
        &[
            ("regular", All),
            ("anonymous-not-imported", NotImported),
            ("anonymous-imported", Imported),
        ],
    ),
    (
        InProgress,
        &[("not-imported", NotImported), ("imported", Imported)],
    ),
    (New, &[("all", All)]),
    (OnBehalf, &[("all", All)]),
    (Agents, OWNERS),
    (Configuration, OWNERS),
];

/// All statements, in the order of the document's columns and rows.
pub fn statements() -> impl Iterator<Item = Statement> {
    Stage::DOCUMENTED.into_iter().flat_map(|stage| {
        cases(stage).iter().flat_map(move |&(activity, cases)| {
            cases.iter().map(move |&(case, condition)| Statement {
                stage,
                activity,
                case,
                condition,
            })
        })
    })
}

/// The cases of one column.
const fn cases(stage: Stage) -> Cases {
    match stage {
        Stage::Healthy => &[],
        Stage::Outage | Stage::Failover => WITHOUT_THE_PRIMARY,
        Stage::FailedOver => STANDING_IN,
        Stage::Failback | Stage::FailedBack => WITH_THE_PRIMARY,
    }
}

impl Statement {
    /// `<stage>.<activity>.<case>`.
    pub fn id(&self) -> ClauseId {
        id(self.stage, self.activity, self.case)
    }
}

impl Clause {
    /// The id that stage, activity and case make.
    pub fn id_of_parts(&self) -> ClauseId {
        id(self.stage, self.activity, &self.case)
    }
}

/// `<stage>.<activity>.<case>`.
fn id(stage: Stage, activity: Activity, case: &str) -> ClauseId {
    ClauseId(format!("{stage}.{activity}.{case}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_makes_64_statements() {
        let in_stage = |stage| statements().filter(|s| s.stage == stage).count();
        assert_eq!(Stage::DOCUMENTED.map(in_stage), [12, 12, 14, 13, 13]);
        assert_eq!(statements().count(), 64);
    }
}
