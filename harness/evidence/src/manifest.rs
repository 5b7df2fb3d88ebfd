//! `manifest.sha256`: what `sha256sum` prints of the other members, sorted by name; checked with
//! `sha256sum --check --strict manifest.sha256` in the directory that the archive was unpacked in.
//!
//! The statement is not in it: the statement names the manifest.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::member::{MANIFEST, Members, STATEMENT};

/// The SHA-256 of members, in hexadecimal digits, by name.
pub type Digests = BTreeMap<String, String>;

/// Why a manifest is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A line of it is no hash and name.
    #[error("line {line} of `{MANIFEST}` is no SHA-256 and name")]
    Malformed {
        /// The line, from 1.
        line: usize,
    },
    /// A member is not what the manifest says.
    #[error("`{member}` was altered: its SHA-256 is {found}, `{MANIFEST}` says {expected}")]
    Altered {
        /// The member.
        member: String,
        /// Its SHA-256.
        found: String,
        /// The manifest's.
        expected: String,
    },
    /// A member is not in the manifest.
    #[error("`{member}` was added: `{MANIFEST}` does not have it")]
    Added {
        /// The member.
        member: String,
    },
    /// A member of the manifest is not there.
    #[error("`{member}` is missing: `{MANIFEST}` has it")]
    Removed {
        /// The member.
        member: String,
    },
    /// It says what it should, but not in the one form that manifests have.
    #[error("`{MANIFEST}` is not sorted, or has a line twice")]
    NotCanonical,
}

/// The digests of these members.
pub fn digests(members: &Members) -> Digests {
    let digest = |(name, content): (&String, &Vec<u8>)| (name.clone(), sha256(content));
    members.iter().map(digest).collect()
}

/// The manifest of members with these digests.
pub fn of(digests: &Digests) -> Vec<u8> {
    let mut manifest = String::new();
    for (name, digest) in listed(digests) {
        // Writing to a string does not fail.
        let _ = writeln!(manifest, "{digest}  {name}");
    }
    manifest.into_bytes()
}

/// Whether a manifest is that of members with these digests; and how many it lists.
///
/// # Errors
///
/// [`ManifestError`], for the first member that is not as it says.
pub fn check(manifest: &[u8], digests: &Digests) -> Result<usize, ManifestError> {
    let mut expected = parse(manifest)?;
    let listed_count = expected.len();
    for (name, found) in listed(digests) {
        let member = name.clone();
        match expected.remove(name.as_str()) {
            None => return Err(ManifestError::Added { member }),
            Some(expected) if expected != found => {
                return Err(ManifestError::Altered {
                    member,
                    found: found.clone(),
                    expected: expected.to_owned(),
                });
            }
            Some(_) => {}
        }
    }
    if let Some(member) = expected.into_keys().next() {
        let member = member.to_owned();
        return Err(ManifestError::Removed { member });
    }
    if manifest != of(digests) {
        return Err(ManifestError::NotCanonical);
    }
    Ok(listed_count)
}

/// The SHA-256 of some bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The members that a manifest lists.
fn listed(digests: &Digests) -> impl Iterator<Item = (&String, &String)> {
    digests
        .iter()
        .filter(|(name, _)| ![MANIFEST, STATEMENT].contains(&name.as_str()))
}

/// Name to SHA-256.
fn parse(manifest: &[u8]) -> Result<BTreeMap<&str, &str>, ManifestError> {
    let malformed = |line| ManifestError::Malformed { line };
    let text = std::str::from_utf8(manifest).map_err(|_| malformed(1))?;
    let lines = text.lines().enumerate();
    lines
        .map(|(index, line)| {
            let (hash, name) = line.split_once("  ").ok_or(malformed(index + 1))?;
            Ok((name, hash))
        })
        .collect()
}
