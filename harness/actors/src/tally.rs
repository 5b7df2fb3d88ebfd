//! How the packets of a flow come, added up for one summary.

use model::journal::Quality;
use sip::rtp::{Arrival, Receiver};

use crate::audio::Content;

/// The packets of the running summary.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// What is known already; the means are not.
    counted: Quality,
    packets: u64,
    /// The sum of the jitter at each packet, in microseconds.
    jitter_us: u64,
    /// By how much longer than the flow's first packet these took: the sum, and the least, in
    /// microseconds.
    transit_us: i64,
    quickest_us: Option<i64>,
    /// How long marks of the voice were under way: the sum in microseconds, and of how many.
    marks: (u64, u64),
}

impl Tally {
    /// Takes a packet that this receiver has just counted.
    pub(crate) fn take(
        &mut self,
        payload_type: u8,
        content: Content,
        arrival: Arrival,
        receiver: &Receiver,
    ) {
        let counted = &mut self.counted;
        match content {
            Content::Audio { us, sounds } => {
                counted.payload_types.insert(payload_type);
                counted.audio_us += us;
                counted.sounding += u32::from(sounds);
            }
            Content::ComfortNoise => counted.comfort_noise += 1,
            Content::TelephoneEvent => {}
        }
        counted.late += u32::from(arrival == Arrival::Late);
        self.packets += 1;
        self.jitter_us += u64::try_from(receiver.jitter().as_micros()).unwrap_or(u64::MAX);
        let transit_us = receiver.transit_us();
        self.transit_us += transit_us;
        let quickest_us = self.quickest_us.get_or_insert(transit_us);
        *quickest_us = transit_us.min(*quickest_us);
    }

    /// The next packet begins its stream anew.
    pub(crate) fn take_restart(&mut self) {
        self.counted.restarts += 1;
    }

    /// Takes that a mark of the voice was under way for so long.
    pub(crate) fn take_mark(&mut self, us: u64) {
        let (sum, count) = self.marks;
        self.marks = (sum.saturating_add(us), count + 1);
    }

    /// Takes a packet that had come before.
    pub(crate) fn take_again(&mut self) {
        self.counted.duplicates += 1;
    }

    /// All of it.
    pub(crate) fn quality(self) -> Quality {
        let packets = self.packets.max(1);
        let mean_us = self.transit_us / i64::try_from(packets).unwrap_or(i64::MAX);
        let delayed_us = mean_us - self.quickest_us.unwrap_or(mean_us);
        Quality {
            jitter_us: self.jitter_us / packets,
            delayed_us: u64::try_from(delayed_us).unwrap_or(0),
            latency_us: self.marks.0.checked_div(self.marks.1),
            ..self.counted
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use node::Now;
    use sip::rtp::Packet;

    use super::*;
    use crate::audio::Audio;

    /// The packets with these numbers, each of 20 ms, that come after so many milliseconds.
    fn tally(coming_after_ms: &[(u16, u64)]) -> Quality {
        let mut receiver = Receiver::new("198.18.0.1:20000".parse().unwrap(), 1);
        let mut tally = Tally::default();
        for (sequence, millis) in coming_after_ms {
            let packet = Packet {
                payload_type: 0,
                marker: false,
                sequence: *sequence,
                timestamp: u32::from(*sequence) * 160,
                ssrc: 1,
                payload: Bytes::from_static(&[0xff; 160]),
            };
            let content = Content::of(&packet, Audio::of(&packet).as_ref());
            let arrival = receiver.arrived(Now::ZERO + Duration::from_millis(*millis), &packet);
            match arrival {
                Arrival::Duplicate => tally.take_again(),
                _ => tally.take(0, content, arrival, &receiver),
            }
        }
        tally.quality()
    }

    #[test]
    fn packets_in_time_are_as_quick_as_the_quickest() {
        let quality = tally(&[(0, 0), (1, 20), (2, 40)]);
        assert_eq!((quality.jitter_us, quality.delayed_us), (0, 0));
        assert_eq!((quality.late, quality.duplicates), (0, 0));
    }

    #[test]
    fn packets_that_come_in_heaps_were_under_way_for_longer() {
        // Each heap of three comes when its last packet does: 40, 20 and 0 ms late.
        let heaps = [(0, 40), (1, 40), (2, 40), (3, 100), (4, 100), (5, 100)];
        assert_eq!(tally(&heaps).delayed_us, 20_000);
    }

    #[test]
    fn overtaken_packets_and_those_that_come_again_are_told_apart() {
        let quality = tally(&[(0, 0), (2, 20), (1, 40), (1, 41), (3, 60)]);
        assert_eq!((quality.late, quality.duplicates), (1, 1));
    }

    #[test]
    fn silence_is_audio_in_which_nothing_sounds() {
        let quality = tally(&[(0, 0), (1, 20)]);
        assert_eq!((quality.audio_us, quality.sounding), (40_000, 0));
        assert_eq!(quality.payload_types, [0].into());
    }
}
