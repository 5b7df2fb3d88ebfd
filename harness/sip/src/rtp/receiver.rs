//! The receiving end of an RTP flow (RFC 3550 Appendix A.1, A.3 and A.8).

use std::net::SocketAddr;
use std::time::Duration;

use node::Now;

use super::codec::Codec;
use super::packet::{PACKET_TIME, Packet};

/// A flow is silent when nothing has arrived for this long: ten packets' time.
pub const SILENCE: Duration = PACKET_TIME.saturating_mul(10);

/// How many of the last sequence numbers are remembered, to tell a late packet from a duplicate.
const REMEMBERED: u64 = 128;

/// How long a sample lasts, in microseconds.
const SAMPLE_US: i64 = 1_000_000 / Codec::SAMPLE_RATE as i64;

/// A packet that took by so much longer or less than the one before took no longer at all: its
/// sender counts time anew.
const COUNTS_ANEW_US: u64 = 1_000_000;

/// What a packet was to its flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// The flow's first packet.
    First,
    /// The one after the last, in time.
    InOrder,
    /// One that others had overtaken.
    Late,
    /// One that had arrived before. It counts for nothing.
    Duplicate,
    /// The first after a gap: packets are missing, or nothing had arrived for [`SILENCE`].
    Gap {
        /// The time since the packet before.
        since_last: Duration,
        /// The sequence numbers passed over; 0 if the sender itself was silent.
        missing: u16,
    },
}

/// The receiving end of one flow, which is known by its source address and its SSRC.
///
/// Sequence numbers are extended beyond 16 bits, and a jump of less than half their range is
/// taken as loss, however long: a source that starts anew does so under another SSRC (RFC 3550
/// §8), and so is another flow.
#[derive(Clone, Debug)]
pub struct Receiver {
    source: SocketAddr,
    ssrc: u32,
    numbers: Option<SequenceNumbers>,
    received: u64,
    first: Option<Now>,
    last: Option<Now>,
    longest_gap: Duration,
    transit: Transit,
}

/// How long packets take, by their time stamps.
#[derive(Clone, Copy, Debug)]
struct Transit {
    /// When the last one came, and its time stamp.
    last: Option<(Now, u32)>,
    /// By how much longer than the first one the last one took, in microseconds.
    us: i64,
    /// The jitter, in sixteenths of a microsecond.
    jitter: u64,
}

/// The extended sequence numbers seen.
#[derive(Clone, Copy, Debug)]
struct SequenceNumbers {
    lowest: u64,
    highest: u64,
    /// Bit `n`: `highest - n` has arrived.
    seen: u128,
}

impl Receiver {
    /// A flow of which nothing has arrived yet.
    pub const fn new(source: SocketAddr, ssrc: u32) -> Self {
        Receiver {
            source,
            ssrc,
            numbers: None,
            received: 0,
            first: None,
            last: None,
            longest_gap: Duration::ZERO,
            transit: Transit {
                last: None,
                us: 0,
                jitter: 0,
            },
        }
    }

    /// Where the flow comes from.
    pub const fn source(&self) -> SocketAddr {
        self.source
    }

    /// The flow's synchronisation source.
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// How many different packets have arrived.
    pub const fn received(&self) -> u64 {
        self.received
    }

    /// How many packets between the first and the last have not arrived.
    pub fn lost(&self) -> u64 {
        let expected = self.numbers.map_or(0, |n| n.highest - n.lowest + 1);
        expected.saturating_sub(self.received)
    }

    /// When the first packet arrived.
    pub const fn first(&self) -> Option<Now> {
        self.first
    }

    /// When the last packet arrived.
    pub const fn last(&self) -> Option<Now> {
        self.last
    }

    /// The longest time between two packets, one after the other.
    pub const fn longest_gap(&self) -> Duration {
        self.longest_gap
    }

    /// The interarrival jitter (RFC 3550 section 6.4.1).
    pub const fn jitter(&self) -> Duration {
        Duration::from_micros(self.transit.jitter / 16)
    }

    /// By how much longer the last packet took than the first one, in microseconds; less than 0 if it
    /// was quicker.
    pub const fn transit_us(&self) -> i64 {
        self.transit.us
    }

