//! Checks an SSH signature, as `ssh-keygen -Y verify` does. (OpenSSH, `PROTOCOL.sshsig`.)

use chrono::{DateTime, Utc};
use ssh_key::{HashAlg, LineEnding, PublicKey, SshSig};

use crate::envelope::Armoured;
use crate::signers::revoked::RevokedKeys;
use crate::signers::{AllowedSigners, Refusal};
use crate::signing::NAMESPACE;

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The key's fingerprint: `SHA256:…`, as `ssh-keygen -l` shows it.
    pub fingerprint: String,
    /// As whom the allowed signers know the key; nothing if there are no allowed signers.
    pub principals: Option<String>,
}

/// Why a signature is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It is no SSH signature.
    #[error("the signature is no SSH signature: {0}")]
    Malformed(String),
    /// It says what it should, but not in the one form that signatures have.
    #[error("the signature is not written as rgdrill writes signatures")]
    NotCanonical,
    /// It is for something else.
    #[error("the signature is for `{0}`, not for `{NAMESPACE}`")]
    Namespace(String),
    /// The envelope names another key.
    #[error("the signature is by {found}, but the envelope names {named}")]
    OtherKey {
        /// The key that signed.
        found: String,
        /// The envelope's.
        named: String,
    },
    /// It is not of this statement.
    #[error("the signature of {fingerprint} is not of this statement: one of them was altered")]
    Wrong {
        /// The key.
        fingerprint: String,
    },
    /// Its key is revoked.
    #[error("the key {fingerprint} is revoked")]
    Revoked {
        /// The key.
        fingerprint: String,
    },
    /// Its key is not one of the allowed signers'.
    #[error("the key {fingerprint} {refusal}")]
    NotAllowed {
        /// The key.
        fingerprint: String,
        /// Why not.
        refusal: Refusal,
    },
}

/// Whose signature is believed.
#[derive(Clone, Copy, Debug)]
pub struct SignaturePolicy<'a> {
    /// Who may have signed; nothing if it may be anybody, or nobody at all.
    pub signers: Option<&'a AllowedSigners>,
    /// As whom one of them must have.
    pub identity: Option<&'a str>,
    /// Whose signatures are believed no more.
    pub revoked: Option<&'a RevokedKeys>,
    /// When: allowed signers may be so for a time.
    pub at: DateTime<Utc>,
}

impl Signature {
    /// Whether `armoured` is a signature of `message`, by a key that is believed.
    ///
    /// # Errors
    ///
    /// [`SignatureError`].
    pub fn check(
        armoured: &Armoured,
        message: &[u8],
        policy: SignaturePolicy<'_>,
    ) -> Result<Self, SignatureError> {
        let signature = read(&armoured.text)?;
        let key = PublicKey::from(signature.public_key().clone());
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        if signature.namespace() != NAMESPACE {
            return Err(SignatureError::Namespace(signature.namespace().to_owned()));
        }
        if fingerprint != armoured.keyid {
            return Err(SignatureError::OtherKey {
                found: fingerprint,
                named: armoured.keyid.clone(),
            });
        }
        if key.verify(NAMESPACE, message, &signature).is_err() {
            return Err(SignatureError::Wrong { fingerprint });
        }
        if policy.revoked.is_some_and(|keys| keys.have(key.key_data())) {
            return Err(SignatureError::Revoked { fingerprint });
        }
        let signers = policy.signers;
        let principals =
            signers.map(|signers| signers.who(key.key_data(), policy.identity, policy.at));
        match principals.transpose() {
            Ok(principals) => Ok(Signature {
                fingerprint,
                principals,
            }),
            Err(refusal) => Err(SignatureError::NotAllowed {
                fingerprint,
                refusal,
            }),
        }
    }
}

/// Each signature has one form: armour, version and encoding are not covered by what is signed.
fn read(armoured: &[u8]) -> Result<SshSig, SignatureError> {
    let signature =
        SshSig::from_pem(armoured).map_err(|error| SignatureError::Malformed(error.to_string()))?;
    let again = signature
        .to_pem(LineEnding::LF)
        .map_err(|error| SignatureError::Malformed(error.to_string()))?;
    if signature.version() != SshSig::VERSION || again.as_bytes() != armoured {
        return Err(SignatureError::NotCanonical);
    }
    Ok(signature)
}
