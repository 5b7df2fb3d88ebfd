//! An RTP packet on the wire (RFC 3550 §5.1).

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};

use crate::rtcp::readable;

/// The payload type of PCMU (RFC 3551 §6).
pub const PCMU: u8 = 0;

/// The payload type of comfort noise (RFC 3389).
pub const COMFORT_NOISE: u8 = 13;

/// How much audio a packet holds.
pub const PACKET_TIME: Duration = Duration::from_millis(20);

const VERSION: u8 = 2;
const HEADER: usize = 12;

/// Why bytes are no RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RtpError {
    /// It ends within its header, its extension or its padding.
    #[error("the RTP packet is cut short")]
    TooShort,
    /// It is of another version: no RTP at all.
    #[error("RTP version {0} is not 2")]
    Version(u8),
}

/// An RTP packet, without contributing sources, extension and padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// What the payload is; 0 to 127.
    pub payload_type: u8,
    /// Whether audio begins here after silence.
    pub marker: bool,
    /// One more for each packet, modulo 2^16.
    pub sequence: u16,
    /// When the audio was taken, in units of 1/8000 s, modulo 2^32.
    pub timestamp: u32,
    /// The synchronisation source: which flow of its sender this is.
    pub ssrc: u32,
    /// The audio.
    pub payload: Bytes,
}

