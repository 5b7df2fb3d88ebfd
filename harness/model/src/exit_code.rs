//! What the process exits with, and how that follows from the clauses' verdicts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::Summary;
use crate::verdict::Verdict;

/// Whether the limits that a target declares for itself are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// They are: the target's file says so, and the report shows it.
    #[default]
    Lenient,
    /// They are not (`--strict`): with a deviation the run has failed, and without the clauses that
    /// are unsupported it is incomplete.
    Strict,
}

/// What the process exits with. Never a count. Written as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
#[schemars(with = "u8", extend("enum" = [0, 1, 2, 3, 4, 64]))]
pub enum ExitCode {
    /// 0: every clause asked for was judged, and passed; declared deviations and, outside
    /// `--strict`, unsupported ones aside.
    Passed = 0,
    /// 1: at least one clause failed, as declared or not, under `--strict`; or an objective did.
    Failed = 1,
    /// 2: none failed, at least one is inconclusive.
    Inconclusive = 2,
    /// 3: the run is incomplete: a clause asked for was never judged, or none was at all.
    Incomplete = 3,
    /// 4: the harness or its environment failed.
    HarnessFailed = 4,
    /// 64: wrong usage, or a scenario or target file that does not check.
    Usage = 64,
}

/// A number that is no exit code of rgdrill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an exit code: they are 0 to 4, and 64")]
pub struct UnknownExitCode(pub u8);

impl ExitCode {
    /// All that a run can exit with, in the order in which they outrank each other.
    const BY_RANK: [ExitCode; 5] = [
        ExitCode::Failed,
        ExitCode::HarnessFailed,
        ExitCode::Incomplete,
        ExitCode::Inconclusive,
        ExitCode::Passed,
    ];

    /// What a run exits with whose clauses have these verdicts.
    ///
    /// A run in which no clause passed, failed, deviated or was inconclusive has judged nothing,
    /// whatever the target claims not to support: it is incomplete.
    pub fn of(summary: &Summary, strictness: Strictness) -> ExitCode {
        let judged = summary.pass + summary.fail + summary.inconclusive + summary.deviation;
        let (failed, missing) = match strictness {
            Strictness::Lenient => (summary.fail, summary.not_judged),
            Strictness::Strict => (
                summary.fail + summary.deviation,
                summary.not_judged + summary.unsupported,
            ),
        };
        let applies = |code: &ExitCode| match code {
            ExitCode::Failed => failed > 0,
            ExitCode::HarnessFailed => summary.error > 0,
            ExitCode::Incomplete => missing > 0 || judged == 0,
            ExitCode::Inconclusive => summary.inconclusive > 0,
            ExitCode::Passed | ExitCode::Usage => true,
        };
        ExitCode::BY_RANK
            .into_iter()
            .find(applies)
            .unwrap_or(ExitCode::Incomplete)
    }

    /// What a run exits with for an objective with this verdict.
    pub(crate) const fn of_objective(verdict: Verdict) -> ExitCode {
        match verdict {
            Verdict::Pass | Verdict::Unsupported | Verdict::Deviation => ExitCode::Passed,
            Verdict::Fail => ExitCode::Failed,
            Verdict::Inconclusive => ExitCode::Inconclusive,
            Verdict::Error => ExitCode::HarnessFailed,
            Verdict::NotJudged => ExitCode::Incomplete,
        }
    }

    /// What the process exits with when both apply: 64, then 1, then 4, then 3, then 2.
    pub fn and(self, other: ExitCode) -> ExitCode {
        ExitCode::BY_RANK
            .into_iter()
            .find(|code| [self, other].contains(code))
            .filter(|_| ![self, other].contains(&ExitCode::Usage))
            .unwrap_or(ExitCode::Usage)
    }

    /// The number.
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitCode> for u8 {
    fn from(code: ExitCode) -> u8 {
        code.code()
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> std::process::ExitCode {
        std::process::ExitCode::from(code.code())
    }
}

impl TryFrom<u8> for ExitCode {
    type Error = UnknownExitCode;

    fn try_from(code: u8) -> Result<Self, UnknownExitCode> {
        match code {
            0 => Ok(ExitCode::Passed),
            1 => Ok(ExitCode::Failed),
            2 => Ok(ExitCode::Inconclusive),
            3 => Ok(ExitCode::Incomplete),
            4 => Ok(ExitCode::HarnessFailed),
            64 => Ok(ExitCode::Usage),
            _ => Err(UnknownExitCode(code)),
        }
    }
}
