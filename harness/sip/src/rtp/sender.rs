//! The sending end of an RTP flow.

use std::time::Duration;

use bytes::Bytes;
use node::Now;

use super::packet::{PACKET_TIME, PCMU, Packet};

/// Samples in a millisecond, at 8000 a second.
const SAMPLES_IN_MS: u32 = 8;

/// A node that is later than this is not taken for busy, but for one that was stopped.
const MOST_LATE: Duration = Duration::from_millis(200);

/// The sending end of one flow: numbers a packet each 20 ms, or as long as it is told.
///
/// A node asks [`Sender::next_due`], and when that time has come calls [`Sender::catch_up`] and
/// sends a [`Sender::packet`] for each that is due.
#[derive(Clone, Debug)]
pub struct Sender {
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    due: Now,
    marker: bool,
    /// How much audio a packet holds, in milliseconds.
    packet_ms: u32,
}

impl Sender {
    /// A flow whose first packet is due at `start`.
    pub const fn new(ssrc: u32, first_sequence: u16, start: Now) -> Self {
        Sender {
            ssrc,
            sequence: first_sequence,
            timestamp: 0,
            due: start,
            marker: true,
            packet_ms: PACKET_MS,
        }
    }

    /// The same flow in packets of that many milliseconds, 1 at least.
    #[must_use]
    pub const fn in_packets_of(mut self, millis: u32) -> Self {
        self.packet_ms = if millis == 0 { 1 } else { millis };
        self
    }

    /// How many samples a packet holds.
    pub const fn samples(&self) -> u32 {
        self.packet_ms * SAMPLES_IN_MS
    }

    const fn packet_micros(&self) -> u64 {
        self.packet_ms as u64 * 1_000
    }

    /// The flow's synchronisation source.
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The time stamp of the next packet.
    pub const fn timestamp(&self) -> u32 {
        self.timestamp
    }

    /// When the next packet is to be sent.
    pub const fn next_due(&self) -> Now {
        self.due
    }

    /// The packet that is due; the next one is due when its audio has been heard.
    pub fn packet(&mut self, payload: Bytes) -> Packet {
        let packet = Packet {
            payload_type: PCMU,
            marker: self.marker,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload,
        };
        self.marker = false;
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(self.samples());
        self.due = Now::from_micros(self.due.as_micros() + self.packet_micros());
        packet
    }

    /// Passes over what was due if the node was late for longer than [`MOST_LATE`], so that a thaw is no burst. What
    /// is late for less stays due and is sent at once, as telephones do that had taken the audio: a machine that is
    /// busy for a moment leaves nothing out.
    pub fn catch_up(&mut self, now: Now) {
        if now.since(self.due) > MOST_LATE {
            self.pass_over(now);
        }
    }

    /// Passes over the packets that were due meanwhile, since nobody was to have them: at most one stays due. Time
    /// stamps pass over with the audio that was never taken; sequence numbers do not, for no packet was lost.
    pub fn pass_over(&mut self, now: Now) {
        let late = now.since(self.due).as_micros();
        let slept = u64::try_from(late / u128::from(self.packet_micros())).unwrap_or(u64::MAX);
        if slept == 0 {
            return;
        }
        self.due = Now::from_micros(self.due.as_micros() + slept * self.packet_micros());
        // Time stamps are modulo 2^32.
        self.timestamp = self
            .timestamp
            .wrapping_add(self.samples().wrapping_mul(slept as u32));
        self.marker = true;
    }
}

const PACKET_MS: u32 = PACKET_TIME.as_millis() as u32;

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Now {
        Now::ZERO + Duration::from_millis(millis)
    }

    fn next(sender: &mut Sender) -> (u16, u32, bool) {
        let packet = sender.packet(Bytes::new());
        (packet.sequence, packet.timestamp, packet.marker)
    }

    #[test]
    fn a_packet_is_due_each_20_ms() {
        let mut sender = Sender::new(1, u16::MAX, ms(5));
        assert_eq!(sender.next_due(), ms(5));
        assert_eq!(next(&mut sender), (u16::MAX, 0, true));
        assert_eq!(sender.next_due(), ms(25));
        assert_eq!(next(&mut sender), (0, 160, false));
    }

    #[test]
    fn a_thaw_is_no_burst_and_no_loss() {
        let mut sender = Sender::new(1, 0, ms(0));
        next(&mut sender);
        sender.catch_up(ms(1_033));
        assert_eq!(sender.next_due(), ms(1_020));
        assert_eq!(next(&mut sender), (1, 51 * 160, true));
        assert_eq!(sender.next_due(), ms(1_040));
    }

    #[test]
    fn what_a_busy_machine_is_late_with_is_sent() {
        let mut sender = Sender::new(1, 0, ms(0));
        next(&mut sender);
        sender.catch_up(ms(61));
        assert_eq!(next(&mut sender), (1, 160, false));
        assert_eq!(next(&mut sender), (2, 2 * 160, false));
        assert_eq!(sender.next_due(), ms(60));
    }

    #[test]
    fn what_nobody_was_to_have_is_passed_over() {
        let mut sender = Sender::new(1, 0, ms(0));
        next(&mut sender);
        sender.pass_over(ms(61));
        assert_eq!(sender.next_due(), ms(60));
        assert_eq!(next(&mut sender), (1, 3 * 160, true));
    }
}