impl Packet {
    /// Reads a packet; its payload shares `bytes`. Contributing sources, extension and padding
    /// are skipped.
    ///
    /// # Errors
    ///
    /// Another version, or a packet that is shorter than its header says.
    pub fn parse(bytes: &Bytes) -> Result<Packet, RtpError> {
        let (header, rest) = bytes
            .split_first_chunk::<HEADER>()
            .ok_or(RtpError::TooShort)?;
        let [flags, kind, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *header;
        if flags >> 6 != VERSION {
            return Err(RtpError::Version(flags >> 6));
        }
        let begin = HEADER + skipped(flags, rest)?;
        let end = bytes.len() - padding(flags, rest)?;
        if begin > end {
            return Err(RtpError::TooShort);
        }
        Ok(Packet {
            payload_type: kind & 0x7f,
            marker: kind & 0x80 != 0,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
            payload: bytes.slice(begin..end),
        })
    }

    /// What people can read of what stands beside header and payload: contributing sources, extension (RFC 8285)
    /// and padding. Nothing where there is none of these, or no word in them.
    pub fn readable_besides(bytes: &Bytes) -> Option<String> {
        // Shorter is chance: numbers look like letters, too.
        const SHORTEST_WORD: usize = 4;
        const BESIDES: u8 = 0x3f;
        let (header, rest) = bytes.split_first_chunk::<HEADER>()?;
        let flags = header.first().filter(|flags| **flags & BESIDES != 0)?;
        let before = rest.get(..skipped(*flags, rest).ok()?)?;
        let after = rest.get(rest.len() - padding(*flags, rest).ok()?..)?;
        let said = format!("{} {}", readable(before), readable(after));
        let words = said.split(' ').filter(|word| word.len() >= SHORTEST_WORD);
        let words: Vec<&str> = words.collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// Whose streams are mixed in the packet, by their synchronisation sources: what stands in its list of
    /// contributing sources.
    pub fn contributing(bytes: &Bytes) -> Vec<u32> {
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else {
            return Vec::new();
        };
        let (sources, _) = rest.as_chunks::<4>();
        let many = usize::from(header[0] & 0x0f);
        let sources = sources.iter().take(many);
        sources.map(|source| u32::from_be_bytes(*source)).collect()
    }

    /// The packet as it goes on the wire.
    pub fn to_bytes(&self) -> Bytes {
        let mut bytes = BytesMut::with_capacity(HEADER + self.payload.len());
        bytes.put_u8(VERSION << 6);
        bytes.put_u8(u8::from(self.marker) << 7 | self.payload_type & 0x7f);
        bytes.put_u16(self.sequence);
        bytes.put_u32(self.timestamp);
        bytes.put_u32(self.ssrc);
        bytes.put_slice(&self.payload);
        bytes.freeze()
    }
}

/// The length of contributing sources and extension, which follow the fixed header.
fn skipped(flags: u8, rest: &[u8]) -> Result<usize, RtpError> {
    let sources = usize::from(flags & 0x0f) * 4;
    if flags & 0x10 == 0 {
        return Ok(sources);
    }
    let extension = rest.get(sources..).unwrap_or_default();
    let [_, _, high, low, ..] = *extension else {
        return Err(RtpError::TooShort);
    };
    Ok(sources + 4 + usize::from(u16::from_be_bytes([high, low])) * 4)
}

/// The length of the padding, which its last byte tells.
fn padding(flags: u8, rest: &[u8]) -> Result<usize, RtpError> {
    if flags & 0x20 == 0 {
        return Ok(0);
    }
    match rest.last().copied().map(usize::from) {
        Some(length) if (1..=rest.len()).contains(&length) => Ok(length),
        _ => Err(RtpError::TooShort),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const FIXED: [u8; 12] = [0x80, 0x80, 0x12, 0x34, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef];

    fn with(flags: u8, rest: &[u8]) -> Bytes {
        let mut bytes = FIXED.to_vec();
        bytes[0] = flags;
        bytes.extend_from_slice(rest);
        bytes.into()
    }

    #[rstest]
    #[case::nothing(0x80, b"audio", None)]
    #[case::extension(0x90, b"\x10\0\0\x02\x01\x05alice\0audio", Some("alice"))]
    #[case::no_word(0x90, b"\xbe\xde\0\x01\x10\x7fab", None)]
    #[case::padding(0xa0, b"audioalice\x06", Some("alice"))]
    #[case::cut_short(0x90, b"\x10\0\0\x09alice", None)]
    fn what_stands_besides_is_read(
        #[case] flags: u8,
        #[case] rest: &[u8],
        #[case] expected: Option<&str>,
    ) {
        let said = Packet::readable_besides(&with(flags, rest));
        assert_eq!(said.as_deref(), expected);
    }

    #[test]
    fn the_fields_stand_where_the_rfc_puts_them() {
        let packet = Packet::parse(&with(0x80, b"audio")).unwrap();
        let expected = Packet {
            payload_type: PCMU,
            marker: true,
            sequence: 0x1234,
            timestamp: 160,
            ssrc: 0xdead_beef,
            payload: Bytes::from_static(b"audio"),
        };
        assert_eq!(packet, expected);
        assert_eq!(packet.to_bytes(), with(0x80, b"audio"));
    }

    #[rstest]
    #[case::sources(0x82, b"\0\0\0\x01\0\0\0\x02audio")]
    #[case::extension(0x90, b"\xbe\xde\0\x01\0\0\0\0audio")]
    #[case::padding(0xa0, b"audio\0\0\x03")]
    #[case::all(0xb1, b"\0\0\0\x01\xbe\xde\0\x01\0\0\0\0audio\0\0\x03")]
    fn what_surrounds_the_payload_is_skipped(#[case] flags: u8, #[case] rest: &[u8]) {
        let packet = Packet::parse(&with(flags, rest)).unwrap();
        assert_eq!(packet.payload, &b"audio"[..]);
    }

    #[rstest]
    #[case::sources(0x8f, b"audio")]
    #[case::extension_header(0x90, b"\0\0")]
    #[case::extension(0x90, b"\0\0\0\x09audio")]
    #[case::no_padding(0xa0, b"")]
    #[case::zero_padding(0xa0, b"audio\0")]
    #[case::long_padding(0xa0, b"audio\xff")]
    #[case::overlap(0xa1, b"\0\0\0\x05")]
    fn a_packet_shorter_than_it_says_is_an_error(#[case] flags: u8, #[case] rest: &[u8]) {
        assert_eq!(Packet::parse(&with(flags, rest)), Err(RtpError::TooShort));
    }

    #[test]
    fn contributing_sources_are_those_that_it_says() {
        let sources = |flags| Packet::contributing(&with(flags, b"\0\0\0\x01\0\0\0\x02audio"));
        assert_eq!(sources(0x80), []);
        assert_eq!(sources(0x81), [1]);
        assert_eq!(sources(0x82), [1, 2]);
    }

    #[test]
    fn another_version_is_no_rtp() {
        assert_eq!(Packet::parse(&with(0x40, b"")), Err(RtpError::Version(1)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_packet_or_an_error(bytes: Vec<u8>) {
            let _ = Packet::parse(&bytes.into());
        }

        #[test]
        fn a_packet_survives_the_wire(
            payload_type in 0_u8..128,
            marker: bool,
            sequence: u16,
            timestamp: u32,
            ssrc: u32,
            payload: Vec<u8>,
        ) {
            let payload = Bytes::from(payload);
            let packet = Packet { payload_type, marker, sequence, timestamp, ssrc, payload };
            prop_assert_eq!(Packet::parse(&packet.to_bytes()), Ok(packet));
        }
    }
}
