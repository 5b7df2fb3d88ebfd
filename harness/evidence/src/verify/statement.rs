//! The in-toto Statement says what the members do.

use super::verification::{Found, found};
use crate::Certificate;

pub(super) fn check(certificate: &Certificate) -> Found {
    let statement = certificate.check_statement().map_err(|e| e.to_string())?;
    let result = statement.predicate.result.word();
    found(format!("says {result} of this manifest and this target"))
}
