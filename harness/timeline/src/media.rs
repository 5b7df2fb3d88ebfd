//! What one end of a call received: RTP, as the actor at that end summed it up second by second.
//!
//! *Stays connected* and *disconnected* are both read from here, and from nothing else: what was
//! sent does not count, nor what a signalling message promised.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use model::journal::{Event, Quality};
use model::shared::Shared;

use crate::position::Position;

/// The longest time that one summary of packets covers, in microseconds.
pub const SUMMARY_US: u64 = 1_000_000;

/// A stretch of packets of one flow, as one journal line sums them up.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The flow's source.
    pub from: SocketAddr,
    /// The actor whose voice it is; absent: music, a greeting, silence.
    pub hears: Option<String>,
    /// When the first of them came.
    pub first_us: u64,
    /// When the last of them came.
    pub last_us: u64,
    /// The longest pause between two of them.
    pub inner_gap_us: u64,
    /// How many came; 0 in lines that tell of a flow's first or last packet, which a summary counts.
    pub packets: u32,
    /// How many are missing by sequence number.
    pub lost: u32,
    /// How they came; absent in lines that tell of a flow's first or last packet.
    pub quality: Option<Shared<Quality>>,
    /// The line that tells of them.
    pub position: Position,
}

/// Whose packets count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaFrom<'a> {
    /// Everybody's.
    Anyone,
    /// Those in which this actor is heard.
    Actor(&'a str),
    /// Those that come from this address, whoever is heard in them.
    Address(IpAddr),
}

/// A time without packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// When it began.
    pub from_us: u64,
    /// How long it was.
    pub us: u64,
}

/// How media came that was received over a time: all that whole summaries tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaQuality {
    /// From when to when it was received, in microseconds.
    pub heard_us: (u64, u64),
    /// The longest pause in it.
    pub longest_pause_us: u64,
    /// Packets that came.
    pub packets: u64,
    /// Packets that are missing by sequence number.
    pub lost: u64,
    /// Packets that others had overtaken.
    pub late: u64,
    /// Packets that began an RTP stream anew.
    pub restarts: u64,
    /// Packets in which something was to be heard.
    pub sounding: u64,
    /// Packets of comfort noise.
    pub comfort_noise: u64,
    /// How much audio came.
    pub audio_us: u64,
    /// The payload types of what held audio.
    pub payload_types: BTreeSet<u8>,
    /// The mean of the interarrival jitter at each packet (RFC 3550 section 6.4.1).
    pub jitter_us: u64,
    /// By how much longer than the quickest of the same second packets took, on average.
    pub delayed_us: u64,
    /// How long voices were under way, each time that it could be told: the sum, and how often.
    pub marks: (u64, u64),
    /// The first and the last line that tell of it.
    pub positions: (Position, Position),
}

impl MediaQuality {
    /// Over how long it was received.
    pub const fn lasted_us(&self) -> u64 {
        self.heard_us.1.saturating_sub(self.heard_us.0)
    }

    /// How many in a thousand of the packets that were sent did not come, rounded up.
    pub const fn lost_permille(&self) -> u64 {
        rounded_up(self.lost, self.packets.saturating_add(self.lost))
    }

    /// How many in a thousand of those that came had been overtaken, rounded up.
    pub const fn late_permille(&self) -> u64 {
        rounded_up(self.late, self.packets)
    }

    /// How long voices were under way, on average, if it could be told.
    pub const fn latency_us(&self) -> Option<u64> {
        self.marks.0.checked_div(self.marks.1)
    }

    /// How much was not sent of what would have been heard without a break, in thousandths: neither did it come, nor
    /// is it lost. The longest pause is left out.
    pub fn unsent_permille(&self) -> u64 {
        let lost = permille(self.lost, self.packets.saturating_add(self.lost));
        1_000_u64
            .saturating_sub(self.rate_permille())
            .saturating_sub(lost)
    }

