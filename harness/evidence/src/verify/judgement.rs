//! The journal, judged again, gives just these reports.

use judge::Policy;
use model::ClauseId;
use model::results::Results;
use report::registry::ReportError;
use report::{JudgedRun, Logs, Registry};
use timeline::ReadRun;

use super::policy::VerificationPolicy;
use super::read;
use super::scenarios::Used;
use super::verification::{CheckFinding, Found};
use crate::Certificate;
use crate::manifest::sha256;

/// Judges the journal as the certificate says that it was.
pub(super) fn results(
    certificate: &Certificate,
    used: &Used,
    run: &ReadRun<'_>,
    policy: &VerificationPolicy<'_>,
) -> Results {
    let judged_on = read::results(certificate).ok().and_then(|r| r.judged_on);
    let policy = Policy {
        strictness: used.environment.strictness(),
        // Declared deviations may have expired since.
        today: judged_on.unwrap_or(policy.today),
    };
    judge::results(run, &used.scenarios.tables, policy)
}

/// Whether the reports in the certificate are those that the journal gives. One that this release
/// has and the certificate has not is noted: there was none when it was made.
pub(super) fn check(
    certificate: &Certificate,
    used: &Used,
    run: &ReadRun<'_>,
    results: &Results,
    reports: Registry<'_>,
) -> Result<Found, ReportError> {
    let run = JudgedRun {
        run,
        tables: &used.scenarios.tables,
        results,
        logs: &Logs::none(),
    };
    let mut notes = Vec::new();
    for again in reports.render_sealed(&run) {
        let again = again?;
        let file = again.file;
        match certificate.members().get(file) {
            None => notes.push(format!("it has no `{file}`")),
            Some(sealed) if *sealed == again.content => {}
            Some(_) => {
                return Ok(Err(format!(
                    "judged again, the journal gives another `{file}`, with SHA-256 {}{}",
                    sha256(&again.content),
                    differing(certificate, results)
                )));
            }
        }
    }
    let says = "judged again, the journal gives the same reports, byte for byte".to_owned();
    Ok(Ok(CheckFinding { says, notes }))
}

/// Which clauses have another verdict when judged again.
fn differing(certificate: &Certificate, again: &Results) -> String {
    let Ok(sealed) = read::results(certificate) else {
        return String::new();
    };
    let verdict = |id: &ClauseId| {
        let mut clauses = sealed.clauses.iter();
        clauses.find(|clause| clause.id == *id).map(|c| c.verdict)
    };
    let other = again
        .clauses
        .iter()
        .filter(|clause| verdict(&clause.id) != Some(clause.verdict))
        .map(|clause| format!("; {}: {}", clause.id, clause.verdict));
    other.collect()
}
