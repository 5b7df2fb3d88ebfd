//! One flow of RTP as it arrives: a source that sends to an actor's RTP port during one call.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use model::journal::event::Event;
use node::{Now, Outputs};
use sip::rtp::{Arrival, Codec, Packet, Receiver};

use crate::audio::Content;
use crate::listener::Listener;
use crate::mark::Marks;
use crate::tally::Tally;

/// A pause longer than this is reported as soon as the flow goes on.
const GAP: Duration = Duration::from_millis(200);

/// How long a sample lasts, in microseconds (RFC 3551 section 4.5).
const SAMPLE_US: i64 = 1_000_000 / Codec::SAMPLE_RATE as i64;

/// How many packets may be missing at once, and how late one may be, before its source is taken to count
/// anew: in a flow there is no pause in which that many could have been sent (RFC 3550 section A.1).
const MAX_DROPOUT: u16 = 3_000;
const MAX_MISORDER: u16 = 128;

/// After a longer pause it is not known when a voice became louder or softer.
const MARKED: Duration = Duration::from_millis(100);

/// A flow of which nothing came for this long is at its end.
const END: Duration = Duration::from_secs(1);

/// One flow, from its first packet until it has been silent for a second or its call is over.
///
/// What a source sends is one flow even if its RTP stream changes (another SSRC, or numbers that leap) or what it
/// carries does: a pool plays music and then relays an agent from the same port.
pub(crate) struct Flow {
    receiver: Receiver,
    listener: Listener,
    /// The payload of the last packet, its type, what is in it, and who is heard; most packets carry
    /// the same again.
    payload: Bytes,
    payload_type: u8,
    content: Content,
    hears: Option<String>,
    /// How loud the voice is, and how long its last mark was under way if the next packet has one.
    marks: Marks,
    mark_us: Option<u64>,
    last: Now,
    /// The last packet's number and time stamp.
    sequence: u16,
    timestamp: u32,
    /// A packet that came then had this time stamp; those of later ones pass as the clock does.
    timed: (Now, u32),
    packets: u64,
    /// How many packets of the RTP stream were reported as lost.
    lost: u64,
    /// Whether the next packet is the first of another stream than the one before.
    restarted: bool,
    second: Option<Second>,
}

/// What came within the running second of the clock.
struct Second {
    ends: Now,
    first: Now,
    packets: u32,
    longest_gap: Duration,
    tally: Tally,
}

/// Whether a flow goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowState {
    Active,
    Ended,
}

impl Flow {
    /// A flow begins with `packet`, the first of `call` from this source.
    pub(crate) fn begin(
        now: Now,
        from: SocketAddr,
        packet: &Packet,
        listener: Listener,
        call: &str,
        out: &mut Outputs<Event>,
    ) -> Flow {
        let (content, hears, level) = listener.listen(packet);
        let mut marks = Marks::default();
        marks.hear(now, level);
        let mut flow = Flow {
            receiver: Receiver::new(from, packet.ssrc),
            payload: packet.payload.clone(),
            payload_type: packet.payload_type,
            content,
            hears: hears.map(str::to_owned),
            listener,
            marks,
            mark_us: None,
            last: now,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            timed: (now, packet.timestamp),
            packets: 0,
            lost: 0,
            restarted: false,
            second: None,
        };
        let arrival = flow.receiver.arrived(now, packet);
        flow.report_started(call, out);
        flow.count(now, arrival);
        flow
    }

