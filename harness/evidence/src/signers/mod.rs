//! Whose signatures are believed: a file of allowed signers, as `ssh-keygen -Y verify -f` reads it
//! (ssh-keygen(1), "ALLOWED SIGNERS").
//!
//! ```text
//! release@example.org namespaces="rgdrill" ssh-ed25519 AAAA…
//! ```
//!
//! Deliberately not modelled: certificate authorities. A line of one is passed over, as it vouches
//! for no key itself. And one thing is read more strictly: a file with a line that cannot be read is
//! refused, where `ssh-keygen` passes such a line over.
//!
//! - [`line`]: a line, with its options; [`patterns`]: lists of patterns; [`time`]: times.
//! - [`revoked`]: keys that are not believed any more.

mod line;
mod patterns;
pub mod revoked;
pub mod time;

use std::fmt;

use chrono::{DateTime, Utc};
use ssh_key::public::KeyData;

use crate::signing::NAMESPACE;
use line::Signer;
use patterns::list_matches;

/// The signers of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedSigners(Vec<Signer>);

/// Why a file is none of allowed signers, or none of revoked keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct SignersError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Why a key may not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No line has it.
    Unknown,
    /// Lines have it, but not as the one who was asked for.
    Identity,
    /// Its line is for other namespaces.
    Namespace,
    /// Its line is for another time.
    Time,
}

impl AllowedSigners {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`SignersError`], for the first line that cannot be read: one that was passed over might be
    /// the one that was meant.
    pub fn read(text: &str) -> Result<Self, SignersError> {
        let signers = numbered(text)
            .map(|(line, text)| Signer::read(text).map_err(|what| SignersError { line, what }));
        Ok(AllowedSigners(signers.collect::<Result<_, _>>()?))
    }

    /// As whom a key may sign certificates at this time: as `identity`, where one is asked for.
    ///
    /// # Errors
    ///
    /// The reason why it may not.
    pub fn who(
        &self,
        key: &KeyData,
        identity: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<String, Refusal> {
        let mut refusal = Refusal::Unknown;
        let theirs = |signer: &&Signer| !signer.is_authority && signer.key.as_ref() == Some(key);
        for signer in self.0.iter().filter(theirs) {
            if identity.is_some_and(|identity| !list_matches(&signer.principals, identity)) {
                refusal = Refusal::Identity;
                continue;
            }
            match signer.may_sign(now) {
                Ok(()) => return Ok(identity.unwrap_or(&signer.principals).to_owned()),
                Err(why) => refusal = why,
            }
        }
        Err(refusal)
    }
}

impl Signer {
    fn may_sign(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        let namespaces = self.namespaces.as_deref();
        if namespaces.is_some_and(|list| !list_matches(list, NAMESPACE)) {
            return Err(Refusal::Namespace);
        }
        let is_early = self.valid_after.is_some_and(|begin| now < begin);
        let is_late = self.valid_before.is_some_and(|end| now > end);
        if is_early || is_late {
            return Err(Refusal::Time);
        }
        Ok(())
    }
}

/// The lines of a file that say something, with their numbers from 1.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(text.lines());
    lines
        .map(|(number, line)| (number, line.trim_matches([' ', '\t', '\r'])))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::Unknown => "is none of the allowed signers'",
            Refusal::Identity => "is an allowed signer's, but not of the one who was asked for",
            Refusal::Namespace => "is allowed, but not for the namespace `rgdrill`",
            Refusal::Time => "is allowed, but not at this time",
        })
    }
}
