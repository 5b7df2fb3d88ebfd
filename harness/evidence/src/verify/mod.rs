//! Is a certificate what it says? A function of its bytes: each check says what it found, and one
//! that fails keeps no other from being made.
//!
//! ```text
//! file ─► form ─► manifest, statement, signature                         are these the bytes?
//!           └───► scenarios ─► journal ─► judgement ─► completeness      is that what they show?
//! ```
//!
//! A file for each check; and
//!
//! - [`policy`]: what a certificate is verified against.
//! - [`verification`]: the result: every check with its outcome.
//! - `read`: members, read as what they are.

mod completeness;
mod form;
mod journal;
mod judgement;
mod manifest;
pub mod policy;
mod read;
mod scenarios;
mod signature;
mod statement;
pub mod verification;

pub use policy::VerificationPolicy;
pub use verification::{Check, CheckName, CheckOutcome, DrillSummary, Signer, Verification};

use std::io::{ErrorKind, Read};

use model::yardstick::Yardstick;
use report::registry::ReportError;
use timeline::ReadRun;

use crate::Certificate;
use crate::certificate::FormError;
use crate::tar::ArchiveError;
use verification::Checks;

/// Why it cannot be said whether a certificate is valid.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The system does not give what is in it.
    #[error("{0}")]
    Unreadable(ErrorKind),
    /// A report of its journal cannot be rendered.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// Verifies a certificate: whatever is wrong with it is in the [`Verification`].
///
/// # Errors
///
/// Only if it cannot be read, or a report of its journal cannot be rendered.
pub fn verify(
    file: impl Read,
    policy: &VerificationPolicy<'_>,
) -> Result<Verification, VerifyError> {
    let certificate = match Certificate::open(file, policy.reports) {
        Ok(certificate) => certificate,
        Err(FormError::Archive(ArchiveError::Unreadable(kind))) => {
            return Err(VerifyError::Unreadable(kind));
        }
        Err(error) => return Ok(Verification::of_no_certificate(&error.to_string())),
    };
    let (signer, signature) = signature::check(&certificate, policy);
    let mut checks = vec![
        Check::made(CheckName::Form, form::check(&certificate)),
        Check::made(CheckName::Manifest, manifest::check(&certificate)),
        Check::made(CheckName::Statement, statement::check(&certificate)),
        Check::made(CheckName::Signature, signature),
    ];
    let (of_contents, yardstick) = contents(&certificate, policy)?;
    checks.extend(of_contents);
    let results = read::results(&certificate).ok();
    Ok(Verification::of(checks, signer, yardstick, results))
}

/// The checks of what the members say, each of which needs what the one before it has read; and
/// what of the scenarios is not this release's.
fn contents(
    certificate: &Certificate,
    policy: &VerificationPolicy<'_>,
) -> Result<(Vec<Check>, Option<Yardstick>), ReportError> {
    let mut checks = Checks::default();
    let used = checks.read(CheckName::Scenarios, scenarios::check(certificate, policy));
    let yardstick = used.as_ref().map(|used| used.yardstick.clone());
    let journal = used.as_ref().and_then(|used| {
        let journal = certificate.journal.as_ref();
        let read = journal.map(|journal| (journal, journal::check(journal, used)));
        checks.read(CheckName::Journal, read.map_err(ToString::to_string))
    });
    if let (Some(used), Some(journal)) = (&used, journal) {
        let run = ReadRun::of(journal);
        let results = judgement::results(certificate, used, &run, policy);
        let same = judgement::check(certificate, used, &run, &results, policy.reports)?;
        checks.made(CheckName::Judgement, same);
        let complete = completeness::check(&results, &used.scenarios.tables);
        checks.made(CheckName::Completeness, complete);
    }
    Ok((checks.finish(), yardstick))
}