    /// How many in a thousand of those that came began a stream anew, rounded up.
    pub const fn restarts_permille(&self) -> u64 {
        rounded_up(self.restarts, self.packets)
    }

    /// How much audio came of what would have been heard without a break, in thousandths. The longest
    /// pause is left out: how long one may be is another matter.
    pub fn rate_permille(&self) -> u64 {
        let pause_us = self.longest_pause_us.saturating_sub(self.packet_us());
        permille(self.audio_us, self.nominal_us().saturating_sub(pause_us))
    }

    /// How much more audio came than time passed, in thousandths.
    pub fn excess_permille(&self) -> u64 {
        let nominal_us = self.nominal_us();
        permille(self.audio_us.saturating_sub(nominal_us), nominal_us)
    }

    /// How long a packet lasts, on average.
    fn packet_us(&self) -> u64 {
        self.audio_us / self.packets.max(1)
    }

    /// How much audio there is without a break, from the first packet to the end of the last.
    fn nominal_us(&self) -> u64 {
        self.lasted_us().saturating_add(self.packet_us())
    }
}

impl MediaQuality {
    fn of(stretch: &Stretch) -> Self {
        let Quality {
            payload_types,
            audio_us,
            sounding,
            comfort_noise,
            late,
            restarts,
            jitter_us,
            delayed_us,
            latency_us,
            ..
        } = stretch.quality.as_deref().cloned().unwrap_or_default();
        MediaQuality {
            heard_us: (stretch.first_us, stretch.last_us),
            longest_pause_us: stretch.inner_gap_us,
            packets: stretch.packets.into(),
            lost: stretch.lost.into(),
            late: late.into(),
            restarts: restarts.into(),
            sounding: sounding.into(),
            comfort_noise: comfort_noise.into(),
            audio_us,
            payload_types,
            jitter_us,
            delayed_us,
            marks: (latency_us.unwrap_or_default(), latency_us.is_some().into()),
            positions: (stretch.position, stretch.position),
        }
    }

    /// What came before, and then this.
    fn and(mut self, next: &Self) -> Self {
        let (begun_us, heard_us) = self.heard_us;
        let pause_us = next.heard_us.0.saturating_sub(heard_us);
        let mean = |before: u64, after: u64| {
            let sum = before
                .saturating_mul(self.packets)
                .saturating_add(after.saturating_mul(next.packets));
            sum / self.packets.saturating_add(next.packets).max(1)
        };
        let (jitter_us, delayed_us) = (
            mean(self.jitter_us, next.jitter_us),
            mean(self.delayed_us, next.delayed_us),
        );
        self.payload_types.extend(&next.payload_types);
        MediaQuality {
            heard_us: (begun_us, heard_us.max(next.heard_us.1)),
            longest_pause_us: self
                .longest_pause_us
                .max(pause_us)
                .max(next.longest_pause_us),
            packets: self.packets.saturating_add(next.packets),
            lost: self.lost.saturating_add(next.lost),
            late: self.late.saturating_add(next.late),
            restarts: self.restarts.saturating_add(next.restarts),
            sounding: self.sounding.saturating_add(next.sounding),
            comfort_noise: self.comfort_noise.saturating_add(next.comfort_noise),
            audio_us: self.audio_us.saturating_add(next.audio_us),
            payload_types: self.payload_types,
            jitter_us,
            delayed_us,
            marks: (
                self.marks.0.saturating_add(next.marks.0),
                self.marks.1 + next.marks.1,
            ),
            positions: (self.positions.0, next.positions.1),
        }
    }
}

/// How many thousandths `part` is of `whole`, and no more.
const fn permille(part: u64, whole: u64) -> u64 {
    match whole {
        0 => 0,
        _ => part.saturating_mul(1_000) / whole,
    }
}

/// How many thousandths `part` is of `whole`, and no less.
const fn rounded_up(part: u64, whole: u64) -> u64 {
    match whole {
        0 => 0,
        _ => part.saturating_mul(1_000).div_ceil(whole),
    }
}

