//! Finds a secret in bytes: as it is, as JSON and URLs escape it, and as base64 of any text that it
//! is a part of, such as the `user:password` of HTTP basic authentication.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Shorter ones are in any journal by chance, and protect nothing.
const SHORTEST: usize = 6;

/// Whether `bytes` have `secret` in any of the forms in which it travels. One of fewer than six
/// bytes is not looked for.
pub fn has(bytes: &[u8], secret: &str) -> bool {
    secret.len() >= SHORTEST
        && forms(secret)
            .iter()
            .any(|form| bytes.windows(form.len()).any(|window| window == form))
}

/// The forms in which a secret travels.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let mut forms = vec![secret.to_owned(), json, percent_encoded(secret)];
    forms.extend((0..3).map(|before| base64_after(before, secret)));
    forms.sort();
    forms.dedup();
    forms.into_iter().map(String::into_bytes).collect()
}

/// The digits of base64 that the secret alone determines, when `before` bytes (modulo 3) come first.
fn base64_after(before: usize, secret: &str) -> String {
    let text = [vec![0; before].as_slice(), secret.as_bytes()].concat();
    let digits = STANDARD_NO_PAD.encode(&text);
    let first = (before * 8).div_ceil(6);
    let last = text.len() * 8 / 6;
    digits[first..last].to_owned()
}

/// As in a URL's query, where all but unreserved characters are escaped (RFC 3986 §2.1).
fn percent_encoded(secret: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    secret.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "hunter22 \"and\" more";

    #[test]
    fn a_secret_is_found_in_each_of_its_forms() {
        assert!(has(format!("…{SECRET}…").as_bytes(), SECRET));
        assert!(has(br#"{"why":"hunter22 \"and\" more"}"#, SECRET));
        assert!(has(b"?pin=hunter22%20%22and%22%20more", SECRET));
    }

    #[test]
    fn a_secret_is_found_in_base64_whoever_signs_in() {
        for user in ["", "a", "ab", "abc", "administrator"] {
            for after in ["", "x", "xy"] {
                let basic = STANDARD_NO_PAD.encode(format!("{user}:{SECRET}{after}"));
                assert!(has(basic.as_bytes(), SECRET), "{user} {after}");
            }
        }
    }

    #[test]
    fn another_text_is_none() {
        assert!(!has(b"hunter23 and more", SECRET));
        assert!(!has(
            STANDARD_NO_PAD.encode("bob:hunter23").as_bytes(),
            SECRET
        ));
    }

    #[test]
    fn a_secret_too_short_to_tell_is_not_looked_for() {
        assert!(!has(b"221", "22"));
    }
}
