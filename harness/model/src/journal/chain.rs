//! The chain of hashes: each line's `h` covers the line and, through the previous `h`, all lines
//! before it. Works on the bytes of lines; what a line says is not known here.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// A SHA-256, written as 64 hexadecimal digits in lower case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; Hash::DIGITS]);

impl Hash {
    /// How many digits it is written with.
    const DIGITS: usize = 64;

    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash::from_digest(&Sha256::digest(bytes))
    }

    /// The digits.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn from_digest(digest: &[u8]) -> Hash {
        const DIGIT: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; Hash::DIGITS];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(digest) {
            pair[0] = DIGIT[usize::from(byte >> 4)];
            pair[1] = DIGIT[usize::from(byte & 0x0f)];
        }
        Hash(digits)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(str::from_utf8(&self.0).unwrap_or_default())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        match <[u8; Hash::DIGITS]>::try_from(text.as_bytes()) {
            Ok(digits) if digits.iter().all(is_digit) => Ok(Hash(digits)),
            _ => Err(de::Error::custom(
                "a hash has 64 hexadecimal digits in lower case",
            )),
        }
    }
}

/// What stands between a line's other members and its hash.
const BEFORE_HASH: &[u8] = br#","h":""#;
/// What stands after it.
const AFTER_HASH: &[u8] = br#""}"#;

/// A line's hash is not the one that the line and its predecessors have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotInChain;

/// A chain of lines, up to the last one that was added or checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    last: Hash,
}

impl Chain {
    /// A chain without a line. Two chains of different names have no `h` in common.
    pub fn begin(name: &str) -> Chain {
        Chain {
            last: Hash::of(name.as_bytes()),
        }
    }

    /// The chain up to `line`, if that has an `h`. That it is the right one is not checked here.
    pub fn up_to(line: &[u8]) -> Option<Chain> {
        let (_, hash) = split(line)?;
        let last = Hash(hash.try_into().ok()?);
        Some(Chain { last })
    }

    /// The `h` of the last line; of a chain without a line, what its first line builds on.
    pub fn last(&self) -> Hash {
        self.last
    }

    /// Adds `line`, which is a JSON object with at least one member, and puts its `h` into it.
    pub fn add(&mut self, line: &mut Vec<u8>) {
        debug_assert_eq!(line.last(), Some(&b'}'), "a line is a JSON object");
        line.pop();
        self.last = self.after(line);
        line.extend_from_slice(BEFORE_HASH);
        line.extend_from_slice(self.last.as_bytes());
        line.extend_from_slice(AFTER_HASH);
    }

    /// Takes `line`, which has its `h` in it, as the next one.
    ///
    /// # Errors
    ///
    /// [`NotInChain`] if its `h` is not the one that it has as the next line; the chain then
    /// stays where it was.
    pub fn check(&mut self, line: &[u8]) -> Result<(), NotInChain> {
        let (body, hash) = split(line).ok_or(NotInChain)?;
        let expected = self.after(body);
        if expected.as_bytes() != hash {
            return Err(NotInChain);
        }
        self.last = expected;
        Ok(())
    }

    /// The hash of a next line whose bytes, but for the closing brace, are `body`.
    fn after(&self, body: &[u8]) -> Hash {
        let digest = Sha256::new()
            .chain_update(self.last.as_bytes())
            .chain_update(body)
            .chain_update(b"}")
            .finalize();
        Hash::from_digest(&digest)
    }
}

/// The bytes of a line before its `h`, and the digits of its `h`.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = line.strip_suffix(AFTER_HASH)?;
    let (rest, hash) = rest.split_at_checked(rest.len().checked_sub(Hash::DIGITS)?)?;
    Some((rest.strip_suffix(BEFORE_HASH)?, hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hash_is_the_one_that_sha256sum_gives() {
        let mut line = br#"{"n":0}"#.to_vec();
        Chain::begin("a").add(&mut line);
        // printf '%s{"n":0}' "$(printf a | sha256sum | cut -c-64)" | sha256sum
        let expected =
            Hash::of(br#"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb{"n":0}"#);
        assert_eq!(
            String::from_utf8(line).unwrap(),
            format!(r#"{{"n":0,"h":"{expected}"}}"#)
        );
    }

    #[test]
    fn a_line_is_taken_after_its_predecessor_only() {
        let mut chain = Chain::begin("a");
        let (mut first, mut second) = (br#"{"n":0}"#.to_vec(), br#"{"n":1}"#.to_vec());
        chain.add(&mut first);
        chain.add(&mut second);

        let mut reader = Chain::begin("a");
        assert_eq!(reader.check(&second), Err(NotInChain));
        assert_eq!(reader.check(&first), Ok(()));
        assert_eq!(reader.check(&first), Err(NotInChain));
        assert_eq!(reader.check(&second), Ok(()));
        assert_eq!(reader, chain);
    }

    #[test]
    fn a_line_of_one_walk_is_not_taken_for_a_line_of_another() {
        let mut line = br#"{"n":0}"#.to_vec();
        Chain::begin("a").add(&mut line);
        assert_eq!(Chain::begin("b").check(&line), Err(NotInChain));
    }

    #[test]
    fn a_line_without_a_hash_is_not_taken() {
        for line in ["", "}", r#""}"#, r#"{"n":0}"#, r#"{"n":0,"h":"ab"}"#] {
            assert_eq!(Chain::begin("a").check(line.as_bytes()), Err(NotInChain));
        }
    }
}
