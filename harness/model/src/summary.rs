//! How many clauses have which verdict.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// How many clauses have which verdict. All of them, zeros too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Summary {
    /// Clauses observed as documented.
    pub pass: u64,
    /// Clauses observed otherwise than documented.
    pub fail: u64,
    /// Clauses of which a precondition or the fault was not proven.
    pub inconclusive: u64,
    /// Clauses that need what the target says that it lacks.
    pub unsupported: u64,
    /// Clauses that failed as the target declares.
    pub deviation: u64,
    /// Clauses that an error of the harness left unjudged.
    pub error: u64,
    /// Clauses that no walk judged.
    pub not_judged: u64,
}

impl Summary {
    /// Counts the clauses' verdicts.
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Summary {
        let mut summary = Summary::default();
        for verdict in verdicts {
            *summary.entry(verdict) += 1;
        }
        summary
    }

    /// How many clauses have the verdict `verdict`.
    pub const fn count(&self, verdict: Verdict) -> u64 {
        match verdict {
            Verdict::Pass => self.pass,
            Verdict::Fail => self.fail,
            Verdict::Inconclusive => self.inconclusive,
            Verdict::Unsupported => self.unsupported,
            Verdict::Deviation => self.deviation,
            Verdict::Error => self.error,
            Verdict::NotJudged => self.not_judged,
        }
    }

    /// How many clauses there are.
    pub fn total(&self) -> u64 {
        Verdict::ALL
            .iter()
            .map(|verdict| self.count(*verdict))
            .sum()
    }

    const fn entry(&mut self, verdict: Verdict) -> &mut u64 {
        match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail => &mut self.fail,
            Verdict::Inconclusive => &mut self.inconclusive,
            Verdict::Unsupported => &mut self.unsupported,
            Verdict::Deviation => &mut self.deviation,
            Verdict::Error => &mut self.error,
            Verdict::NotJudged => &mut self.not_judged,
        }
    }

    /// The worst verdict of those clauses that leave a run at exit code 0.
    pub(crate) fn worst(&self) -> Verdict {
        Verdict::worst(
            Verdict::ALL
                .into_iter()
                .filter(|verdict| self.count(*verdict) > 0),
        )
    }
}
