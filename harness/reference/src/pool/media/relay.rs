//! Media: the pool's RTP ports, the music that it plays, and what it relays from end to end.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use node::{Now, Port};
use rand::Rng;
use sip::rtp::{COMFORT_NOISE, Packet, Sender};

use super::melody::Melody;
use super::spoiler::{Circumstances, Spoiler, Way};
use crate::config::RtpPorts;
use crate::mutant::Mutant;
use crate::pool::turn::Turn;
use crate::store::cache::Store;
use crate::store::settings::Music;
use crate::variant::Variant;

/// A sample of silence in PCMU (ITU-T G.711).
const SILENCE: u8 = 0xff;

/// One of the pool's ports that is in use.
#[derive(Debug)]
struct Flow {
    /// Where the end wants media, and usually sends it from (RFC 4961). From other hosts it is ignored.
    peer: Option<SocketAddr>,
    /// Whether it does: then nothing else counts. Somebody may still speak to this port whose call is over.
    is_symmetric: bool,
    /// When media came in last.
    last_received: Now,
    /// Whether it is to be borne that none came in since: once, until some does.
    is_pardoned: bool,
    /// Out of which other port it is sent on, and to whom.
    relay: Option<(Port, SocketAddr)>,
    /// Who is heard here, while it is sent on.
    way: Option<Way>,
    /// What a mutant does to what is sent on.
    spoiler: Option<Spoiler>,
    player: Option<Player>,
}

/// Music that is being played out of a port.
#[derive(Debug)]
struct Player {
    to: SocketAddr,
    sender: Sender,
    /// How many samples were played.
    played: usize,
    /// When what is played begins to be music; until then it is silence.
    music: Now,
    /// What a mutant does to it.
    spoiler: Option<Spoiler>,
}

/// All ports.
#[derive(Debug)]
pub(in crate::pool) struct Media {
    variant: Option<Variant>,
    mutant: Option<Mutant>,
    /// The ports that are free, in the order in which they are given out.
    free: VecDeque<u16>,
    flows: BTreeMap<u16, Flow>,
    /// When which port plays its next packet.
    schedule: BTreeSet<(Now, u16)>,
    melody: Option<(Music, Melody)>,
}

impl Flow {
    /// Whether media from there is this end's.
    fn is_expected(&mut self, from: SocketAddr) -> bool {
        let Some(peer) = self.peer else {
            return true;
        };
        self.is_symmetric |= peer == from;
        peer == from || (peer.ip() == from.ip() && !self.is_symmetric)
    }
}

impl Media {
    pub(in crate::pool) fn new(
        ports: RtpPorts,
        variant: Option<Variant>,
        mutant: Option<Mutant>,
    ) -> Self {
        Media {
            variant,
            mutant,
            free: (ports.first..=ports.last)
                .filter(|port| port.is_multiple_of(2))
                .collect(),
            flows: BTreeMap::new(),
            schedule: BTreeSet::new(),
            melody: None,
        }
    }

    /// Takes a free port: an even one, and not soon again one that was given back.
    pub(in crate::pool) fn take_port(&mut self, now: Now) -> Option<u16> {
        let port = self.free.pop_front()?;
        let flow = Flow {
            peer: None,
            is_symmetric: false,
            last_received: now,
            is_pardoned: false,
            relay: None,
            way: None,
            spoiler: None,
            player: None,
        };
        self.flows.insert(port, flow);
        Some(port)
    }

    /// Whether a port is free.
    pub(in crate::pool) fn has_port(&self) -> bool {
        !self.free.is_empty()
    }

    /// Gives a port back.
    pub(in crate::pool) fn release(&mut self, port: u16) {
        self.stop(port);
        if self.flows.remove(&port).is_some() {
            self.free.push_back(port);
        }
    }

    /// Says where media for a port is expected from.
    pub(in crate::pool) fn expect(&mut self, port: u16, from: SocketAddr) {
        if let Some(flow) = self.flows.get_mut(&port) {
            flow.is_symmetric &= flow.peer == Some(from);
            flow.peer = Some(from);
        }
    }

    /// When media came in at a port last.
    pub(in crate::pool) fn last_received(&self, port: u16) -> Option<Now> {
        self.flows.get(&port).map(|flow| flow.last_received)
    }

    /// Media is expected at a port from now on.
    pub(in crate::pool) fn expect_from_now(&mut self, port: u16, now: Now) {
        if let Some(flow) = self.flows.get_mut(&port) {
            flow.last_received = now;
        }
    }

