//! Keys that are not believed any more: a file of public keys, one a line, or a key revocation list
//! (KRL), as `ssh-keygen -Y verify -r` reads both (OpenSSH, `PROTOCOL.krl`).
//!
//! Of a KRL, sections of certificates and signatures are passed over: no certificates sign here, and a
//! signature of the list itself is checked by whoever fetches it.

use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use ssh_key::public::KeyData;

use super::line::key_of;
use super::{SignersError, numbered};

/// How a KRL begins, and the version of its form.
const MAGIC: &[u8] = b"SSHKRL\n\0\0\0\0\x01";

/// Keys that are revoked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevokedKeys {
    /// In the form in which keys are exchanged (RFC 4253 section 6.6).
    keys: Vec<Vec<u8>>,
    /// By the hash of that form.
    sha1: Vec<Vec<u8>>,
    sha256: Vec<Vec<u8>>,
}

/// Why a file is none of revoked keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevokedError {
    /// A line of it is no public key.
    #[error(transparent)]
    Line(#[from] SignersError),
    /// It is neither text nor a KRL that can be read whole.
    #[error("it is neither a list of public keys nor a key revocation list: {0}")]
    List(&'static str),
}

impl RevokedKeys {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`RevokedError`]: of a file that is not understood nothing is believed.
    pub fn read(file: &[u8]) -> Result<Self, RevokedError> {
        if let Some(list) = file.strip_prefix(MAGIC) {
            return RevokedKeys::read_list(list).map_err(RevokedError::List);
        }
        let text = std::str::from_utf8(file).map_err(|_| RevokedError::List("it is no text"))?;
        let mut revoked = RevokedKeys::default();
        for (line, text) in numbered(text) {
            let key = key_of(text)
                .and_then(|key| key.0)
                .ok_or_else(|| SignersError {
                    line,
                    what: "there is no public key that can be read".to_owned(),
                })?;
            revoked.keys.extend(encoded(&key));
        }
        Ok(revoked)
    }

    /// Whether this key is among them. One that cannot be told is.
    pub fn have(&self, key: &KeyData) -> bool {
        let Some(key) = encoded(key) else {
            return true;
        };
        let (sha1, sha256) = (Sha1::digest(&key), Sha256::digest(&key));
        self.keys.contains(&key)
            || self.sha1.iter().any(|known| **known == *sha1)
            || self.sha256.iter().any(|known| **known == *sha256)
    }

    /// What follows the magic: versions and flags, two texts, then sections.
    fn read_list(list: &[u8]) -> Result<Self, &'static str> {
        const NUMBERS: usize = 3 * 8;
        let mut rest = list.get(NUMBERS..).ok_or("it breaks off")?;
        for _ in 0..2 {
            string(&mut rest)?;
        }
        let mut revoked = RevokedKeys::default();
        while let Some((kind, after)) = rest.split_first() {
            rest = after;
            let section = string(&mut rest)?;
            match kind {
                // Certificates, signatures: see above.
                1 | 4 => {}
                2 => revoked.keys.extend(strings(section)?),
                3 => revoked.sha1.extend(strings(section)?),
                5 => revoked.sha256.extend(strings(section)?),
                _ => return Err("it has a section of a kind that is not known"),
            }
        }
        Ok(revoked)
    }
}

fn encoded(key: &KeyData) -> Option<Vec<u8>> {
    ssh_key::PublicKey::from(key.clone()).to_bytes().ok()
}

/// The next string (RFC 4251 section 5).
fn string<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], &'static str> {
    let (length, after) = rest.split_first_chunk().ok_or("it breaks off")?;
    let length = u32::from_be_bytes(*length) as usize;
    let (string, after) = after.split_at_checked(length).ok_or("it breaks off")?;
    *rest = after;
    Ok(string)
}

fn strings(mut section: &[u8]) -> Result<Vec<Vec<u8>>, &'static str> {
    let mut strings = Vec::new();
    while !section.is_empty() {
        strings.push(string(&mut section)?.to_vec());
    }
    Ok(strings)
}
