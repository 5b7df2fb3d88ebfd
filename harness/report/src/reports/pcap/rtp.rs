//! RTP packets (RFC 3550, section 5.1) that stand for what an actor summed up.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use model::journal::Quality;

/// Comfort noise (RFC 3389).
const COMFORT_NOISE: u8 = 13;

/// The header of a packet.
pub(super) type Header = [u8; 12];

/// How far each flow has come, by its ends.
#[derive(Default)]
pub(super) struct Flows(BTreeMap<(SocketAddr, SocketAddr), u16>);

impl Flows {
    /// The next packet of a flow: a header, of the time at which the first that it stands for came.
    pub(super) fn next(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        first_us: u64,
        quality: &Quality,
    ) -> Header {
        let source = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let number = self.0.entry((from, to)).or_insert(0);
        *number = number.wrapping_add(1);
        let kind = quality.payload_types.first().copied();
        let kind = kind.unwrap_or(COMFORT_NOISE) & 0x7f;
        // Eight samples in a millisecond; the number goes round.
        let timestamp = (first_us / 125) as u32;
        let source = source ^ u32::from(from.port());
        let mut header = [0x80, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        header[2..4].copy_from_slice(&number.to_be_bytes());
        header[4..8].copy_from_slice(&timestamp.to_be_bytes());
        header[8..].copy_from_slice(&source.to_be_bytes());
        header
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_a_flow_are_numbered() {
        let mut flows = Flows::default();
        let [a, b] = ["198.18.0.1:1", "198.18.0.2:2"].map(|text| text.parse().unwrap());
        let quality = Quality {
            payload_types: [8].into(),
            ..Quality::default()
        };
        assert_eq!(flows.next(a, b, 0, &quality)[..4], [0x80, 8, 0, 1]);
        assert_eq!(flows.next(b, a, 0, &quality)[..4], [0x80, 8, 0, 1]);
        let second = flows.next(a, b, 1_000_000, &Quality::default());
        assert_eq!(second[..8], [0x80, COMFORT_NOISE, 0, 2, 0, 0, 0x1f, 0x40]);
    }
}