    /// The pool was not there itself: silence until now does not count, unless it was borne for that
    /// reason before. Else whoever has gone would be waited for as long as the pool is in trouble.
    pub(in crate::pool) fn restart_timeouts(&mut self, now: Now) {
        for flow in self.flows.values_mut().filter(|flow| !flow.is_pardoned) {
            flow.last_received = now;
            flow.is_pardoned = true;
        }
    }

    /// Sends on what comes in at `port`: out of the port `out`, to `to`.
    pub(in crate::pool) fn relay(
        &mut self,
        port: u16,
        (out, to): (u16, SocketAddr),
        (way, about): (Way, Circumstances),
    ) {
        if self.mutant != Some(Mutant::MusicGoesOn) {
            self.stop(port);
        }
        let spoiler = self.spoiler(way, about);
        if let Some(flow) = self.flows.get_mut(&port) {
            flow.relay = Some((Port(out), to));
            flow.way = Some(way);
            flow.spoiler = spoiler;
        }
    }

    /// What comes in at `port` is for somebody who wants to hear nothing.
    pub(in crate::pool) fn hold(&mut self, port: u16) {
        if let Some(flow) = self.flows.get_mut(&port) {
            flow.relay = None;
        }
    }

    fn spoiler(&self, way: Way, about: Circumstances) -> Option<Spoiler> {
        Spoiler::of(self.mutant?, way, about)
    }

    /// Stops the music of a port.
    pub(in crate::pool) fn stop(&mut self, port: u16) {
        let player = self
            .flows
            .get_mut(&port)
            .and_then(|flow| flow.player.take());
        if let Some(player) = player {
            self.schedule.remove(&(player.sender.next_due(), port));
        }
    }

    fn play(&mut self, port: u16, player: Player) {
        self.stop(port);
        if let Some(flow) = self.flows.get_mut(&port) {
            self.schedule.insert((player.sender.next_due(), port));
            flow.player = Some(player);
        }
    }

    /// When the next packet of music is due.
    pub(in crate::pool) fn deadline(&self) -> Option<Now> {
        self.schedule.first().map(|(due, _)| *due)
    }

    /// Plays music out of `port` to `to`.
    pub(in crate::pool) fn play_music(
        &mut self,
        turn: &mut Turn<'_>,
        (port, to): (u16, SocketAddr),
        about: Circumstances,
    ) {
        let ssrc = turn.rng.next_u32();
        let sequence = turn.rng.next_u32().to_be_bytes();
        let sequence = u16::from_be_bytes([sequence[0], sequence[1]]);
        let (begins, music, packets) = self.manner();
        let sender = Sender::new(ssrc, sequence, turn.now + begins).in_packets_of(packets);
        let player = Player {
            to,
            sender,
            played: 0,
            music: turn.now + music,
            spoiler: self.spoiler(Way::Music, about),
        };
        self.play(port, player);
    }

    /// After which time packets begin, and music in them; and how many milliseconds are in one.
    fn manner(&self) -> (Duration, Duration, u32) {
        let after = |millis| (Duration::from_millis(millis), Duration::ZERO, 20);
        match self.variant {
            Some(Variant::MusicSoonAfterAnswer) => after(200),
            Some(Variant::MusicLongAfterAnswer) => after(1_500),
            Some(Variant::SilenceBeforeMusic | Variant::ComfortNoiseBeforeMusic) => {
                (Duration::ZERO, Duration::from_secs(1), 20)
            }
            Some(Variant::PacketsOf30Ms) => (Duration::ZERO, Duration::ZERO, 30),
            _ => after(0),
        }
    }

    /// Sends the packets of music that are due.
    pub(in crate::pool) fn tick_music(&mut self, turn: &mut Turn<'_>, store: &Store) {
        if self.deadline().is_none_or(|due| due > turn.now) {
            return;
        }
        let melody = self.melody(&store.settings().music);
        while let Some(&(due, port)) = self.schedule.first() {
            if due > turn.now {
                return;
            }
            self.schedule.pop_first();
            let Some(flow) = self.flows.get_mut(&port) else {
                continue;
            };
            let Some(player) = &mut flow.player else {
                continue;
            };
            player.sender.catch_up(turn.now);
            let samples = usize::try_from(player.sender.samples()).unwrap_or(0);
            let audio = match player.music <= turn.now {
                true => melody.audio(player.played, samples),
                false => Bytes::from(vec![SILENCE; samples]),
            };
            let packet = player.sender.packet(audio);
            let is_noise = self.variant == Some(Variant::ComfortNoiseBeforeMusic);
            let packet = match player.music <= turn.now || !is_noise {
                true => packet,
                false => comfort_noise(packet),
            };
            player.played += samples;
            for bytes in spoilt(&mut player.spoiler, turn.now, packet.to_bytes()) {
                turn.datagram(Port(port), player.to, bytes);
            }
            self.schedule.insert((player.sender.next_due(), port));
        }
    }

