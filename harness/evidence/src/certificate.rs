//! The certificate as a whole: made of a run's files, and taken apart again.

use std::io::Read;

use report::Registry;

use crate::envelope::{Envelope, EnvelopeError, pre_authentication_encoding};
use crate::manifest::{self, ManifestError};
use crate::member::{self, ALWAYS, MANIFEST, Members, STATEMENT};
use crate::signature::{Signature, SignatureError, SignaturePolicy};
use crate::signing::{SigningError, SigningKey};
use crate::statement::{Statement, StatementError};
use crate::tar::{self, ArchiveError};

/// Why a certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The members do not fit into an archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// There is nothing to state of them.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The key cannot sign.
    #[error("cannot use the key: {0}")]
    Signing(#[from] SigningError),
    /// The JSON writer's own error.
    #[error("cannot write the envelope: {0}")]
    Write(#[from] serde_json::Error),
}

/// Why a file is no certificate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It is no archive in its one form.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A member that every certificate has is not there.
    #[error("`{0}` is missing")]
    Missing(&'static str),
}

/// Why a statement is not valid.
#[derive(Debug, thiserror::Error)]
pub enum InvalidStatement {
    /// Its envelope cannot be read.
    #[error("`{STATEMENT}`: {0}")]
    Envelope(#[from] EnvelopeError),
    /// The other members cannot be read.
    #[error(transparent)]
    Members(#[from] StatementError),
    /// It does not follow from the other members.
    #[error("`{STATEMENT}` does not match the other members: one of them was altered")]
    Mismatch,
    /// Its signature is not valid.
    #[error("`{STATEMENT}`: {0}")]
    Signature(#[from] SignatureError),
    /// A signature was asked for, and there is none.
    #[error("`{STATEMENT}` has no signature, and an allowed signer's was asked for")]
    Unsigned,
}

/// The certificate of a run's files: adds manifest and statement, and signs it if there is a key.
///
/// # Errors
///
/// [`SealError`].
pub fn seal(mut members: Members, key: Option<&SigningKey>) -> Result<Vec<u8>, SealError> {
    members.insert(MANIFEST.to_owned(), manifest::of(&members));
    let statement = Statement::of(&members)?.to_json()?;
    let envelope = Envelope::seal(&statement, key)?;
    members.insert(STATEMENT.to_owned(), envelope.to_json()?);
    Ok(tar::write(&members)?)
}

/// A file that has a certificate's one form. What it says is still to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    members: Members,
}

impl Certificate {
    /// Takes a file apart, which must be of the one form that its members give. It may have these
    /// reports as members, and no other.
    ///
    /// # Errors
    ///
    /// [`FormError`].
    pub fn open(file: impl Read, reports: Registry<'_>) -> Result<Self, FormError> {
        let members = tar::read(file, |name| member::longest(name, reports))?;
        if let Some(missing) = ALWAYS.iter().find(|name| !members.contains_key(**name)) {
            return Err(FormError::Missing(missing));
        }
        Ok(Certificate { members })
    }

    /// All members.
    pub const fn members(&self) -> &Members {
        &self.members
    }

    /// The content of a member; nothing if there is none of this name.
    pub fn member(&self, name: &str) -> &[u8] {
        self.members.get(name).map_or(&[], Vec::as_slice)
    }

    /// The content of a member, which the certificate does not have any more: for what is long, and read once.
    pub(crate) fn take(&mut self, name: &str) -> Vec<u8> {
        self.members.remove(name).unwrap_or_default()
    }

    /// Whether each member is as the manifest says, and how many it lists.
    ///
    /// # Errors
    ///
    /// [`ManifestError`].
    pub fn check_manifest(&self) -> Result<usize, ManifestError> {
        manifest::check(&self.members)
    }

    /// The statement, if it says what the other members do.
    ///
    /// # Errors
    ///
    /// [`InvalidStatement`].
    pub fn check_statement(&self) -> Result<Statement, InvalidStatement> {
        let stated = self.envelope()?.payload()?;
        let statement = Statement::of(&self.members)?;
        if statement.to_json().map_err(StatementError::Write)? != stated {
            return Err(InvalidStatement::Mismatch);
        }
        Ok(statement)
    }

    /// Who signed the statement, if anyone did. With allowed signers, one of them must have.
    ///
    /// # Errors
    ///
    /// [`InvalidStatement`].
    pub fn check_signature(
        &self,
        policy: SignaturePolicy<'_>,
    ) -> Result<Option<Signature>, InvalidStatement> {
        let envelope = self.envelope()?;
        let Some(armoured) = envelope.signature()? else {
            return match policy.signers {
                Some(_) => Err(InvalidStatement::Unsigned),
                None => Ok(None),
            };
        };
        let signed = pre_authentication_encoding(&envelope.payload()?);
        Ok(Some(Signature::check(&armoured, &signed, policy)?))
    }

    fn envelope(&self) -> Result<Envelope, EnvelopeError> {
        Envelope::from_json(self.member(STATEMENT))
    }
}
