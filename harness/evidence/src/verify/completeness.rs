//! Every clause of the tables was judged, and no shard is missing; what the verdicts are, is another matter.

use model::results::Results;
use model::{ClauseId, Tables, Verdict};

use super::verification::{Found, found};

pub(super) fn check(results: &Results, tables: &Tables) -> Found {
    if !results.elsewhere.is_empty() {
        let walks = results.elsewhere.join(", ");
        return Err(format!(
            "shards of the drill are missing, with these walks: {walks}"
        ));
    }
    let is_judged = |id: &ClauseId| {
        let mut clauses = results.clauses.iter();
        clauses.any(|clause| clause.id == *id && clause.verdict != Verdict::NotJudged)
    };
    let missing: Vec<&str> = tables
        .clauses
        .iter()
        .filter(|clause| !is_judged(&clause.id))
        .map(|clause| clause.id.0.as_str())
        .collect();
    let all = tables.clauses.len();
    if missing.is_empty() {
        return found(format!("all {all} clauses of the tables were judged"));
    }
    Err(format!(
        "{} of {all} clauses were not judged: {}",
        missing.len(),
        missing.join(", ")
    ))
}
