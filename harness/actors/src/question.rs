//! What probes say to each other: a question with a number, and the same number back.

use bytes::{BufMut, Bytes, BytesMut};

const QUESTION: &[u8; 8] = b"rgdrill?";
const ANSWER: &[u8; 8] = b"rgdrill!";

/// One datagram between two probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probing {
    /// Is your host there? Asked in this round of the asker.
    Question(u64),
    /// It is.
    Answer(u64),
}

impl Probing {
    /// The datagram: eight letters, then the round in network byte order.
    pub(crate) fn to_bytes(self) -> Bytes {
        let (word, round) = match self {
            Probing::Question(round) => (QUESTION, round),
            Probing::Answer(round) => (ANSWER, round),
        };
        let mut bytes = BytesMut::with_capacity(16);
        bytes.put_slice(word);
        bytes.put_u64(round);
        bytes.freeze()
    }

    /// Reads a datagram; nothing if it is not one of a probe.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Probing> {
        let (word, round) = bytes.split_first_chunk::<8>()?;
        let round = u64::from_be_bytes(round.try_into().ok()?);
        match word {
            QUESTION => Some(Probing::Question(round)),
            ANSWER => Some(Probing::Answer(round)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Probing::Question(0))]
    #[case(Probing::Answer(u64::MAX))]
    fn what_a_probe_says_is_understood(#[case] said: Probing) {
        assert_eq!(Probing::parse(&said.to_bytes()), Some(said));
    }

    #[rstest]
    #[case(b"")]
    #[case(b"rgdrill?")]
    #[case(b"rgdrill?1234567")]
    #[case(b"rgdrill?123456789")]
    #[case(b"rgdrill.12345678")]
    #[case(b"SIP/2.0 200 OK\r\n\r\n")]
    fn garbage_is_not_understood(#[case] bytes: &[u8]) {
        assert_eq!(Probing::parse(bytes), None);
    }
}
