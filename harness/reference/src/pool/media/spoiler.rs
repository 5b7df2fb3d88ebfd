//! What only mutants do to a stream of media, packet by packet.

use std::time::Duration;

use bytes::Bytes;
use node::Now;
use sip::rtp::{Codec, PCMA, PCMU, Packet};

use crate::mutant::Mutant;

/// How many packets are held back to be sent at once: 600 ms.
const HEAP: usize = 30;

/// How many packets are under way in the pool at once: 800 ms.
const UNDER_WAY: usize = 40;

/// How often a stream has pauses, and how long they are.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_millis(900));

/// Where a stream is in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Way {
    /// What agents say, on its way to callers.
    FromAgent,
    /// What callers say, on its way to agents.
    FromCaller,
    /// What the pool itself plays.
    Music,
}

/// Whose calls the pool has, and in which state it is: what a stream's treatment may depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) struct Circumstances {
    /// The call is to a copy.
    pub(in crate::pool) is_copy: bool,
    /// The pool stands in for its partner.
    pub(in crate::pool) stands_in: bool,
    /// Its partner has stood in for it before.
    pub(in crate::pool) is_restored: bool,
    /// How many calls it relays.
    pub(in crate::pool) relayed: usize,
}

/// What happens to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Harm {
    /// Of so many packets, one is sent.
    KeepsOneOf(u64),
    /// Of so many packets, one is lost.
    LosesOneOf(u64),
    /// Each second packet is left out, and the rest numbered as if nothing was.
    SkipsHalf,
    /// All is sent twice, under numbers of their own.
    SendsTwice,
    /// Of two packets, the second comes first.
    ChangesOrder,
    /// Packets are held back until there are many.
    SendsInHeaps,
    /// A-law, which nobody offered.
    ChangesCodec,
    /// A payload type that nobody knows.
    ChangesType,
    /// So many packets come from a source of their own, and the next ones from another.
    ChangesSource(u64),
    /// Packets have time stamps that have nothing to do with each other.
    ChangesTimes,
    /// Packets are sent so many packets later.
    SendsLate(usize),
    /// Packets have numbers that have nothing to do with each other.
    ChangesNumbers,
    /// Silence instead of what is to be heard.
    Silence,
    /// Silence from then on.
    SilenceAfter(Duration),
    /// Nothing for so long, after as much time in which all is well; and again.
    PausesOf(Duration),
    /// Of so long a time the end is not sent, so long, and the rest numbered as if nothing was left out.
    LeavesOut((Duration, Duration)),
    /// Nothing from then on.
    NothingAfter(Duration),
}

/// A stream that a mutant spoils.
#[derive(Debug)]
pub(super) struct Spoiler {
    harm: Harm,
    /// How many packets have come.
    number: u64,
    /// How many were left out.
    left_out: u64,
    /// When the first one came, and the numbers that it had.
    first: Option<(Now, u16, u32)>,
    held: Vec<Packet>,
}

impl Spoiler {
    /// What this mutant does to such a stream, if anything.
    pub(super) fn of(mutant: Mutant, way: Way, about: Circumstances) -> Option<Spoiler> {
        let harm = match way {
            Way::Music => harm_to_music(mutant, about)?,
            Way::FromAgent | Way::FromCaller => harm_to_relayed(mutant, way, about)?,
        };
        Some(Spoiler {
            harm,
            number: 0,
            left_out: 0,
            first: None,
            held: Vec::new(),
        })
    }

    /// What is sent instead of what came.
    pub(super) fn instead_of(&mut self, now: Now, bytes: &Bytes) -> Vec<Bytes> {
        let Ok(packet) = Packet::parse(bytes) else {
            return Vec::new();
        };
        let number = self.number;
        self.number += 1;
        let numbers = (now, packet.sequence, packet.timestamp);
        let (begun, sequence, timestamp) = *self.first.get_or_insert(numbers);
        let renumbered = |offset: u64, packet: &Packet| Packet {
            sequence: sequence.wrapping_add(offset as u16),
            ..packet.clone()
        };
        let packets = match self.harm {
            Harm::KeepsOneOf(many) if !number.is_multiple_of(many) => Vec::new(),
            Harm::LosesOneOf(many) if number % many + 1 == many => Vec::new(),
            Harm::SkipsHalf if !number.is_multiple_of(2) => Vec::new(),
            Harm::SkipsHalf => vec![renumbered(number / 2, &packet)],
            Harm::SendsTwice => {
                let samples = packet.payload.len() as u32;
                let at = |offset: u64| Packet {
                    timestamp: timestamp.wrapping_add(samples.wrapping_mul(offset as u32)),
                    ..renumbered(offset, &packet)
                };
                vec![at(2 * number), at(2 * number + 1)]
            }
            Harm::ChangesOrder => self.hold(packet, 2).into_iter().rev().collect(),
            Harm::SendsInHeaps => self.hold(packet, HEAP),
            Harm::ChangesCodec => vec![in_a_law(packet)],
            Harm::ChangesType => vec![Packet {
                payload_type: 18,
                ..packet
            }],
            Harm::ChangesSource(every) => vec![Packet {
                ssrc: packet.ssrc.wrapping_add((number / every) as u32),
                ..packet
            }],
            Harm::ChangesTimes => vec![Packet {
                timestamp: (number as u32).wrapping_mul(2_654_435_761),
                ..packet
            }],
            Harm::SendsLate(by) => self.delay(packet, by),
            Harm::ChangesNumbers => vec![renumbered(number * 7_919, &packet)],
            Harm::Silence => vec![silent(packet)],
            Harm::SilenceAfter(time) if now.since(begun) >= time => vec![silent(packet)],
            Harm::PausesOf(time) if is_odd(now.since(begun), time) => Vec::new(),
            Harm::LeavesOut((every, long)) if is_at_end(now.since(begun), every, long) => {
                self.left_out += 1;
                Vec::new()
            }
            Harm::LeavesOut(_) => vec![renumbered(number - self.left_out, &packet)],
            Harm::NothingAfter(time) if now.since(begun) >= time => Vec::new(),
            _ => vec![packet],
        };
        packets.iter().map(Packet::to_bytes).collect()
    }