/// All that one end of a call received, in order.
#[derive(Clone, Debug, Default)]
pub struct ReceivedMedia {
    stretches: Vec<Stretch>,
    flows: Vec<Flow>,
}

/// Packets from one source, from the first until nothing came for a second or the call was over.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its source.
    pub from: SocketAddr,
    /// When the first packet came.
    pub began: Position,
    /// When it was over; absent where the journal ends before.
    pub ended: Option<Position>,
    /// When the last packet came, in microseconds.
    pub last_us: u64,
    /// Packets that came.
    pub packets: u64,
    /// Packets that are missing by sequence number.
    pub lost: u64,
    /// The pauses in it that the actor noticed as such, in order.
    pub gaps: Vec<Gap>,
}

impl MediaFrom<'_> {
    fn counts(self, stretch: &Stretch) -> bool {
        match self {
            MediaFrom::Anyone => true,
            MediaFrom::Actor(name) => stretch.hears.as_deref() == Some(name),
            MediaFrom::Address(address) => stretch.from.ip() == address,
        }
    }
}

impl ReceivedMedia {
    /// Takes a line that tells of media received here.
    pub(crate) fn take(&mut self, position: Position, event: &Event) {
        match event {
            Event::MediaStarted { from, hears, .. } => {
                self.begin(position, *from);
                self.add_instant(position, (*from, position.t_us), hears.clone());
            }
            Event::Media { .. } => self.take_summary(position, event),
            Event::MediaGap { from, gap_us, .. } => {
                if let Some(flow) = self.open(*from) {
                    flow.gaps.push(Gap {
                        from_us: position.t_us.saturating_sub(*gap_us),
                        us: *gap_us,
                    });
                }
            }
            Event::MediaEnded { from, last_us, .. } => {
                if let Some(flow) = self.open(*from) {
                    flow.ended = Some(position);
                    flow.last_us = *last_us;
                }
                let hears = self.heard_from(*from, *last_us);
                self.add_instant(position, (*from, *last_us), hears);
            }
            _ => {}
        }
    }

    fn take_summary(&mut self, position: Position, event: &Event) {
        let Event::Media {
            from,
            hears,
            packets: packets @ 1..,
            lost,
            first_us,
            last_us,
            longest_gap_us,
            quality,
            ..
        } = event
        else {
            return;
        };
        if let Some(flow) = self.open(*from) {
            flow.packets += u64::from(*packets);
            flow.lost += u64::from(*lost);
            flow.last_us = *last_us;
        }
        // The longest gap may be the one before the first packet: of that one the stretches on
        // both sides tell.
        let is_within = *longest_gap_us <= last_us.saturating_sub(*first_us);
        self.add(Stretch {
            from: *from,
            hears: hears.clone(),
            first_us: *first_us,
            last_us: *last_us,
            inner_gap_us: if is_within { *longest_gap_us } else { 0 },
            packets: *packets,
            lost: *lost,
            quality: Some(quality.clone()),
            position,
        });
    }

    /// Takes the first or last packet of a flow, which a summary counts as well.
    fn add_instant(
        &mut self,
        position: Position,
        (from, at_us): (SocketAddr, u64),
        hears: Option<String>,
    ) {
        self.add(Stretch {
            from,
            hears,
            first_us: at_us,
            last_us: at_us,
            inner_gap_us: 0,
            packets: 0,
            lost: 0,
            quality: None,
            position,
        });
    }

    /// A flow begins, unless it goes on with somebody else to be heard in it.
    fn begin(&mut self, began: Position, from: SocketAddr) {
        if self.open(from).is_some() {
            return;
        }
        self.flows.push(Flow {
            from,
            began,
            ended: None,
            last_us: began.t_us,
            packets: 0,
            lost: 0,
            gaps: Vec::new(),
        });
    }

