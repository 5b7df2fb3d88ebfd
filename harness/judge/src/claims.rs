//! What a target says of its own limits, applied to what was found: *unsupported*, and *deviation*.
//!
//! Comes after judging, and never instead of it: what was observed is judged as of any target, and
//! then compared with what the target claims and declares.
//!
//! | the target | and the clause | verdict |
//! | --- | --- | --- |
//! | does not claim a capability that the clause needs | has whatever verdict | unsupported |
//! | declares a deviation | failed in some walk | deviation, where it failed |
//! | declares a deviation | passed in all walks | fail: the declaration is to be removed |
//! | declared a deviation that has expired | failed | fail, and the reason says so |
//!
//! What is inconclusive or an error under a declaration stays so: nobody knows whether it is met.
//! The harness's own trouble stays an error whatever is claimed.

use model::Verdict;
use model::claims::{Capability, Claims, Date, Deviation};
use model::clause::{Clause, Tables};
use model::finding::Finding;

/// The same findings, of a target that says this of its own limits. Declared deviations count if
/// they have not expired on the day `today`.
pub fn with_claims(
    mut findings: Vec<Finding>,
    tables: &Tables,
    claims: &Claims,
    today: Date,
) -> Vec<Finding> {
    for clause in &tables.clauses {
        let own: Vec<&mut Finding> = findings
            .iter_mut()
            .filter(|finding| finding.clause == clause.id)
            .collect();
        apply(own, clause, claims, today);
    }
    findings
}

fn apply(findings: Vec<&mut Finding>, clause: &Clause, claims: &Claims, today: Date) {
    if let Some(capability) = claims.lacks(clause) {
        unsupported(findings, capability);
    } else if let Some(deviation) = claims.deviation(&clause.id, today) {
        declared(findings, deviation);
    } else if let Some(deviation) = claims.expired_deviation(&clause.id, today) {
        expired(findings, deviation);
    }
}

fn unsupported(findings: Vec<&mut Finding>, capability: Capability) {
    let of_the_target = |finding: &&mut Finding| finding.result.verdict != Verdict::Error;
    for finding in findings.into_iter().filter(of_the_target) {
        finding.result.verdict = Verdict::Unsupported;
        finding.result.reason = format!("the target does not claim `{}`", capability.word());
    }
}

fn declared(findings: Vec<&mut Finding>, deviation: &Deviation) {
    let Deviation {
        clause,
        reason,
        expires,
    } = deviation;
    match Verdict::worst(findings.iter().map(|finding| finding.result.verdict)) {
        Verdict::Pass => {
            for finding in findings {
                finding.result.verdict = Verdict::Fail;
                finding.result.reason = format!(
                    "passes, although the target declares that it fails ({reason}): remove the \
                     deviation `{clause}`, or let it name fewer clauses; {}",
                    finding.result.reason
                );
            }
        }
        _ => {
            let failed = |finding: &&mut Finding| finding.result.verdict == Verdict::Fail;
            for finding in findings.into_iter().filter(failed) {
                finding.result.verdict = Verdict::Deviation;
                finding.result.reason = format!(
                    "{}; declared until {expires}: {reason}",
                    finding.result.reason
                );
            }
        }
    }
}

fn expired(findings: Vec<&mut Finding>, deviation: &Deviation) {
    let failed = |finding: &&mut Finding| finding.result.verdict == Verdict::Fail;
    for finding in findings.into_iter().filter(failed) {
        finding.result.reason = format!(
            "{}; the declared deviation expired on {}: {}",
            finding.result.reason, deviation.expires, deviation.reason
        );
    }
}
