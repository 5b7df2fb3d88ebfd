//! RTCP (RFC 3550 section 6): what the ends of an RTP flow say of themselves.
//!
//! A telephone reports what it has sent, and who it is: its canonical name (CNAME). Of what it receives,
//! what people can read is kept: the descriptions of sources, why somebody leaves, applications' data.
//! How well packets arrive is learned from the packets themselves, so reports of that are left alone.

use std::time::Duration;

use bytes::Bytes;
use rtcp_types::{Compound, Packet, RtcpPacketWriterExt as _, Sdes, SdesChunk, SdesItem};

/// The packet types of RTCP: RTP has none of these in that place (RFC 5761 section 4).
const PACKET_TYPES: std::ops::RangeInclusive<u8> = 192..=223;

/// Longer than any report that is written here: a sender report, and one name of at most 255 bytes.
const LONGEST: usize = 512;

/// Whether a datagram is RTCP, and not RTP, which may share a port with it.
pub fn is_rtcp(bytes: &[u8]) -> bool {
    bytes.get(1).is_some_and(|kind| PACKET_TYPES.contains(kind))
}

/// What the sender of an RTP flow reports: a sender report with a source description.
#[derive(Clone, Copy, Debug)]
pub struct SenderReport<'n> {
    /// The flow's synchronisation source.
    pub ssrc: u32,
    /// How long ago the sender joined, which stands for the time of day: senders need not know that
    /// (section 6.4.1).
    pub elapsed: Duration,
    /// The time stamp of the next RTP packet.
    pub timestamp: u32,
    /// How many packets were sent.
    pub packets: u32,
    /// How many bytes of payload were sent.
    pub octets: u32,
    /// The sender's canonical name.
    pub cname: &'n str,
}

impl SenderReport<'_> {
    /// As it goes on the wire; nothing, if the name is longer than an item may be (255 bytes).
    pub fn to_bytes(&self) -> Option<Bytes> {
        // Seconds in the upper half, a fraction of 2^32 in the lower one (section 4).
        let fraction = (u64::from(self.elapsed.subsec_nanos()) << 32) / 1_000_000_000;
        let report = rtcp_types::SenderReport::builder(self.ssrc)
            .ntp_timestamp((self.elapsed.as_secs() << 32) | fraction)
            .rtp_timestamp(self.timestamp)
            .packet_count(self.packets)
            .octet_count(self.octets);
        let name = SdesItem::builder(SdesItem::CNAME, self.cname);
        let description = Sdes::builder().add_chunk(SdesChunk::builder(self.ssrc).add_item(name));
        let compound = Compound::builder()
            .add_packet(report)
            .add_packet(description);
        let mut bytes = [0; LONGEST];
        let length = compound.write_into(&mut bytes).ok()?;
        Some(Bytes::copy_from_slice(&bytes[..length]))
    }
}

/// What people can read of what RTCP says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable {
    /// Whose report it is, by its synchronisation source; none in a packet that is about no one.
    pub ssrc: Option<u32>,
    /// Each item: its name, and after a space what it says.
    pub items: Vec<String>,
}

impl Readable {
    /// Reads a compound packet; nothing if it is none (section 6.1).
    pub fn parse(bytes: &[u8]) -> Option<Readable> {
        if !is_rtcp(bytes) {
            return None;
        }
        let packets: Vec<Packet<'_>> = Compound::parse(bytes)
            .ok()?
            .collect::<Result<_, _>>()
            .ok()?;
        Some(Readable {
            ssrc: packets.iter().find_map(source),
            items: packets.iter().flat_map(items).collect(),
        })
    }
}

/// Who has sent a packet.
fn source(packet: &Packet<'_>) -> Option<u32> {
    match packet {
        Packet::Sr(report) => Some(report.ssrc()),
        Packet::Rr(report) => Some(report.ssrc()),
        Packet::Sdes(description) => description.chunks().next().map(SdesChunk::ssrc),
        Packet::App(app) => Some(app.ssrc()),
        Packet::Bye(bye) => bye.ssrcs().next(),
        _ => None,
    }
}

fn items(packet: &Packet<'_>) -> Vec<String> {
    match packet {
        Packet::Sdes(description) => {
            let items = description.chunks().flat_map(SdesChunk::items);
            items.map(described).collect()
        }
        Packet::Bye(bye) => {
            let reason = bye.reason().map(|said| format!("BYE {}", readable(said)));
            reason.into_iter().collect()
        }
        Packet::App(app) => {
            let (name, data) = (app.name(), app.data());
            vec![format!("APP {} {}", readable(&name), readable(data))]
        }
        _ => Vec::new(),
    }
}

