//! The statement is signed by whom it should be.

use super::policy::VerificationPolicy;
use super::verification::{Found, Signer, found};
use crate::Certificate;
use crate::certificate::InvalidStatement;

pub(super) fn check(
    certificate: &Certificate,
    policy: &VerificationPolicy<'_>,
) -> (Option<Signer>, Found) {
    let signature = match certificate.check_signature(policy.signature) {
        Ok(Some(signature)) => signature,
        Ok(None) => {
            let says = "unsigned: anybody could have made this file".to_owned();
            return (None, found(says));
        }
        Err(InvalidStatement::Unsigned) => {
            let says = "unsigned, and an allowed signer's signature is required";
            return (None, Err(says.to_owned()));
        }
        Err(error) => return (None, Err(error.to_string())),
    };
    let fingerprint = &signature.fingerprint;
    let says = match &signature.principals {
        Some(principals) => format!("by {principals}, with key {fingerprint}"),
        None => format!("by key {fingerprint}; whose it is was not checked: use --allowed-signers"),
    };
    let signer = Signer {
        fingerprint: signature.fingerprint,
        principals: signature.principals,
    };
    (Some(signer), found(says))
}
