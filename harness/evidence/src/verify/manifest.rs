//! Each member has the SHA-256 that the manifest lists.

use super::verification::{Found, found};
use crate::Certificate;

pub(super) fn check(certificate: &Certificate) -> Found {
    let count = certificate.check_manifest().map_err(|e| e.to_string())?;
    found(format!("{count} members have the SHA-256 that it lists"))
}