fn described(item: &SdesItem<'_>) -> String {
    let (name, value) = (name_of(item), readable(item.value()));
    match item.type_() {
        SdesItem::PRIV => format!("{name} {} {value}", readable(item.priv_prefix())),
        _ => format!("{name} {value}"),
    }
}

/// As RFC 3550 names the item (section 6.5).
fn name_of(item: &SdesItem<'_>) -> &'static str {
    match item.type_() {
        SdesItem::CNAME => "CNAME",
        SdesItem::NAME => "NAME",
        SdesItem::EMAIL => "EMAIL",
        SdesItem::PHONE => "PHONE",
        SdesItem::LOC => "LOC",
        SdesItem::TOOL => "TOOL",
        SdesItem::NOTE => "NOTE",
        SdesItem::PRIV => "PRIV",
        _ => "SDES",
    }
}

/// What of these bytes is text; a space for each byte that is none.
pub(crate) fn readable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let readable = text.chars().map(|c| match c {
        c if c.is_control() || c == char::REPLACEMENT_CHARACTER => ' ',
        c => c,
    });
    readable.collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rtcp_types::{App, Bye};

    use super::*;

    const REPORT: SenderReport<'static> = SenderReport {
        ssrc: 7,
        elapsed: Duration::from_millis(2500),
        timestamp: 20_000,
        packets: 125,
        octets: 20_000,
        cname: "hugo@198.18.0.30",
    };

    #[test]
    fn a_report_says_who_sends_and_what_was_sent() {
        let bytes = REPORT.to_bytes().unwrap();
        assert!(is_rtcp(&bytes));
        let mut packets = Compound::parse(&bytes).unwrap();
        let Some(Ok(Packet::Sr(report))) = packets.next() else {
            panic!("a compound packet begins with a report");
        };
        assert_eq!(report.ssrc(), 7);
        assert_eq!(report.ntp_timestamp(), (2 << 32) | (1 << 31));
        assert_eq!(report.rtp_timestamp(), 20_000);
        assert_eq!((report.packet_count(), report.octet_count()), (125, 20_000));
        let readable = Readable::parse(&bytes).unwrap();
        assert_eq!(readable.ssrc, Some(7));
        assert_eq!(readable.items, ["CNAME hugo@198.18.0.30"]);
    }

    #[test]
    fn a_name_that_is_too_long_is_not_sent() {
        let cname = "x".repeat(256);
        let report = SenderReport {
            cname: &cname,
            ..REPORT
        };
        assert_eq!(report.to_bytes(), None);
    }

    #[test]
    fn whatever_can_be_read_is_kept() {
        let private = SdesItem::builder(SdesItem::PRIV, "of sales").prefix(b"agent".as_slice());
        let chunk = SdesChunk::builder(9)
            .add_item(SdesItem::builder(SdesItem::NAME, "Hugo"))
            .add_item(private);
        let compound = Compound::builder()
            .add_packet(rtcp_types::ReceiverReport::builder(9))
            .add_packet(Sdes::builder().add_chunk(chunk))
            .add_packet(App::builder(9, "name").data(b"hu\x07go\0\0\0"))
            .add_packet(Bye::builder().add_source(9).reason("hugo leaves"));
        let mut bytes = [0; 256];
        let length = compound.write_into(&mut bytes).unwrap();
        let readable = Readable::parse(&bytes[..length]).unwrap();
        assert_eq!(
            readable.items,
            [
                "NAME Hugo",
                "PRIV agent of sales",
                "APP name hu go",
                "BYE hugo leaves"
            ]
        );
    }

    #[test]
    fn rtp_is_no_rtcp() {
        let rtp = crate::rtp::Packet {
            payload_type: 0,
            marker: true,
            sequence: 1,
            timestamp: 2,
            ssrc: 3,
            payload: Bytes::from_static(&[0xff; 160]),
        };
        assert!(!is_rtcp(&rtp.to_bytes()));
        assert_eq!(Readable::parse(&rtp.to_bytes()), None);
    }

    proptest! {
        #[test]
        fn whatever_arrives_does_no_harm(kind in 190_u8..=225, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut datagram = vec![0x81, kind];
            datagram.extend(bytes);
            let _ = Readable::parse(&datagram);
        }

        #[test]
        fn a_spoiled_report_does_no_harm(at in 0_usize..60, byte in any::<u8>(), length in 0_usize..60) {
            let mut bytes = REPORT.to_bytes().unwrap().to_vec();
            if let Some(spoiled) = bytes.get_mut(at) {
                *spoiled = byte;
            }
            bytes.truncate(length);
            let _ = Readable::parse(&bytes);
        }
    }
}
