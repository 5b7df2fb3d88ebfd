//! Signs with an SSH key, as `ssh-keygen -Y sign -n rgdrill` does
//! (OpenSSH, `PROTOCOL.sshsig`).

use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey};

/// What signatures are for: one for anything else is never taken for a certificate's.
pub const NAMESPACE: &str = "rgdrill";
/// The environment variable with the passphrase of an encrypted key.
pub const PASSPHRASE: &str = "RGDRILL_SIGN_PASSPHRASE";

/// A private key that can sign. Prints nothing but its fingerprint.
pub struct SigningKey(PrivateKey);

/// Why a key cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The file is no private key of OpenSSH, or one of another type.
    #[error("it is no private key of OpenSSH of type ssh-ed25519")]
    NotAKey,
    /// The key is encrypted, and there is no passphrase.
    #[error("it is encrypted, and the environment has no {PASSPHRASE}")]
    Encrypted,
    /// The passphrase does not open the key.
    #[error("it is encrypted, and {PASSPHRASE} does not open it")]
    Passphrase(#[source] ssh_key::Error),
    /// The signature could not be made.
    #[error("it cannot sign")]
    Sign(#[source] ssh_key::Error),
}

impl SigningKey {
    /// Reads a private key, in the form that `ssh-keygen -t ed25519` writes it.
    ///
    /// # Errors
    ///
    /// [`SigningError`].
    pub fn read(file: &[u8], passphrase: Option<&str>) -> Result<Self, SigningError> {
        let mut key = PrivateKey::from_openssh(file).map_err(|_| SigningError::NotAKey)?;
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(SigningError::NotAKey);
        }
        if key.is_encrypted() {
            let passphrase = passphrase.ok_or(SigningError::Encrypted)?;
            key = key.decrypt(passphrase).map_err(SigningError::Passphrase)?;
        }
        Ok(SigningKey(key))
    }

    /// `SHA256:…`, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        self.0.fingerprint(HashAlg::Sha256).to_string()
    }

    /// The armoured signature of a message.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<String, SigningError> {
        self.0
            .sign(NAMESPACE, HashAlg::Sha512, message)
            .and_then(|signature| signature.to_pem(LineEnding::LF))
            .map_err(SigningError::Sign)
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SigningKey")
            .field(&self.fingerprint())
            .finish()
    }
}