    /// Counts a packet of this flow.
    pub fn arrived(&mut self, now: Now, packet: &Packet) -> Arrival {
        let since_last = self.last.map_or(Duration::ZERO, |last| now.since(last));
        let arrival = match &mut self.numbers {
            None => {
                self.numbers = Some(SequenceNumbers::starting(packet.sequence));
                self.first = Some(now);
                Arrival::First
            }
            Some(numbers) => match numbers.add(packet.sequence) {
                SequenceChange::Duplicate => return Arrival::Duplicate,
                SequenceChange::Back => Arrival::Late,
                SequenceChange::Forward { missing: 0 } if since_last < SILENCE => Arrival::InOrder,
                SequenceChange::Forward { missing } => Arrival::Gap {
                    since_last,
                    missing,
                },
            },
        };
        self.received += 1;
        self.last = Some(now);
        self.longest_gap = self.longest_gap.max(since_last);
        self.transit.take(now, packet.timestamp);
        arrival
    }
}

impl Transit {
    /// Takes the next packet in the order in which they come, which is not always that of their
    /// time stamps.
    fn take(&mut self, now: Now, timestamp: u32) {
        if let Some((last, before)) = self.last.replace((now, timestamp)) {
            let came_us = i64::try_from(now.since(last).as_micros()).unwrap_or(i64::MAX);
            // Time stamps are modulo 2^32, and may go back.
            let samples = timestamp.wrapping_sub(before).cast_signed();
            let longer_us = came_us.saturating_sub(i64::from(samples) * SAMPLE_US);
            let difference_us = longer_us.unsigned_abs();
            if difference_us < COUNTS_ANEW_US {
                self.us += longer_us;
                self.jitter = self.jitter + difference_us - (self.jitter + 8) / 16;
            }
        }
    }
}

/// What a sequence number was to those before it.
enum SequenceChange {
    Forward { missing: u16 },
    Back,
    Duplicate,
}

impl SequenceNumbers {
    /// The first number is extended from the second cycle on, so that late ones stay positive.
    fn starting(sequence: u16) -> Self {
        let first = (1 << 16) + u64::from(sequence);
        SequenceNumbers {
            lowest: first,
            highest: first,
            seen: 1,
        }
    }