    /// The next packet of the flow. One summary speaks of one stream.
    pub(crate) fn arrived(
        &mut self,
        now: Now,
        packet: &Packet,
        call: &str,
        out: &mut Outputs<Event>,
    ) {
        if packet.ssrc != self.receiver.ssrc() || self.leaps_to(packet.sequence) {
            self.count_anew(now, packet, call, out);
            self.restarted = true;
        }
        self.restarted |= self.counts_time_anew(now, packet);
        (self.sequence, self.timestamp) = (packet.sequence, packet.timestamp);
        let arrival = self.receiver.arrived(now, packet);
        if arrival == Arrival::Duplicate {
            self.count_again();
            return;
        }
        if now.since(self.last) > GAP {
            out.event(Event::MediaGap {
                call: call.to_owned(),
                from: self.from(),
                gap_us: micros(now.since(self.last)),
            });
        }
        if packet.payload != self.payload || packet.payload_type != self.payload_type {
            self.payload_changed(now, packet, call, out);
        }
        self.count(now, arrival);
    }

    /// From this packet on the flow's numbers are counted anew: one summary speaks of what was counted together.
    pub(crate) fn count_anew(
        &mut self,
        now: Now,
        packet: &Packet,
        call: &str,
        out: &mut Outputs<Event>,
    ) {
        self.sum_up(call, out);
        self.receiver = Receiver::new(self.from(), packet.ssrc);
        self.lost = 0;
        self.sequence = packet.sequence;
        self.timed = (now, packet.timestamp);
    }

    /// When its last packet came.
    pub(crate) const fn last(&self) -> Now {
        self.last
    }

    /// Whether time stamps, which passed as time did (RFC 3550 section 5.1), no longer do. By how much they are off is
    /// added up: neither a machine that was busy for a moment leaves time stamps behind, nor a sender that was silent
    /// and counts that. One that was silent and does not count it goes on where it was.
    fn counts_time_anew(&mut self, now: Now, packet: &Packet) -> bool {
        let (since, timestamp) = self.timed;
        let samples = packet.timestamp.wrapping_sub(timestamp).cast_signed();
        let passed_us = i64::try_from(micros(now.since(since))).unwrap_or(i64::MAX);
        let off_us = (i64::from(samples) * SAMPLE_US).abs_diff(passed_us);
        if off_us <= micros(GAP) {
            return false;
        }
        self.timed = (now, packet.timestamp);
        self.follows(packet) == Some(false)
    }

    /// Whether the next packet's time stamp follows from the last packet's and how long that lasts; nothing where
    /// others are missing in between, or it has no audio.
    fn follows(&self, packet: &Packet) -> Option<bool> {
        let Content::Audio { us: lasts_us, .. } = self.content else {
            return None;
        };
        let samples = packet.timestamp.wrapping_sub(self.timestamp).cast_signed();
        let step_us = i64::from(samples) * SAMPLE_US;
        let lasts_us = i64::try_from(lasts_us).unwrap_or(i64::MAX);
        let is_next = packet.sequence == self.sequence.wrapping_add(1);
        is_next.then(|| step_us.abs_diff(lasts_us) <= lasts_us.unsigned_abs() / 2)
    }

    /// From now on this is who listens.
    pub(crate) fn listen_as(&mut self, listener: &Listener) {
        self.listener = listener.clone();
    }

    /// Whether a number is far from the last one.
    fn leaps_to(&self, sequence: u16) -> bool {
        let ahead = sequence.wrapping_sub(self.sequence);
        ahead > MAX_DROPOUT && ahead < 0_u16.wrapping_sub(MAX_MISORDER)
    }

    /// The source, and the RTP stream that it sends now.
    pub(crate) fn key(&self) -> (SocketAddr, u32) {
        (self.from(), self.receiver.ssrc())
    }

    /// The source.
    pub(crate) fn from(&self) -> SocketAddr {
        self.receiver.source()
    }

    /// Sums up a second that is over, and ends a flow that has been silent for one.
    pub(crate) fn tick(&mut self, now: Now, call: &str, out: &mut Outputs<Event>) -> FlowState {
        if self
            .second
            .as_ref()
            .is_some_and(|second| second.ends <= now)
        {
            self.sum_up(call, out);
        }
        if now < self.last + END {
            return FlowState::Active;
        }
        self.end(call, out);
        FlowState::Ended
    }

