//! Where a target says that it fails, why, and until when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::date::Date;
use crate::ClauseId;
use crate::pattern::Pattern;

/// A declared deviation: a clause that fails as it says is a *deviation*; one that passes all the
/// same is a *fail*, for then the declaration is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Deviation {
    /// The clauses: an id, or a pattern with `*`.
    pub clause: String,
    /// Why it deviates, in a sentence for readers of the report.
    pub reason: String,
    /// The last day on which this counts.
    pub expires: Date,
}

impl Deviation {
    /// Whether it counts for `clause` on this day.
    pub fn covers(&self, clause: &ClauseId, today: Date) -> bool {
        today <= self.expires && Pattern::new(&self.clause).matches(&clause.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deviation_counts_until_the_end_of_its_last_day() {
        let deviation = Deviation {
            clause: "outage.*".to_owned(),
            reason: "no hunt group survives without its pool".to_owned(),
            expires: Date::new(2027, 3, 31).unwrap(),
        };
        let clause = ClauseId("outage.new.imported".to_owned());
        assert!(deviation.covers(&clause, Date::new(2027, 3, 31).unwrap()));
        assert!(!deviation.covers(&clause, Date::new(2027, 4, 1).unwrap()));
        assert!(!deviation.covers(&clause, Date::new(2028, 1, 1).unwrap()));
    }
}
