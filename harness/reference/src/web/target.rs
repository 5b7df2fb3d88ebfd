//! What a request is about: the segments of its path and the pairs of its query (RFC 3986).

use std::collections::BTreeMap;

use http::Uri;

/// Path and query of a request, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    segments: Vec<String>,
    query: BTreeMap<String, String>,
}

impl Target {
    /// Takes the target apart.
    pub(crate) fn of(uri: &Uri) -> Self {
        let segments = uri.path().split('/').filter(|segment| !segment.is_empty());
        let pairs = uri.query().unwrap_or_default().split('&');
        Target {
            segments: segments.map(decode).collect(),
            query: pairs
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(key, value)| (decode(key), decode(value)))
                .collect(),
        }
    }

    /// The segments of the path, for matching.
    pub(crate) fn path(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The value of a query parameter.
    pub(crate) fn query(&self, key: &str) -> Option<&str> {
        self.query.get(key).map(String::as_str)
    }

    /// Whether a query parameter says yes.
    pub(crate) fn says_yes(&self, key: &str) -> bool {
        matches!(self.query(key), Some("true" | "1" | ""))
    }
}

/// Decodes percent-encoding; what is malformed stays as it is.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match hex_pair(bytes, at) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    if bytes[at] != b'%' {
        return None;
    }
    let digit = |offset: usize| char::from(*bytes.get(at + offset)?).to_digit(16);
    u8::try_from(digit(1)? * 16 + digit(2)?).ok()
}

/// Percent-encodes what must not stand in a path segment or a query value (RFC 3986 section 2.3).
pub(crate) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_query_are_decoded() {
        let uri: Uri = "/management/shell/workflows/after%20hours?parent=primary&show_all"
            .parse()
            .unwrap();
        let target = Target::of(&uri);
        assert_eq!(
            target.path(),
            ["management", "shell", "workflows", "after hours"]
        );
        assert_eq!(target.query("parent"), Some("primary"));
        assert!(target.says_yes("show_all"));
        assert!(!target.says_yes("owner"));
    }

    #[test]
    fn what_is_encoded_is_decoded_again() {
        let name = "50 % / größer?";
        assert_eq!(decode(&encode(name)), name);
    }

    #[test]
    fn malformed_percent_signs_stay() {
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz"), "%zz");
    }
}
