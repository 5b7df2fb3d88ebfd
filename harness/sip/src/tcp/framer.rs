//! Where one message on a connection ends and the next begins (RFC 3261 §18.3).

use bytes::{Buf as _, Bytes, BytesMut};

use crate::MAX_SIZE;

/// What ends the headers.
const EMPTY_LINE: &[u8] = b"\r\n\r\n";

/// What a keep-alive asks (RFC 5626 §3.5.1); its answer is half of it.
const PING: &[u8] = b"\r\n\r\n";

/// Bytes that came on a connection and are no whole message yet.
#[derive(Debug, Default)]
pub(super) struct Framer {
    bytes: BytesMut,
}

/// What was next on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// A message.
    Message(Bytes),
    /// Somebody wants to know whether the connection lives.
    Ping,
}

/// It cannot be told any more where messages end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FramingLost;

impl Framer {
    /// Takes what has come.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// What is next; nothing if not all of it is there.
    ///
    /// # Errors
    ///
    /// [`FramingLost`] at a message without a Content-Length that can be read, or that is too large: the
    /// connection is of no more use.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, FramingLost> {
        if self.bytes.starts_with(PING) {
            self.bytes.advance(PING.len());
            return Ok(Some(Frame::Ping));
        }
        // Half a ping may be the answer to one, and empty lines before a message mean nothing
        // (RFC 3261 §7.5).
        while self.bytes.starts_with(b"\r\n") && self.bytes.len() > 2 && self.bytes[2] != b'\r' {
            self.bytes.advance(2);
        }
        let mut windows = self.bytes.windows(EMPTY_LINE.len());
        let Some(end) = windows.position(|window| window == EMPTY_LINE) else {
            return if self.bytes.len() > MAX_SIZE {
                Err(FramingLost)
            } else {
                Ok(None)
            };
        };
        let head = &self.bytes[..end];
        let length = content_length(head).ok_or(FramingLost)?;
        let whole = end + EMPTY_LINE.len() + length;
        if whole > MAX_SIZE {
            return Err(FramingLost);
        }
        let is_there = self.bytes.len() >= whole;
        Ok(is_there.then(|| Frame::Message(self.bytes.split_to(whole).freeze())))
    }
}

/// The Content-Length of these headers, in its long or its short form.
fn content_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n").skip(1);
    lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.trim_end();
        let is_it = name.eq_ignore_ascii_case("Content-Length") || name.eq_ignore_ascii_case("l");
        is_it.then(|| value.trim().parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn message(n: u8, body: &str) -> Vec<u8> {
        let length = body.len();
        format!("OPTIONS sip:{n} SIP/2.0\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes()
    }

    fn frames(framer: &mut Framer) -> Vec<Frame> {
        std::iter::from_fn(|| framer.next().unwrap()).collect()
    }

    proptest! {
        #[test]
        fn messages_are_found_however_they_are_cut_up(
            bodies in proptest::collection::vec("[a-z\r\n]{0,40}", 1..5),
            cut in 1_usize..60,
        ) {
            let messages: Vec<Vec<u8>> =
                bodies.iter().zip(0..).map(|(body, n)| message(n, body)).collect();
            let mut framer = Framer::default();
            let mut found = Vec::new();
            for piece in messages.concat().chunks(cut) {
                framer.push(piece);
                found.extend(frames(&mut framer));
            }
            let expected = messages.into_iter().map(|bytes| Frame::Message(bytes.into()));
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_keep_alive_between_messages_is_one_and_empty_lines_are_nothing() {
        let mut framer = Framer::default();
        framer.push(&message(1, ""));
        framer.push(b"\r\n\r\n");
        framer.push(b"\r\n");
        framer.push(&message(2, "body"));
        let expected = [
            Frame::Message(message(1, "").into()),
            Frame::Ping,
            Frame::Message(message(2, "body").into()),
        ];
        assert_eq!(frames(&mut framer), expected);
    }

    #[test]
    fn a_length_may_be_written_shortly() {
        let mut framer = Framer::default();
        framer.push(b"SIP/2.0 200 OK\r\nL : 2\r\n\r\nok");
        assert_eq!(frames(&mut framer).len(), 1);
    }

    #[rstest]
    #[case::without(b"OPTIONS sip:1 SIP/2.0\r\n\r\n".to_vec())]
    #[case::negative(b"OPTIONS sip:1 SIP/2.0\r\nContent-Length: -1\r\n\r\n".to_vec())]
    #[case::too_large(b"OPTIONS sip:1 SIP/2.0\r\nContent-Length: 65535\r\n\r\n".to_vec())]
    #[case::endless(vec![b'a'; MAX_SIZE + 1])]
    #[case::not_text(b"OPTIONS \xff SIP/2.0\r\nContent-Length: 0\r\n\r\n".to_vec())]
    fn without_a_length_there_is_no_telling_where_a_message_ends(#[case] bytes: Vec<u8>) {
        let mut framer = Framer::default();
        framer.push(&bytes);
        assert_eq!(framer.next(), Err(FramingLost));
    }
}