    /// The flow from this source that is not over yet.
    fn open(&mut self, from: SocketAddr) -> Option<&mut Flow> {
        let mut latest_first = self.flows.iter_mut().rev();
        latest_first.find(|flow| flow.from == from && flow.ended.is_none())
    }

    /// Takes stretches in any order.
    fn add(&mut self, stretch: Stretch) {
        let place = self
            .stretches
            .partition_point(|s| (s.first_us, s.last_us) <= (stretch.first_us, stretch.last_us));
        self.stretches.insert(place, stretch);
    }

    /// Whose voice the flow from this source carried at an instant.
    fn heard_from(&self, from: SocketAddr, at_us: u64) -> Option<String> {
        let mut latest_first = self.stretches.iter().rev();
        let stretch = latest_first.find(|s| s.from == from && s.first_us <= at_us)?;
        stretch.hears.clone()
    }

    /// All of it, in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Its flows, in the order in which they began.
    pub fn flows(&self) -> &[Flow] {
        &self.flows
    }

    fn of(&self, source: MediaFrom<'_>) -> impl Iterator<Item = &Stretch> {
        self.stretches.iter().filter(move |s| source.counts(s))
    }

    /// Those that lie within `from_us..=until_us`, as a whole.
    pub fn within(
        &self,
        source: MediaFrom<'_>,
        (from_us, until_us): (u64, u64),
    ) -> impl Iterator<Item = &Stretch> {
        let whole = move |s: &&Stretch| from_us <= s.first_us && s.last_us <= until_us;
        self.of(source).filter(whole)
    }

    /// The first packets.
    pub fn first(&self, source: MediaFrom<'_>) -> Option<&Stretch> {
        self.of(source).next()
    }

    /// The first packets that come from one of these addresses, whoever is heard in them.
    pub fn first_from(&self, addresses: &[IpAddr]) -> Option<&Stretch> {
        self.stretches
            .iter()
            .find(|s| addresses.contains(&s.from.ip()))
    }

    /// The last packets that had begun by then, and when the last of those came.
    pub fn last(&self, source: MediaFrom<'_>, by_us: u64) -> Option<(u64, Position)> {
        self.of(source)
            .filter(|s| s.first_us <= by_us)
            .map(|s| (s.last_us.min(by_us), s.position))
            .max()
    }

    /// The longest time without packets that touches `from_us..until_us`.
    ///
    /// A gap that began before counts whole, from the packet before it; one that lasts beyond the
    /// end counts up to the end. Within a summary that lies across either boundary the place of
    /// the pauses is not known, so they are left to the neighbouring stage.
    pub fn longest_gap(&self, source: MediaFrom<'_>, from_us: u64, until_us: u64) -> Gap {
        let mut heard_us = self.last(source, from_us).map_or(from_us, |(last, _)| last);
        let mut worst = Gap { from_us, us: 0 };
        let mut consider = |from_us: u64, us: u64| {
            if us > worst.us {
                worst = Gap { from_us, us };
            }
        };
        for stretch in self.of(source) {
            if stretch.last_us <= from_us || stretch.first_us > until_us {
                continue;
            }
            if stretch.first_us > from_us {
                consider(heard_us, stretch.first_us.saturating_sub(heard_us));
            }
            if stretch.first_us >= from_us && stretch.last_us <= until_us {
                consider(stretch.first_us, stretch.inner_gap_us);
            }
            heard_us = heard_us.max(stretch.last_us);
        }
        consider(heard_us, until_us.saturating_sub(heard_us));
        worst
    }

    /// How media came that was received within `from_us..until_us`; nothing if no whole summary lies
    /// within it.
    pub fn quality(&self, source: MediaFrom<'_>, window: (u64, u64)) -> Option<MediaQuality> {
        let mut quality: Option<MediaQuality> = None;
        for stretch in self.within(source, window).filter(|s| s.packets > 0) {
            quality = Some(match quality {
                None => MediaQuality::of(stretch),
                Some(before) => before.and(&MediaQuality::of(stretch)),
            });
        }
        quality
    }

