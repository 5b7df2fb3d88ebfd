//! What is borne with in session descriptions, before they are read.

use std::borrow::Cow;

/// The longest number that is read as it is.
const DIGITS: usize = 18;

/// The bytes as text that can be read: a name in Latin-1 becomes UTF-8, and the numbers in `o=`, which
/// have no upper limit (RFC 8866 section 5.2), are cut to their last digits, by which versions differ.
pub(super) fn readable(bytes: &[u8]) -> Cow<'_, str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    };
    let mut lines = text.split_inclusive('\n');
    let Some(origin) = lines.find(|line| line.starts_with("o=")) else {
        return text;
    };
    let words = || origin.split(' ');
    let is_long =
        |word: &str| word.len() > DIGITS && word.bytes().all(|byte| byte.is_ascii_digit());
    if !words().any(is_long) {
        return text;
    }
    let shortened: Vec<&str> = words()
        .map(|word| {
            if is_long(word) {
                &word[word.len() - DIGITS..]
            } else {
                word
            }
        })
        .collect();
    Cow::Owned(text.replacen(origin, &shortened.join(" "), 1))
}