    /// Ends the flow.
    pub(crate) fn end(&mut self, call: &str, out: &mut Outputs<Event>) {
        self.sum_up(call, out);
        out.event(Event::MediaEnded {
            call: call.to_owned(),
            from: self.from(),
            last_us: self.last.as_micros(),
            packets: self.packets,
        });
    }

    /// When [`Flow::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Now {
        let end = self.last + END;
        self.second
            .as_ref()
            .map_or(end, |second| second.ends.min(end))
    }

    fn count(&mut self, now: Now, arrival: Arrival) {
        let gap = now.since(self.last);
        let second = self.second.get_or_insert_with(|| Second {
            ends: next_second(now),
            first: now,
            packets: 0,
            longest_gap: Duration::ZERO,
            tally: Tally::default(),
        });
        if std::mem::take(&mut self.restarted) {
            second.tally.take_restart();
        }
        if let Some(us) = self.mark_us.take() {
            second.tally.take_mark(us);
        }
        second
            .tally
            .take(self.payload_type, self.content, arrival, &self.receiver);
        second.packets += 1;
        second.longest_gap = second.longest_gap.max(gap);
        self.packets += 1;
        self.last = now;
    }

    /// A packet came again.
    fn count_again(&mut self) {
        if let Some(second) = &mut self.second {
            second.tally.take_again();
        }
    }

    /// Another payload than before: perhaps with another voice. One summary speaks of one
    /// source of audio, so the running one ends here. What is no audio says nothing of who is heard.
    fn payload_changed(&mut self, now: Now, packet: &Packet, call: &str, out: &mut Outputs<Event>) {
        self.payload = packet.payload.clone();
        self.payload_type = packet.payload_type;
        let (content, hears, level) = self.listener.listen(packet);
        self.content = content;
        if !content.is_audio() {
            return;
        }
        let mark_us = self.marks.hear(now, level);
        if hears == self.hears.as_deref() {
            let is_timely = hears.is_some() && now.since(self.last) <= MARKED;
            self.mark_us = mark_us.filter(|_| is_timely);
            return;
        }
        let hears = hears.map(str::to_owned);
        self.sum_up(call, out);
        self.hears = hears;
        self.report_started(call, out);
    }

    fn report_started(&self, call: &str, out: &mut Outputs<Event>) {
        out.event(Event::MediaStarted {
            call: call.to_owned(),
            from: self.from(),
            hears: self.hears.clone(),
        });
    }

    fn sum_up(&mut self, call: &str, out: &mut Outputs<Event>) {
        let Some(second) = self.second.take() else {
            return;
        };
        let lost = self.receiver.lost().saturating_sub(self.lost);
        self.lost += lost;
        out.event(Event::Media {
            call: call.to_owned(),
            from: self.from(),
            hears: self.hears.clone(),
            packets: second.packets,
            lost: u32::try_from(lost).unwrap_or(u32::MAX),
            first_us: second.first.as_micros(),
            last_us: self.last.as_micros(),
            longest_gap_us: micros(second.longest_gap),
            quality: second.tally.quality().into(),
        });
    }
}

