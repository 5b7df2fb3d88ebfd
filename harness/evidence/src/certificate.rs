//! The certificate as a whole: made of a run's files, and taken apart again.

use std::io::{self, Read};
use std::path::Path;

use model::journal::{Journal, JournalError};
use report::Registry;
use sha2::{Digest, Sha256};

use crate::envelope::{Envelope, EnvelopeError, pre_authentication_encoding};
use crate::manifest::{self, Digests, ManifestError};
use crate::member::{self, ALWAYS, JOURNAL, MANIFEST, Members, STATEMENT};
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
    let manifest = manifest::of(&manifest::digests(&members));
    members.insert(MANIFEST.to_owned(), manifest);
    let statement = Statement::of(&members)?.to_json()?;
    let envelope = Envelope::seal(&statement, key)?;
    members.insert(STATEMENT.to_owned(), envelope.to_json()?);
    Ok(tar::write(&members)?)
}

/// A file that has a certificate's one form. What it says is still to be checked.
///
/// Its journal is read while the file is: its bytes, which are most of the file, are never there as a whole.
#[derive(Debug)]
pub struct Certificate {
    /// All but the journal.
    members: Members,
    /// Those of all members.
    digests: Digests,
    /// Its journal, or why it is none.
    pub(crate) journal: Result<Journal, JournalError>,
}

/// Whatever is read of a member, and the digest of it.
struct Digested<R> {
    content: R,
    digest: Sha256,
}

impl<R: Read> Read for Digested<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.digest.update(&buffer[..read]);
        Ok(read)
    }
}

impl<R: Read> Digested<R> {
    fn of(content: R) -> Self {
        Digested {
            content,
            digest: Sha256::new(),
        }
    }

    /// The journal that it is, or why it is none.
    fn journal(&mut self) -> io::Result<Result<Journal, JournalError>> {
        match Journal::read(Path::new(JOURNAL), self).and_then(Journal::planned) {
            Err(JournalError::Read { source, .. }) => Err(source),
            read => Ok(read),
        }
    }

    /// The SHA-256 of all of it, of which the rest is skipped.
    fn digest(mut self) -> io::Result<String> {
        io::copy(&mut self, &mut io::sink())?;
        Ok(format!("{:x}", self.digest.finalize()))
    }
}

impl Certificate {
    /// Takes a file apart, which must be of the one form that its members give. It may have these
    /// reports as members, and no other.
    ///
    /// # Errors
    ///
    /// [`FormError`].
    pub fn open(file: impl Read, reports: Registry<'_>) -> Result<Self, FormError> {
        let longest = |name: &str| member::longest(name, reports);
        let mut digests = Digests::new();
        let mut journal = None;
        let mut members = tar::read_each(file, longest, |name, content| {
            let mut content = Digested::of(content);
            let mut bytes = Vec::new();
            match name {
                JOURNAL => journal = Some(content.journal()?),
                _ => content.read_to_end(&mut bytes).map(drop)?,
            }
            digests.insert(name.to_owned(), content.digest()?);
            Ok(bytes)
        })?;
        members.remove(JOURNAL);
        if let Some(missing) = ALWAYS.iter().find(|name| !digests.contains_key(**name)) {
            return Err(FormError::Missing(missing));
        }
        Ok(Certificate {
            members,
            digests,
            journal: journal.ok_or(FormError::Missing(JOURNAL))?,
        })
    }

    /// The members that are kept as bytes: all but the journal.
    pub const fn members(&self) -> &Members {
        &self.members
    }

    /// How many members it has.
    pub fn member_count(&self) -> usize {
        self.digests.len()
    }

    /// The content of a member; nothing if there is none of this name.
    pub fn member(&self, name: &str) -> &[u8] {
        self.members.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether each member is as the manifest says, and how many it lists.
    ///
    /// # Errors
    ///
    /// [`ManifestError`].
    pub fn check_manifest(&self) -> Result<usize, ManifestError> {
        manifest::check(self.member(MANIFEST), &self.digests)
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
