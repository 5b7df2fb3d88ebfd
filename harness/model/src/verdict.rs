//! Verdicts on clauses.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The verdict on a clause. Never merged, never inferred from each other.
///
/// The order of the variants is that in which reports list them, not that of their gravity.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Observed as documented.
    Pass,
    /// Observed otherwise than documented.
    Fail,
    /// A precondition or the fault was not proven.
    Inconclusive,
    /// The target says that it lacks the capability.
    Unsupported,
    /// It failed as the target declares.
    Deviation,
    /// An error of the harness.
    Error,
    /// Nobody judged it: no walk that was run asks it.
    NotJudged,
}

impl Verdict {
    /// All of them, as reports list them.
    pub const ALL: [Verdict; 7] = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::Unsupported,
        Verdict::Deviation,
        Verdict::Error,
        Verdict::NotJudged,
    ];

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Unsupported => "unsupported",
            Verdict::Deviation => "deviation",
            Verdict::Error => "error",
            Verdict::NotJudged => "not-judged",
        }
    }

    /// The verdict on a clause by what each walk says of it: the first of error, fail,
    /// inconclusive, deviation, unsupported, pass that some walk says. A walk that did not judge it
    /// adds nothing; without any that did, it is [`Verdict::NotJudged`].
    pub fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
        verdicts
            .into_iter()
            .max_by_key(|verdict| verdict.gravity())
            .unwrap_or(Verdict::NotJudged)
    }

    const fn gravity(self) -> u8 {
        match self {
            Verdict::NotJudged => 0,
            Verdict::Pass => 1,
            Verdict::Unsupported => 2,
            Verdict::Deviation => 3,
            Verdict::Inconclusive => 4,
            Verdict::Fail => 5,
            Verdict::Error => 6,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
