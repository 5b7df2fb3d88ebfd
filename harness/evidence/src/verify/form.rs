//! The archive is the one that its members give: opening it has shown that.

use super::verification::{Found, found};
use crate::Certificate;

pub(super) fn check(certificate: &Certificate) -> Found {
    let count = certificate.member_count();
    found(format!("{count} members, in canonical form"))
}