    /// The longest time over which packets came within `from_us..until_us`, with no pause in it
    /// of more than `pause_us`; and the line that tells of its beginning.
    pub fn longest_run(
        &self,
        source: MediaFrom<'_>,
        (from_us, until_us): (u64, u64),
        pause_us: u64,
    ) -> Option<(u64, Position)> {
        let mut run: Option<(u64, u64, Position)> = None;
        let mut longest: Option<(u64, Position)> = None;
        for stretch in self.of(source) {
            let first = stretch.first_us.max(from_us);
            let last = stretch.last_us.min(until_us);
            if first > last {
                continue;
            }
            let (begun, heard, position) = match run {
                Some((begun, heard, position)) if first <= heard.saturating_add(pause_us) => {
                    (begun, heard.max(last), position)
                }
                _ => (first, last, stretch.position),
            };
            run = Some((begun, heard, position));
            let us = heard.saturating_sub(begun);
            if longest.is_none_or(|(longest_us, _)| us > longest_us) {
                longest = Some((us, position));
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of media, one after the other: when each begins, and how many packets of 20 ms come.
    fn received(seconds: &[(u64, u32)], lost: u32) -> ReceivedMedia {
        let mut received = ReceivedMedia::default();
        for (n, (first_us, packets)) in (1..).zip(seconds) {
            let last_us = first_us + 20_000 * u64::from(packets - 1);
            let media = Event::Media {
                call: "rita/1".to_owned(),
                from: "198.18.0.1:20000".parse().unwrap(),
                hears: None,
                packets: *packets,
                lost,
                first_us: *first_us,
                last_us,
                longest_gap_us: 20_000,
                quality: Shared::from(Quality {
                    payload_types: [0].into(),
                    audio_us: u64::from(*packets) * 20_000,
                    sounding: 1,
                    late: 2,
                    jitter_us: n * 1_000,
                    delayed_us: n * 2_000,
                    ..Quality::default()
                }),
            };
            received.take(Position { t_us: last_us, n }, &media);
        }
        received
    }

    const THREE: [(u64, u32); 3] = [(0, 50), (1_000_000, 50), (2_000_000, 50)];

    #[test]
    fn what_whole_summaries_tell_is_added_up() {
        let received = received(&THREE, 5);
        let quality = received.quality(MediaFrom::Anyone, (0, 2_500_000)).unwrap();
        assert_eq!(quality.heard_us, (0, 1_980_000));
        assert_eq!((quality.packets, quality.sounding), (100, 2));
        assert_eq!((quality.lost_permille(), quality.late_permille()), (91, 40));
        assert_eq!(
            (quality.rate_permille(), quality.excess_permille()),
            (1_000, 0)
        );
        assert_eq!((quality.jitter_us, quality.delayed_us), (1_500, 3_000));
        assert_eq!(received.quality(MediaFrom::Anyone, (1_000, 900_000)), None);
    }

    #[test]
    fn of_the_pauses_the_longest_is_left_out() {
        let cases: [(&[(u64, u32)], u64); 4] = [
            (&THREE, 1_000),
            (&[(0, 50), (1_800_000, 50)], 1_000),
            (&[(0, 50), (1_500_000, 50), (3_000_000, 50)], 857),
            (
                &[(0, 1), (1_000_000, 1), (2_000_000, 1), (3_000_000, 1)],
                39,
            ),
        ];
        for (seconds, rate) in cases {
            let received = received(seconds, 0);
            let quality = received.quality(MediaFrom::Anyone, (0, 9_000_000)).unwrap();
            assert_eq!(quality.rate_permille(), rate, "{seconds:?}");
        }
    }

    #[test]
    fn more_audio_than_time_passes_is_an_excess() {
        let received = received(&[(0, 50), (500_000, 50), (1_000_000, 50)], 0);
        let quality = received.quality(MediaFrom::Anyone, (0, 9_000_000)).unwrap();
        assert_eq!(quality.excess_permille(), 500);
    }
}
