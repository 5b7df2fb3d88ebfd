//! The results of a run: what `results.json` says, from its journal and tables alone.

use model::Tables;
use model::claims::{Claims, Date};
use model::clause_result::AskedClause;
use model::exit_code::Strictness;
use model::journal::Header;
use model::load::LoadResult;
use model::pattern::Pattern;
use model::results::Results;
use timeline::ReadRun;

/// How a run is judged: everything that its journal does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether declared deviations and unsupported clauses may pass.
    pub strictness: Strictness,
    /// The day for which it is asked whether declared deviations have expired. A journal has no
    /// date, for the same seed gives the same journal on any day.
    pub today: Date,
}

/// Judges a run.
pub fn results(run: &ReadRun<'_>, tables: &Tables, policy: Policy) -> Results {
    let Policy { strictness, today } = policy;
    let header = run.header;
    let findings = crate::judge_run(run, tables);
    let findings = match &header.claims {
        Some(claims) => crate::with_claims(findings, tables, claims, today),
        None => findings,
    };
    let figures = crate::figures(run, tables);
    let results = Results::of(header, asked(header, tables), &findings, strictness)
        .measuring(header, &figures)
        .under_load(load(run));
    let declares = |claims: &Claims| !claims.deviations.is_empty();
    if header.claims.as_ref().is_some_and(declares) {
        results.judged_on(today)
    } else {
        results
    }
}

/// What was measured of the load in the background, in the journal's order.
fn load(run: &ReadRun<'_>) -> Vec<LoadResult> {
    let walks = run.walks.iter().filter_map(|walk| {
        let timeline = walk.timeline.as_ref().ok()?;
        Some(timeline.load_results(walk.name()))
    });
    walks.flatten().collect()
}

/// The clauses that the run was asked to judge.
fn asked(header: &Header, tables: &Tables) -> Vec<AskedClause> {
    let patterns: Vec<Pattern> = header.asked.iter().map(Pattern::new).collect();
    let wanted =
        |id: &str| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(id));
    let clauses = tables.clauses.iter().filter(|clause| wanted(&clause.id.0));
    clauses
        .map(|clause| AskedClause {
            clause: clause.id.clone(),
            statement: Some(clause.statement.clone()),
        })
        .collect()
}
