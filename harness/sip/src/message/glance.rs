//! A look at a response that does not read all of it.

use memchr::memchr;

/// What a response says first of all: to which request it is, and what became of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance<'a> {
    /// The status code.
    pub code: u16,
    /// The Call-ID.
    pub call_id: &'a str,
    /// The number in CSeq.
    pub sequence: u32,
    /// The method in CSeq.
    pub method: &'a str,
}

impl<'a> Glance<'a> {
    /// Looks at a datagram. `None` if it is no response, or one whose Call-ID and CSeq are not found where nearly
    /// everybody has them: then [`Message::parse`](super::Message::parse) says what it is. Whether the rest is as it
    /// must be is not looked at.
    pub fn at(datagram: &'a [u8]) -> Option<Glance<'a>> {
        let rest = datagram.strip_prefix(b"SIP/2.0 ")?;
        let code = text(rest.get(..3)?)?.parse().ok()?;
        let (mut call_id, mut cseq) = (None, None);
        let mut rest = rest;
        while call_id.is_none() || cseq.is_none() {
            rest = &rest[memchr(b'\n', rest)? + 1..];
            let line = &rest[..memchr(b'\r', rest)?];
            if line.is_empty() {
                return None;
            }
            if let Some(value) = line.strip_prefix(b"Call-ID:") {
                call_id = text(value);
            } else if let Some(value) = line.strip_prefix(b"CSeq:") {
                cseq = text(value);
            }
        }
        let (sequence, method) = cseq?.split_once(' ')?;
        Some(Glance {
            code,
            call_id: call_id.filter(|id| !id.is_empty())?,
            sequence: sequence.parse().ok()?,
            method: method.trim_start(),
        })
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(text.trim())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use rstest::rstest;

    use super::*;
    use crate::Message;

    const RINGING: &str = "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n\
        From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: c@h\r\nCSeq: 7 INVITE\r\n\r\n";

    #[test]
    fn what_a_glance_sees_is_what_the_parser_reads() {
        let seen = Glance::at(RINGING.as_bytes()).unwrap();
        let Ok(Message::Response(read)) = Message::parse(&Bytes::from_static(RINGING.as_bytes()))
        else {
            panic!("it is a response");
        };
        let (sequence, method) = read.cseq();
        assert_eq!(seen.code, read.code.into_u16());
        assert_eq!(seen.call_id, read.call_id());
        assert_eq!(
            (seen.sequence, seen.method),
            (sequence, &*method.to_string())
        );
    }

    #[rstest]
    #[case::a_request("SIP/2.0 180", "INVITE sip:b@h SIP/2.0")]
    #[case::no_code("180", "18x")]
    #[case::a_short_form("Call-ID", "i")]
    #[case::no_number("CSeq: 7", "CSeq:")]
    #[case::a_folded_value("Call-ID: c", "Call-ID:\r\n c")]
    #[case::no_end("INVITE\r\n\r\n", "INVITE")]
    fn what_is_not_as_usual_is_left_to_the_parser(#[case] from: &str, #[case] to: &str) {
        assert_eq!(Glance::at(RINGING.replace(from, to).as_bytes()), None);
    }
}