    /// Holds a packet back until so many more have come.
    fn delay(&mut self, packet: Packet, by: usize) -> Vec<Packet> {
        self.held.push(packet);
        match self.held.len() > by {
            true => vec![self.held.remove(0)],
            false => Vec::new(),
        }
    }

    /// Holds a packet back, until there are so many.
    fn hold(&mut self, packet: Packet, many: usize) -> Vec<Packet> {
        self.held.push(packet);
        match self.held.len() < many {
            true => Vec::new(),
            false => std::mem::take(&mut self.held),
        }
    }
}

/// Whether, of times of this length one after the other, the last part of one is reached.
fn is_at_end(since: Duration, length: Duration, part: Duration) -> bool {
    let length_us = length.as_micros().max(1);
    since.as_micros() % length_us + part.as_micros() >= length_us
}

/// Whether, of times of this length one after the other, the second has begun, or the fourth, and so on.
fn is_odd(since: Duration, length: Duration) -> bool {
    !(since.as_micros() / length.as_micros().max(1)).is_multiple_of(2)
}

fn harm_to_relayed(mutant: Mutant, way: Way, about: Circumstances) -> Option<Harm> {
    let Circumstances {
        is_copy,
        stands_in,
        is_restored,
        relayed,
    } = about;
    let from_agent = way == Way::FromAgent;
    Some(match mutant {
        Mutant::RelayLosesMost => Harm::KeepsOneOf(3),
        Mutant::RelayLosesAFifth => Harm::LosesOneOf(5),
        Mutant::RelaySendsOneASecond => Harm::KeepsOneOf(50),
        Mutant::RelaySkipsHalf => Harm::SkipsHalf,
        Mutant::RelaySendsAllTwice => Harm::SendsTwice,
        Mutant::RelayChangesOrder => Harm::ChangesOrder,
        Mutant::RelaySendsInHeaps => Harm::SendsInHeaps,
        Mutant::RelayChangesCodec => Harm::ChangesCodec,
        Mutant::RelayChangesSource => Harm::ChangesSource(1),
        Mutant::RelayChangesSourceOften => Harm::ChangesSource(16),
        Mutant::RelayChangesTimes => Harm::ChangesTimes,
        Mutant::RelaySendsLate => Harm::SendsLate(UNDER_WAY),
        Mutant::RelayLeavesPauses => Harm::LeavesOut(PAUSES),
        Mutant::CopiesChangeNumbers if is_copy => Harm::ChangesNumbers,
        Mutant::RelayLosesMostOfAgents if from_agent => Harm::KeepsOneOf(3),
        Mutant::CopiesLoseMost if is_copy => Harm::KeepsOneOf(3),
        Mutant::CopiesChangeCodec if is_copy => Harm::ChangesCodec,
        Mutant::LongRelayedCallsMute => Harm::NothingAfter(Duration::from_secs(25)),
        Mutant::FifthRelayedCallMute if is_copy && relayed >= 4 => {
            Harm::NothingAfter(Duration::ZERO)
        }
        Mutant::CopiesRelaySilence if is_copy => Harm::Silence,
        Mutant::CopiesAgentsFallMute if is_copy && from_agent => {
            Harm::PausesOf(Duration::from_millis(1_500))
        }
        Mutant::StandInLosesMost if is_copy && stands_in => Harm::KeepsOneOf(3),
        Mutant::RestoredOwnerLosesMost if !is_copy && is_restored => Harm::KeepsOneOf(3),
        _ => return None,
    })
}

fn harm_to_music(mutant: Mutant, about: Circumstances) -> Option<Harm> {
    Some(match mutant {
        Mutant::MusicIsSilence => Harm::Silence,
        Mutant::MusicEndsAfterAWhile => Harm::NothingAfter(Duration::from_secs(15)),
        Mutant::MusicFallsSilent => Harm::SilenceAfter(Duration::from_secs(2)),
        Mutant::CopiesMusicStops if about.is_copy => Harm::NothingAfter(Duration::from_millis(500)),
        Mutant::MusicComesOnceASecond => Harm::KeepsOneOf(50),
        Mutant::MusicSkipsHalf => Harm::SkipsHalf,
        Mutant::MusicChangesCodec => Harm::ChangesCodec,
        Mutant::MusicChangesSource => Harm::ChangesSource(1),
        Mutant::MusicChangesSourceOften => Harm::ChangesSource(16),
        Mutant::MusicChangesTimes => Harm::ChangesTimes,
        Mutant::MusicOfUnknownType => Harm::ChangesType,
        Mutant::CopiesMusicIsSilence if about.is_copy => Harm::Silence,
        _ => return None,
    })
}

fn silent(packet: Packet) -> Packet {
    let silence = Codec::Pcmu.encode(0);
    Packet {
        payload: vec![silence; packet.payload.len()].into(),
        ..packet
    }
}

/// The same audio in the other codec.
fn in_a_law(packet: Packet) -> Packet {
    if packet.payload_type != PCMU {
        return packet;
    }
    let samples = packet.payload.iter();
    let samples = samples.map(|byte| Codec::Pcmu.decode(*byte));
    Packet {
        payload: samples.map(|sample| Codec::Pcma.encode(sample)).collect(),
        payload_type: PCMA,
        ..packet
    }
}
