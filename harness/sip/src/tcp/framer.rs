//! Where one message on a connection ends and the next begins (RFC 3261 §18.3).

use bytes::{Buf as _, Bytes, BytesMut};
use memchr::memmem;

use crate::MAX_SIZE;
use crate::message::read_length;

/// What ends the headers.
const EMPTY_LINE: &[u8] = b"\r\n\r\n";

/// What a keep-alive asks (RFC 5626 §3.5.1); its answer is half of it.
const PING: &[u8] = b"\r\n\r\n";

/// Bytes that came on a connection and are no whole message yet.
///
/// Each byte is looked at once, however many pieces a message comes in.
#[derive(Debug, Default)]
pub(super) struct Framer {
    bytes: BytesMut,
    progress: Progress,
}

/// What is known of the message that has not come whole.
#[derive(Clone, Copy, Debug)]
enum Progress {
    /// No empty line begins before this byte.
    Head(usize),
    /// It is so long, in bytes.
    Body(usize),
}

impl Default for Progress {
    fn default() -> Self {
        Progress::Head(0)
    }
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

    /// Whether a part of a message is there; that of a keep-alive is none.
    pub(super) fn is_within_message(&self) -> bool {
        !PING.starts_with(&self.bytes)
    }

    /// What is next; nothing if not all of it is there.
    ///
    /// # Errors
    ///
    /// [`FramingLost`] at a message whose Content-Length is missing, cannot be read, is given twice
    /// and differently, or is too large: the connection is of no more use.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, FramingLost> {
        let searched = match self.progress {
            Progress::Body(length) => return Ok(self.take(length)),
            Progress::Head(searched) => searched,
        };
        if searched == 0 {
            if self.bytes.starts_with(PING) {
                self.bytes.advance(PING.len());
                return Ok(Some(Frame::Ping));
            }
            self.skip_empty_lines();
        }
        let Some(end) = memmem::find(&self.bytes[searched..], EMPTY_LINE) else {
            if self.bytes.len() > MAX_SIZE {
                return Err(FramingLost);
            }
            // What ends the headers may have come in part.
            let searched = self.bytes.len().saturating_sub(EMPTY_LINE.len() - 1);
            self.progress = Progress::Head(searched);
            return Ok(None);
        };
        let end = searched + end;
        let length = content_length(&self.bytes[..end])
            .and_then(|body| body.checked_add(end + EMPTY_LINE.len()))
            .filter(|length| *length <= MAX_SIZE)
            .ok_or(FramingLost)?;
        self.progress = Progress::Body(length);
        Ok(self.take(length))
    }

    /// Half a ping may be the answer to one, and empty lines before a message mean nothing
    /// (RFC 3261 §7.5).
    fn skip_empty_lines(&mut self) {
        while self.bytes.starts_with(b"\r\n") && self.bytes.get(2).is_some_and(|b| *b != b'\r') {
            self.bytes.advance(2);
        }
    }

    /// The message of this length, if all of it is there.
    fn take(&mut self, length: usize) -> Option<Frame> {
        if self.bytes.len() < length {
            return None;
        }
        self.progress = Progress::default();
        Some(Frame::Message(self.bytes.split_to(length).freeze()))
    }
}

/// The Content-Length of these headers, in its long or its short form, if all agree on it.
fn content_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lengths = head.split("\r\n").skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        let name = name.trim_end();
        let is_it = name.eq_ignore_ascii_case("Content-Length") || name.eq_ignore_ascii_case("l");
        is_it.then(|| read_length(value.trim()))
    });
    let first = lengths.next()??;
    lengths.all(|other| other == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

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

    /// A message whose length is 0, if counted modulo the largest number.
    fn wrapping(begin: &[u8]) -> Vec<u8> {
        // As many digits as the number below has.
        let whole = begin.len() + usize::MAX.to_string().len() + EMPTY_LINE.len();
        let length = 0_usize.wrapping_sub(whole);
        [begin, length.to_string().as_bytes(), EMPTY_LINE].concat()
    }

    proptest! {
        /// A frame takes bytes away, so there are no more of them than bytes; an alphabet of what
        /// framing looks at reaches further than any bytes do.
        #[test]
        fn no_bytes_make_it_panic_or_spin(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("\r\n".to_owned()),
                    Just("OPTIONS sip:1 SIP/2.0\r\n".to_owned()),
                    Just("Content-Length: ".to_owned()),
                    Just("l:".to_owned()),
                    any::<u64>().prop_map(|n| n.to_string()),
                    (0_u64..200).prop_map(|n| (u64::MAX - n).to_string()),
                    (0_u8..9).prop_map(|n| n.to_string()),
                    ".{0,9}",
                ],
                0..40,
            ),
        ) {
            let mut framer = Framer::default();
            let mut left: usize = pieces.iter().map(String::len).sum();
            for piece in pieces {
                framer.push(piece.as_bytes());
                while let Ok(Some(frame)) = framer.next() {
                    let taken = match frame {
                        Frame::Ping => PING.len(),
                        Frame::Message(bytes) => bytes.len(),
                    };
                    prop_assert!((1..=left).contains(&taken));
                    left -= taken;
                }
            }
        }

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

    /// What is looked at again with each byte would take minutes.
    #[test]
    fn a_large_message_byte_by_byte_is_looked_at_once() {
        let message = message(1, &"x".repeat(MAX_SIZE - 100));
        let head = [
            &b"OPTIONS sip:1 SIP/2.0\r\nX: "[..],
            &[b'x'; MAX_SIZE - 100],
        ]
        .concat();
        for bytes in [message, head] {
            let mut framer = Framer::default();
            let begun = Instant::now();
            for byte in &bytes {
                framer.push(&[*byte]);
                framer.next().unwrap();
            }
            assert!(begun.elapsed() < Duration::from_secs(5));
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
    #[case::wrapping(wrapping(b"OPTIONS sip:1 SIP/2.0\r\nContent-Length: "))]
    #[case::beyond_any_number(b"OPTIONS sip:1 SIP/2.0\r\nContent-Length: 99999999999999999999\r\n\r\n".to_vec())]
    #[case::signed(b"OPTIONS sip:1 SIP/2.0\r\nContent-Length: +0\r\n\r\n".to_vec())]
    #[case::contradictory(b"OPTIONS sip:1 SIP/2.0\r\nl: 0\r\nContent-Length: 4\r\n\r\n".to_vec())]
    #[case::endless(vec![b'a'; MAX_SIZE + 1])]
    #[case::not_text(b"OPTIONS \xff SIP/2.0\r\nContent-Length: 0\r\n\r\n".to_vec())]
    fn without_a_length_there_is_no_telling_where_a_message_ends(#[case] bytes: Vec<u8>) {
        let mut framer = Framer::default();
        framer.push(&bytes);
        assert_eq!(framer.next(), Err(FramingLost));
    }
}
