//! What probes send to each other: a request with a sample's number, and a reply with the same.

use bytes::{BufMut, Bytes, BytesMut};

const REQUEST: &[u8; 8] = b"rgdrill?";
const REPLY: &[u8; 8] = b"rgdrill!";

/// One datagram between two probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProbeMessage {
    /// Asks whether the host is there, for this sample of the sender.
    Request(u64),
    /// It is.
    Reply(u64),
}

impl ProbeMessage {
    /// The datagram: eight letters, then the sample's number in network byte order.
    pub(crate) fn to_bytes(self) -> Bytes {
        let (magic, sample) = match self {
            ProbeMessage::Request(sample) => (REQUEST, sample),
            ProbeMessage::Reply(sample) => (REPLY, sample),
        };
        let mut bytes = BytesMut::with_capacity(16);
        bytes.put_slice(magic);
        bytes.put_u64(sample);
        bytes.freeze()
    }

    /// Reads a datagram; nothing if it is not one of a probe.
    pub(crate) fn parse(bytes: &[u8]) -> Option<ProbeMessage> {
        let (magic, sample) = bytes.split_first_chunk::<8>()?;
        let sample = u64::from_be_bytes(sample.try_into().ok()?);
        match magic {
            REQUEST => Some(ProbeMessage::Request(sample)),
            REPLY => Some(ProbeMessage::Reply(sample)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(ProbeMessage::Request(0))]
    #[case(ProbeMessage::Reply(u64::MAX))]
    fn what_a_probe_sends_is_understood(#[case] sent: ProbeMessage) {
        assert_eq!(ProbeMessage::parse(&sent.to_bytes()), Some(sent));
    }

    #[rstest]
    #[case(b"")]
    #[case(b"rgdrill?")]
    #[case(b"rgdrill?1234567")]
    #[case(b"rgdrill?123456789")]
    #[case(b"rgdrill.12345678")]
    #[case(b"SIP/2.0 200 OK\r\n\r\n")]
    fn garbage_is_not_understood(#[case] bytes: &[u8]) {
        assert_eq!(ProbeMessage::parse(bytes), None);
    }
}
