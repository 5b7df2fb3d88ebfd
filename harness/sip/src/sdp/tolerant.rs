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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::as_it_is(b"v=0\r\no=- 1 2 IN IP4 h\r\n", "v=0\r\no=- 1 2 IN IP4 h\r\n")]
    #[case::latin_1(b"v=0\r\ns=Z\xfcrich\r\n", "v=0\r\ns=Zürich\r\n")]
    #[case::long_numbers(
        b"v=0\r\no=- 7 11111222222222222222222 IN IP4 h\r\ns=11111222222222222222222\r\n",
        "v=0\r\no=- 7 222222222222222222 IN IP4 h\r\ns=11111222222222222222222\r\n"
    )]
    fn what_is_borne_with(#[case] bytes: &[u8], #[case] text: &str) {
        assert_eq!(readable(bytes), text);
    }
}