    /// Media came in: it is sent on, or only heard.
    pub(in crate::pool) fn arrived(
        &mut self,
        turn: &mut Turn<'_>,
        at: Port,
        from: SocketAddr,
        bytes: Bytes,
    ) {
        let Some(flow) = self.flows.get_mut(&at.0) else {
            return self.rtcp_arrived(turn, at, bytes);
        };
        if !flow.is_expected(from) {
            return;
        }
        flow.last_received = turn.now;
        flow.is_pardoned = false;
        if let Some((out, to)) = flow.relay {
            let way = flow.way;
            let bytes = match self.variant {
                Some(Variant::RelaysItsOwnStream) => as_own_stream(bytes),
                _ => bytes,
            };
            let tells = self.mutant == Some(Mutant::RelayTellsSource);
            let bytes = match tells && way == Some(Way::FromAgent) {
                true => with_extension(&bytes, &from.to_string()),
                false => bytes,
            };
            let bytes = match (self.mutant, way) {
                (Some(mutant), Some(Way::FromAgent)) => with_source(mutant, bytes, from.ip()),
                _ => bytes,
            };
            for bytes in spoilt(&mut flow.spoiler, turn.now, bytes.clone()) {
                turn.datagram(out, to, bytes);
            }
            if let Some((out, to)) = self.strays(way, (at, from)) {
                turn.datagram(out, to, bytes);
            }
        }
    }

    /// RTCP, at the odd port beside one that is in use, is the pool's own business on either leg: nothing of
    /// it is sent on, but by a mutant.
    fn rtcp_arrived(&self, turn: &mut Turn<'_>, at: Port, bytes: Bytes) {
        let beside = |port: u16| port.checked_add(1);
        let flow = at.0.checked_sub(1).and_then(|rtp| self.flows.get(&rtp));
        let relay = flow.and_then(|flow| flow.relay);
        if let (Some(Mutant::RtcpPassedOn), Some((out, mut to))) = (self.mutant, relay)
            && let (Some(out), Some(port)) = (beside(out.0), beside(to.port()))
        {
            to.set_port(port);
            turn.datagram(Port(out), to, bytes);
        }
    }

    /// Where else a mutant sends what somebody says who is heard at this port: out of which port, and to
    /// whom.
    fn strays(&self, way: Option<Way>, heard: (Port, SocketAddr)) -> Option<(Port, SocketAddr)> {
        match (self.mutant?, way?) {
            (Mutant::RelayEchoes, Way::FromCaller) => Some(heard),
            (Mutant::WaitingHearConversations, Way::FromAgent) => {
                let mut others = self.flows.iter();
                others.find_map(|(port, flow)| Some((Port(*port), flow.player.as_ref()?.to)))
            }
            (Mutant::RelayLeaks, Way::FromAgent) => {
                let mut others = self.flows.iter().filter(|(port, _)| **port != heard.0.0);
                others.find_map(|(_, flow)| match flow.way {
                    Some(Way::FromAgent) => flow.relay,
                    _ => None,
                })
            }
            _ => None,
        }
    }

    fn melody(&mut self, music: &Music) -> Melody {
        match &self.melody {
            Some((playing, melody)) if playing == music => melody.clone(),
            _ => {
                let melody = Melody::of(music);
                self.melody = Some((music.clone(), melody.clone()));
                melody
            }
        }
    }
}

/// The same packet with a text of at most 255 bytes in a header extension, as only a mutant sends it (RFC 8285
/// section 4.3).
fn with_extension(bytes: &Bytes, text: &str) -> Bytes {
    let Some((header, payload)) = bytes.split_at_checked(12) else {
        return bytes.clone();
    };
    let mut element = vec![1, u8::try_from(text.len()).unwrap_or_default()];
    element.extend_from_slice(text.as_bytes());
    element.resize(element.len().next_multiple_of(4), 0);
    let words = u8::try_from(element.len() / 4).unwrap_or_default();
    let mut packet = header.to_vec();
    packet[0] |= 0x10;
    packet.extend_from_slice(&[0x10, 0, 0, words]);
    packet.extend_from_slice(&element);
    packet.extend_from_slice(payload);
    packet.into()
}

