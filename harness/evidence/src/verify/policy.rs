//! What a certificate is verified against.

use model::claims::Date;
use model::scenarios::Scenarios;
use report::Registry;

use crate::signature::SignaturePolicy;

/// What a certificate is verified against.
#[derive(Clone, Copy, Debug)]
pub struct VerificationPolicy<'a> {
    /// Whose signature is believed.
    pub signature: SignaturePolicy<'a>,
    /// The day for which it is asked whether declared deviations have expired, where the
    /// certificate does not say on which it was judged.
    pub today: Date,
    /// The scenarios of this release.
    pub released: &'a Scenarios,
    /// The reports of this release.
    pub reports: Registry<'a>,
}
