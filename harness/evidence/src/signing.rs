//! Signs with an SSH key, as `ssh-keygen -Y sign -n rgdrill` does
//! (OpenSSH, `PROTOCOL.sshsig`).

use std::path::PathBuf;

use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

use crate::agent::{self, AgentError};

/// What signatures are for: one for anything else is never taken for a certificate's.
pub const NAMESPACE: &str = "rgdrill";
/// The environment variable with the passphrase of an encrypted key.
pub const PASSPHRASE: &str = "RGDRILL_SIGN_PASSPHRASE";
/// The environment variable with the socket of the SSH agent.
pub const AGENT: &str = "SSH_AUTH_SOCK";

/// What a key is read with, from the environment.
#[derive(Clone, Debug, Default)]
pub struct KeyAccess {
    /// The passphrase of an encrypted key: [`PASSPHRASE`].
    pub passphrase: Option<String>,
    /// The agent's socket: [`AGENT`].
    pub agent: Option<PathBuf>,
}

/// A key that can sign. Prints nothing but its fingerprint.
pub struct SigningKey(Holder);

/// Who has the private key.
enum Holder {
    /// This process.
    File(Box<PrivateKey>),
    /// The agent at this socket has the private key of this public one.
    Agent(PublicKey, PathBuf),
}

/// Why a key cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The file is no key of OpenSSH, or one of another type.
    #[error("it is no private key of OpenSSH of type ssh-ed25519, and no public key")]
    NotAKey,
    /// The key is encrypted, and there is no passphrase.
    #[error("it is encrypted, and the environment has no {PASSPHRASE}")]
    Encrypted,
    /// The passphrase does not open the key.
    #[error("it is encrypted, and {PASSPHRASE} does not open it")]
    Passphrase(#[source] ssh_key::Error),
    /// It is a public key, and there is no agent that could have the private one.
    #[error("it is a public key, and the environment has no agent: {AGENT}")]
    NoAgent,
    /// The agent does not sign.
    #[error("the SSH agent does not sign with it: {0}")]
    Agent(#[from] AgentError),
    /// The signature could not be made.
    #[error("it cannot sign")]
    Sign(#[source] ssh_key::Error),
}

impl SigningKey {
    /// Reads a private key, in the form that `ssh-keygen -t ed25519` writes it; or a public one, whose
    /// private key the SSH agent has.
    ///
    /// # Errors
    ///
    /// [`SigningError`].
    pub fn read(file: &[u8], access: KeyAccess) -> Result<Self, SigningError> {
        if let Some(public) = public(file) {
            let agent = access.agent.ok_or(SigningError::NoAgent)?;
            return Ok(SigningKey(Holder::Agent(public, agent)));
        }
        let mut key = PrivateKey::from_openssh(file).map_err(|_| SigningError::NotAKey)?;
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(SigningError::NotAKey);
        }
        if key.is_encrypted() {
            let passphrase = access.passphrase.ok_or(SigningError::Encrypted)?;
            key = key.decrypt(passphrase).map_err(SigningError::Passphrase)?;
        }
        Ok(SigningKey(Holder::File(Box::new(key))))
    }

    /// `SHA256:…`, as `ssh-keygen -l` shows it.
    pub fn fingerprint(&self) -> String {
        let fingerprint = match &self.0 {
            Holder::File(key) => key.fingerprint(HashAlg::Sha256),
            Holder::Agent(key, _) => key.fingerprint(HashAlg::Sha256),
        };
        fingerprint.to_string()
    }

    /// The armoured signature of a message.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<String, SigningError> {
        let signature = match &self.0 {
            Holder::File(key) => key.sign(NAMESPACE, HashAlg::Sha512, message),
            Holder::Agent(key, socket) => {
                let signed = SshSig::signed_data(NAMESPACE, HashAlg::Sha512, message);
                let signed = signed.map_err(SigningError::Sign)?;
                let signature = agent::sign(socket, key, &signed)?;
                SshSig::new(
                    key.key_data().clone(),
                    NAMESPACE,
                    HashAlg::Sha512,
                    signature,
                )
            }
        };
        let signature = signature.map_err(SigningError::Sign)?;
        signature.to_pem(LineEnding::LF).map_err(SigningError::Sign)
    }
}

/// The public key that a file ending in `.pub` has.
fn public(file: &[u8]) -> Option<PublicKey> {
    PublicKey::from_openssh(std::str::from_utf8(file).ok()?.trim()).ok()
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SigningKey")
            .field(&self.fingerprint())
            .finish()
    }
}