/// The same packet with an address as the number of its stream, or of one that is mixed in it, as only mutants send
/// it.
fn with_source(mutant: Mutant, bytes: Bytes, address: IpAddr) -> Bytes {
    let (IpAddr::V4(address), Some((header, payload))) = (address, bytes.split_at_checked(12))
    else {
        return bytes;
    };
    let mut packet = header.to_vec();
    match mutant {
        Mutant::AgentsAddressNumbersStream => {
            packet.truncate(8);
            packet.extend_from_slice(&address.octets());
        }
        Mutant::AgentsAddressContributes => {
            packet[0] |= 1;
            packet.extend_from_slice(&address.octets());
        }
        _ => return bytes,
    }
    packet.extend_from_slice(payload);
    packet.into()
}

/// Comfort noise of -64 dBov instead of audio (RFC 3389 section 3).
fn comfort_noise(packet: Packet) -> Packet {
    Packet {
        payload_type: COMFORT_NOISE,
        payload: Bytes::from_static(&[64]),
        ..packet
    }
}

/// What is sent: what is there, unless a mutant spoils it.
fn spoilt(spoiler: &mut Option<Spoiler>, now: Now, bytes: Bytes) -> Vec<Bytes> {
    match spoiler {
        Some(spoiler) => spoiler.instead_of(now, &bytes),
        None => vec![bytes],
    }
}

/// The same audio in a stream of the pool's own (RFC 3550 section 7.1: a translator that does not
/// show whose stream it sends on).
fn as_own_stream(bytes: Bytes) -> Bytes {
    match Packet::parse(&bytes) {
        Ok(packet) => Packet {
            ssrc: !packet.ssrc,
            sequence: packet.sequence.wrapping_add(31_000),
            timestamp: packet.timestamp.wrapping_add(4_000_000),
            ..packet
        }
        .to_bytes(),
        Err(_) => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media() -> Media {
        let ports = RtpPorts {
            first: 20_000,
            last: 20_005,
        };
        Media::new(ports, None, None)
    }

    #[test]
    fn only_even_ports_are_given_out_and_each_of_them_once() {
        let mut media = media();
        let ports: Vec<_> = std::iter::from_fn(|| media.take_port(Now::ZERO)).collect();
        assert_eq!(ports, [20_000, 20_002, 20_004]);
    }

    #[test]
    fn a_port_that_was_given_back_is_the_last_to_be_used_again() {
        let mut media = media();
        let first = media.take_port(Now::ZERO).unwrap();
        media.release(first);
        let next: Vec<_> = std::iter::from_fn(|| media.take_port(Now::ZERO)).collect();
        assert_eq!(next, [20_002, 20_004, 20_000]);
    }

    #[test]
    fn who_sends_from_where_media_is_wanted_is_mixed_with_nobody() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (wanted, beside) = (at("198.18.0.30:16000"), at("198.18.0.30:16004"));
        let elsewhere = at("198.18.0.31:16000");
        let mut media = media();
        let port = media.take_port(Now::ZERO).unwrap();
        let expects = |media: &mut Media, from| {
            let flow = media.flows.get_mut(&port).unwrap();
            flow.is_expected(from)
        };
        assert!(expects(&mut media, elsewhere), "nobody is known yet");
        media.expect(port, wanted);
        assert!(!expects(&mut media, elsewhere));
        assert!(expects(&mut media, beside), "it may send from there");
        assert!(expects(&mut media, wanted));
        assert!(!expects(&mut media, beside), "it does not");
        media.expect(port, beside);
        assert!(expects(&mut media, wanted), "it may not have moved yet");
    }

    #[test]
    fn silence_is_borne_once_until_somebody_is_heard() {
        let at = |seconds: u64| Now::from_micros(seconds * 1_000_000);
        let mut media = media();
        let port = media.take_port(at(0)).unwrap();
        media.restart_timeouts(at(2));
        assert_eq!(media.last_received(port), Some(at(2)));
        media.restart_timeouts(at(4));
        assert_eq!(media.last_received(port), Some(at(2)));
    }
}
