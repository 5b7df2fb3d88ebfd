//! What a certificate is verified against.

use chrono::{DateTime, Utc};
use model::claims::Date;
use model::scenarios::Scenarios;
use report::Registry;

use crate::signers::AllowedSigners;

/// What a certificate is verified against.
#[derive(Clone, Copy, Debug)]
pub struct VerificationPolicy<'a> {
    /// Who may have signed it; nothing if it may be signed by anybody, or not at all.
    pub signers: Option<&'a AllowedSigners>,
    /// When the signature is checked: allowed signers may be so for a time.
    pub now: DateTime<Utc>,
    /// The day for which it is asked whether declared deviations have expired, where the
    /// certificate does not say on which it was judged.
    pub today: Date,
    /// The scenarios of this release.
    pub released: &'a Scenarios,
    /// The reports of this release.
    pub reports: Registry<'a>,
}