/// The next whole second of the clock after `now`.
fn next_second(now: Now) -> Now {
    Now::from_micros((now.as_micros() / 1_000_000 + 1) * 1_000_000)
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use node::Output;
    use sip::rtp::Codec;

    use std::sync::Arc;

    use super::*;
    use crate::AddressBook;
    use crate::mark::Loudness;
    use crate::voice::Voice;

    const CALL: &str = "alice/1";

    fn packet(sequence: u16, ssrc: u32, payload: Bytes) -> Packet {
        Packet {
            payload_type: 0,
            marker: false,
            sequence,
            timestamp: u32::from(sequence) * 160,
            ssrc,
            payload,
        }
    }

    fn ms(millis: u64) -> Now {
        Now::ZERO + Duration::from_millis(millis)
    }

    fn music() -> Bytes {
        Bytes::from_static(&[0xff; 160])
    }

    /// What was reported: a word for each event, and who is heard.
    fn reported(out: &mut Outputs<Event>) -> Vec<(&'static str, Option<String>)> {
        let word = |output| match output {
            Output::Event(Event::MediaStarted { hears, .. }) => ("started", hears),
            Output::Event(Event::Media { hears, .. }) => ("media", hears),
            Output::Event(Event::MediaGap { .. }) => ("gap", None),
            Output::Event(Event::MediaEnded { .. }) => ("ended", None),
            other => panic!("{other:?}"),
        };
        out.drain().map(word).collect()
    }

    fn flow(out: &mut Outputs<Event>) -> Flow {
        let from = "198.18.0.1:20000".parse().unwrap();
        let address_book = AddressBook {
            pools: BTreeMap::new(),
            probes: BTreeMap::new(),
            databases: BTreeMap::new(),
            voices: [("bob".to_owned(), bobs_voice())].into(),
        };
        let first = packet(0, 1, music());
        let listener = Listener::new(Arc::new(address_book));
        Flow::begin(ms(0), from, &first, listener, CALL, out)
    }

    fn bobs_voice() -> Voice {
        Voice::try_from(5).unwrap()
    }

    #[test]
    fn one_summary_speaks_of_one_source_of_audio() {
        let mut out = Outputs::default();
        let mut flow = flow(&mut out);
        flow.arrived(
            ms(20),
            &packet(1, 1, bobs_voice().payload(Codec::Pcmu, Loudness::Full)),
            CALL,
            &mut out,
        );
        flow.end(CALL, &mut out);
        let bob = || Some("bob".to_owned());
        let expected = [
            ("started", None),
            ("media", None),
            ("started", bob()),
            ("media", bob()),
            ("ended", None),
        ];
        assert_eq!(reported(&mut out), expected);
    }

    #[test]
    fn comfort_noise_is_a_pause_of_whoever_is_heard() {
        let mut out = Outputs::default();
        let mut flow = flow(&mut out);
        let noise = Packet {
            payload_type: 13,
            ..packet(2, 1, Bytes::from_static(&[0x40]))
        };
        let voice = bobs_voice().payload(Codec::Pcmu, Loudness::Full);
        flow.arrived(ms(20), &packet(1, 1, voice.clone()), CALL, &mut out);
        flow.arrived(ms(40), &noise, CALL, &mut out);
        flow.arrived(ms(60), &packet(3, 1, voice), CALL, &mut out);
        flow.end(CALL, &mut out);
        let qualities = out.drain().filter_map(|output| match output {
            Output::Event(Event::Media { hears, quality, .. }) => Some((hears, quality)),
            _ => None,
        });
        let qualities: Vec<_> = qualities.collect();
        assert_eq!(qualities.len(), 2);
        let (hears, quality) = &qualities[1];
        assert_eq!(hears.as_deref(), Some("bob"));
        assert_eq!(quality.payload_types, [0].into());
        assert_eq!((quality.audio_us, quality.sounding), (40_000, 2));
        assert_eq!(quality.comfort_noise, 1);
    }

    #[test]
    fn another_stream_from_the_same_source_is_a_restart_and_no_loss() {
        let mut out = Outputs::default();
        let mut flow = flow(&mut out);
        flow.arrived(ms(20), &packet(40_000, 2, music()), CALL, &mut out);
        flow.arrived(ms(40), &packet(40_001, 2, music()), CALL, &mut out);
        flow.end(CALL, &mut out);
        let counted = out.drain().filter_map(|output| match output {
            Output::Event(Event::Media { lost, quality, .. }) => Some((lost, quality.restarts)),
            _ => None,
        });
        assert_eq!(counted.collect::<Vec<_>>(), [(0, 0), (0, 1)]);
    }

    /// How many restarts are counted of packets of 20 ms that come after so many milliseconds, with these time stamps.
    fn restarts(coming: &[(u64, u32)]) -> u32 {
        let mut out = Outputs::default();
        let mut flow = flow(&mut out);
        for (n, (millis, timestamp)) in (1..).zip(coming) {
            let packet = Packet {
                timestamp: *timestamp,
                ..packet(n, 1, music())
            };
            flow.arrived(ms(*millis), &packet, CALL, &mut out);
        }
        flow.end(CALL, &mut out);
        let counted = out.drain().filter_map(|output| match output {
            Output::Event(Event::Media { quality, .. }) => Some(quality.restarts),
            _ => None,
        });
        counted.sum()
    }

    #[test]
    fn a_time_stamp_follows_from_the_packet_before_or_from_the_time_that_passed() {
        assert_eq!(restarts(&[(20, 160), (41, 320), (60, 480)]), 0);
        assert_eq!(restarts(&[(20, 160), (520, 320)]), 0, "held back");
        assert_eq!(restarts(&[(20, 160), (520, 4_160)]), 0, "silent");
        assert_eq!(restarts(&[(20, 160), (520, 320), (540, 480)]), 0, "paused");
        assert_eq!(restarts(&[(20, 90_000), (40, 90_160)]), 1, "begun anew");
        assert_eq!(restarts(&[(20, 160), (520, 90_000)]), 1, "too long");
    }

    #[test]
    fn time_stamps_that_go_at_a_pace_of_their_own_begin_anew_all_the_time() {
        let each_20_ms = |samples: u32| {
            let coming: Vec<_> = (1..=100)
                .map(|n| (u64::from(n) * 20, n * samples))
                .collect();
            restarts(&coming)
        };
        assert_eq!(each_20_ms(160), 0);
        assert_eq!(each_20_ms(0), 9, "they stand still");
        assert_eq!(each_20_ms(320), 9, "twice as fast");
    }

    #[test]
    fn what_a_busy_sender_left_out_and_a_busy_receiver_took_late_is_no_stream_begun_anew() {
        let coming = [
            (20, 160),
            (68, 320),
            (69, 640), // 480 was never taken
            (80, 800),
            (200, 960),
            (201, 1_120),
            (202, 1_600),
        ];
        assert_eq!(restarts(&coming), 0);
    }

    #[test]
    fn how_long_a_voice_was_under_way_is_told() {
        let mut out = Outputs::default();
        let mut flow = flow(&mut out);
        for n in 1..150_u16 {
            let sent = ms(20 * u64::from(n));
            let voice = bobs_voice().payload(Codec::Pcmu, Loudness::at(sent));
            let arrives = sent + Duration::from_millis(800);
            flow.tick(arrives, CALL, &mut out);
            flow.arrived(arrives, &packet(n, 1, voice), CALL, &mut out);
        }
        flow.end(CALL, &mut out);
        let told = out.drain().filter_map(|output| match output {
            Output::Event(Event::Media { quality, .. }) => quality.latency_us,
            _ => None,
        });
        assert_eq!(told.collect::<Vec<_>>(), [800_000, 800_000]);
    }

    #[test]
    fn a_pause_is_a_gap_above_200_ms_and_the_end_after_a_second() {
        let mut out = Outputs::default();
        let mut flow = flow(&mut out);
        flow.arrived(ms(200), &packet(1, 1, music()), CALL, &mut out);
        flow.arrived(ms(401), &packet(2, 1, music()), CALL, &mut out);
        let gap = [("started", None), ("gap", None)];
        assert_eq!(reported(&mut out), gap);
        assert_eq!(flow.deadline(), ms(1_000));
        assert_eq!(flow.tick(ms(1_000), CALL, &mut out), FlowState::Active);
        assert_eq!(reported(&mut out), [("media", None)]);
        assert_eq!(flow.deadline(), ms(1_401));
        assert_eq!(flow.tick(ms(1_401), CALL, &mut out), FlowState::Ended);
        assert_eq!(reported(&mut out), [("ended", None)]);
    }
}
