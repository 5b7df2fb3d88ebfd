//! Keeps credentials out of the journal.

/// The header fields whose values are secret (RFC 3261 sections 20.7, 20.28).
const SECRET: [&str; 2] = ["authorization", "proxy-authorization"];

/// A SIP message as text, as on the wire, with the values of `Authorization` and
/// `Proxy-Authorization` replaced. Bytes that are no UTF-8 are replaced as well.
pub(crate) fn redacted(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let (head, body) = text.split_at(head_length(&text));
    let mut kept = String::with_capacity(text.len());
    let mut secret = false;
    for line in head.split_inclusive('\n') {
        let folded = line.starts_with([' ', '\t']);
        if folded && secret {
            continue;
        }
        let name = line.split(':').next().unwrap_or_default().trim_end();
        secret = !folded
            && SECRET
                .iter()
                .any(|secret| name.eq_ignore_ascii_case(secret));
        if secret {
            kept.push_str(name);
            kept.push_str(": redacted\r\n");
        } else {
            kept.push_str(line);
        }
    }
    kept.push_str(body);
    kept
}

/// How long start line and header are, in bytes.
fn head_length(text: &str) -> usize {
    let ends = ["\r\n\r\n", "\n\n"];
    let found = ends
        .iter()
        .filter_map(|end| text.find(end).map(|at| at + end.len()));
    found.min().unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_credentials_stays_as_on_the_wire() {
        let message = "OPTIONS sip:a@b SIP/2.0\r\nCall-ID: 1\r\n\r\nAuthorization: in the body";
        assert_eq!(redacted(message.as_bytes()), message);
    }

    #[test]
    fn credentials_are_redacted_whatever_their_case_and_folding() {
        let message = "REGISTER sip:b SIP/2.0\r\nAUTHORIZATION : Digest username=\"x\",\r\n\
                       \tresponse=\"secret\"\r\nProxy-Authorization:Basic secret\r\nExpires: 10\r\n\r\n";
        let text = redacted(message.as_bytes());
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(
            text,
            "REGISTER sip:b SIP/2.0\r\nAUTHORIZATION: redacted\r\n\
             Proxy-Authorization: redacted\r\nExpires: 10\r\n\r\n"
        );
    }

    #[test]
    fn what_is_no_text_is_kept_readable() {
        assert_eq!(redacted(b"\xff\r\n"), "\u{fffd}\r\n");
    }
}