    fn add(&mut self, sequence: u16) -> SequenceChange {
        let ahead = sequence.wrapping_sub(self.highest as u16);
        if (1..1 << 15).contains(&ahead) {
            self.highest += u64::from(ahead);
            self.seen = self.seen.checked_shl(ahead.into()).unwrap_or(0) | 1;
            return SequenceChange::Forward { missing: ahead - 1 };
        }
        let behind = u64::from(ahead.wrapping_neg());
        if behind < REMEMBERED {
            let bit = 1 << behind;
            if self.seen & bit != 0 {
                return SequenceChange::Duplicate;
            }
            self.seen |= bit;
        }
        self.lowest = self.lowest.min(self.highest.saturating_sub(behind));
        SequenceChange::Back
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn packet(sequence: u16) -> Packet {
        Packet {
            payload_type: 0,
            marker: false,
            sequence,
            timestamp: 0,
            ssrc: 1,
            payload: Bytes::new(),
        }
    }

    fn receiver() -> Receiver {
        Receiver::new("198.18.0.1:4000".parse().unwrap(), 1)
    }

    /// Packets 20 ms after each other; the last one's arrival.
    fn after(sequences: &[u16]) -> (Receiver, Arrival) {
        let mut receiver = receiver();
        let mut now = Now::ZERO;
        let mut arrival = Arrival::First;
        for sequence in sequences {
            arrival = receiver.arrived(now, &packet(*sequence));
            now += PACKET_TIME;
        }
        (receiver, arrival)
    }

    const GAP_OF_TWO: Arrival = Arrival::Gap {
        since_last: PACKET_TIME,
        missing: 2,
    };

    #[rstest]
    #[case::first(&[7], Arrival::First, 1, 0)]
    #[case::in_order(&[7, 8], Arrival::InOrder, 2, 0)]
    #[case::wrapped(&[65_535, 0], Arrival::InOrder, 2, 0)]
    #[case::lost(&[7, 8, 11], GAP_OF_TWO, 3, 2)]
    #[case::lost_at_the_wrap(&[65_534, 1], GAP_OF_TWO, 2, 2)]
    #[case::late(&[7, 9, 8], Arrival::Late, 3, 0)]
    #[case::late_at_the_wrap(&[65_535, 1, 0], Arrival::Late, 3, 0)]
    #[case::before_the_first(&[7, 6], Arrival::Late, 2, 0)]
    #[case::duplicate(&[7, 8, 8], Arrival::Duplicate, 2, 0)]
    #[case::late_duplicate(&[7, 8, 9, 8], Arrival::Duplicate, 3, 0)]
    fn a_packet_is_known_by_its_number(
        #[case] sequences: &[u16],
        #[case] arrival: Arrival,
        #[case] received: u64,
        #[case] lost: u64,
    ) {
        let (receiver, last) = after(sequences);
        assert_eq!(last, arrival);
        assert_eq!((receiver.received(), receiver.lost()), (received, lost));
    }

    #[test]
    fn a_long_isolation_is_loss() {
        let (receiver, arrival) = after(&[0, 20_000]);
        assert!(matches!(
            arrival,
            Arrival::Gap {
                missing: 19_999,
                ..
            }
        ));
        assert_eq!(receiver.lost(), 19_999);
    }

    #[test]
    fn a_sender_that_was_silent_leaves_a_gap_without_loss() {
        let mut receiver = receiver();
        receiver.arrived(Now::ZERO, &packet(1));
        let later = Now::ZERO + Duration::from_secs(3);
        let expected = Arrival::Gap {
            since_last: Duration::from_secs(3),
            missing: 0,
        };
        assert_eq!(receiver.arrived(later, &packet(2)), expected);
        assert_eq!(receiver.longest_gap(), Duration::from_secs(3));
        assert_eq!(
            (receiver.first(), receiver.last()),
            (Some(Now::ZERO), Some(later))
        );
    }

    /// Packets of 20 ms that come after so many milliseconds: the jitter, and by how much longer the
    /// last one took, both in microseconds.
    fn coming(after_ms: &[(u16, u64)]) -> (u128, i64) {
        let mut receiver = receiver();
        for (sequence, millis) in after_ms {
            let timestamp = u32::from(*sequence) * 160;
            let packet = Packet {
                timestamp,
                ..packet(*sequence)
            };
            let now = Now::ZERO + Duration::from_millis(*millis);
            receiver.arrived(now, &packet);
        }
        (receiver.jitter().as_micros(), receiver.transit_us())
    }

    #[rstest]
    #[case::in_time(&[(0, 0), (1, 20), (2, 40), (3, 60)], 0, 0)]
    #[case::one_16_ms_later(&[(0, 0), (1, 36)], 1_000, 16_000)]
    #[case::and_the_next_in_time(&[(0, 0), (1, 36), (2, 40)], 1_937, 0)]
    #[case::after_silence(&[(0, 0), (50, 1_000)], 0, 0)]
    #[case::overtaken(&[(0, 0), (2, 40), (1, 44)], 1_500, 24_000)]
    #[case::by_time_stamps_that_begin_anew(&[(200, 0), (0, 20), (1, 40)], 0, 0)]
    fn jitter_is_that_of_the_rfc(
        #[case] coming_after_ms: &[(u16, u64)],
        #[case] jitter_us: u128,
        #[case] longer_us: i64,
    ) {
        assert_eq!(coming(coming_after_ms), (jitter_us, longer_us));
    }

    #[test]
    fn a_duplicate_ends_no_gap() {
        let mut receiver = receiver();
        receiver.arrived(Now::ZERO, &packet(1));
        receiver.arrived(Now::ZERO + Duration::from_secs(3), &packet(1));
        assert_eq!(receiver.last(), Some(Now::ZERO));
        assert_eq!(receiver.longest_gap(), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn whatever_the_numbers_received_and_lost_make_up_the_range(sequences: Vec<u16>) {
            let (receiver, _) = after(&sequences);
            prop_assert!(receiver.received() <= sequences.len() as u64);
        }

        #[test]
        fn shuffling_within_the_window_loses_nothing(start: u16, swaps in prop::collection::vec(0_usize..63, 0..64)) {
            let mut sequences: Vec<u16> = (0..64).map(|n| start.wrapping_add(n)).collect();
            for at in swaps {
                sequences.swap(at, at + 1);
            }
            let (receiver, _) = after(&sequences);
            prop_assert_eq!((receiver.received(), receiver.lost()), (64, 0));
        }
    }
}
