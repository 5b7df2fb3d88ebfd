//! An actor's RTP ports: what it sends and receives during a call.
//!
//! One call at a time has media. From the moment that the actor offers or accepts media, every
//! source that sends to one of them is a [`Flow`] of the call, whatever its address: a peer, a relay,
//! a pool. From the answer until the call's end the actor speaks with its voice, 50 packets a
//! second, to wherever the peer receives it; and reports to the port beside it what it has sent and who
//! it is, as telephones do (RTCP, RFC 3550 section 6). What others say in RTCP is recorded.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::journal::event::Event;
use node::{Now, Outputs, Port};
use rand::{Rng, RngExt as _};
use rand_chacha::ChaCha8Rng;
use sip::Sdp;
use sip::rtcp::{self, Readable, SenderReport};
use sip::rtp::{Codec, Packet, Sender};

use crate::flow::{Flow, FlowState};
use crate::listener::Listener;
use crate::mark::Loudness;
use crate::voice::Voice;
use crate::{ActorSpec, AddressBook};

/// How many streams of earlier calls are remembered; more than an actor has calls in a walk.
const EARLIER: usize = 1024;

/// How many things that are said in RTCP, or beside the media in RTP, are recorded of one call.
const MOST_SAID: usize = 32;

/// The least time between two reports, on average (RFC 3550 section 6.2). The first one of a call between
/// two is sent without delay.
const REPORTS: Duration = Duration::from_secs(5);

/// How long a stream that has moved comes from elsewhere at least before it comes back: one that alternates between
/// two addresses has not moved.
const ELSEWHERE: Duration = Duration::from_millis(100);

/// The packets that are sent, in milliseconds, unless the peer wants others.
const USUAL: u32 = 20;

/// The longest packets that are sent.
const LONGEST: u32 = 60;

/// An actor's RTP ports.
pub(crate) struct Media {
    address: IpAddr,
    /// The port that is described and sent from. RTCP has the one after it.
    port: Port,
    /// The one that takes its place when a call on hold is taken back.
    spare: Port,
    /// Whether it is about to: then both receive.
    moving: bool,
    /// Its canonical name in RTCP: user and host, as most telephones have it (RFC 3550 section 6.5.1).
    cname: String,
    voice: Option<Voice>,
    address_book: Arc<AddressBook>,
    rng: ChaCha8Rng,
    current: Option<CallMedia>,
    /// RTP streams of calls that are over here. Their senders may not know: no BYE gets through
    /// a dead pool. They must not be taken for the next call's.
    earlier: BTreeSet<(SocketAddr, u32)>,
}

/// The media of one call.
struct CallMedia {
    call: String,
    flows: Vec<Flow>,
    /// The streams of flows that have ended, which may come back.
    ended: Vec<(SocketAddr, u32)>,
    sender: Option<Sender>,
    speech: Speech,
    listener: Listener,
    /// Where media is sent; nowhere before the answer and on hold.
    to: Option<SocketAddr>,
    reports: Reports,
    /// What was said in RTCP and beside the media, and by whom.
    said: BTreeSet<(SocketAddr, Vec<String>)>,
}

/// What is reported in RTCP of the flow that is sent.
#[derive(Default)]
struct Reports {
    /// Where to.
    to: Option<SocketAddr>,
    /// When the next one is due, once something is sent.
    due: Option<Now>,
    /// When the first packet was sent.
    began: Now,
    packets: u32,
    octets: u32,
}

/// What is sent.
struct Speech {
    payload_type: u8,
    codec: Codec,
    packet_ms: u32,
    /// The payload of each packet, and of one that is softer.
    payload: Bytes,
    soft: Bytes,
}

impl Speech {
    /// Packets of `packet_ms` milliseconds, in whole tens, in which this voice is heard; nothing
    /// without one.
    fn of(voice: Option<Voice>, payload_type: u8, codec: Codec, packet_ms: u32) -> Speech {
        let packet_ms = (packet_ms / 10 * 10).clamp(10, LONGEST);
        let samples = packet_ms as usize * Codec::SAMPLE_RATE as usize / 1_000;
        let spoken = |loudness| match voice {
            // All of it repeats itself after ten milliseconds.
            Some(voice) => voice
                .payload(codec, loudness)
                .iter()
                .cycle()
                .take(samples)
                .copied()
                .collect(),
            None => std::iter::repeat_n(codec.encode(0), samples).collect(),
        };
        Speech {
            payload_type,
            codec,
            packet_ms,
            payload: spoken(Loudness::Full),
            soft: spoken(Loudness::Soft),
        }
    }

    /// The payload of a packet that is sent now.
    fn payload(&self, now: Now) -> Bytes {
        match Loudness::at(now) {
            Loudness::Full => self.payload.clone(),
            Loudness::Soft => self.soft.clone(),
        }
    }

    fn is(&self, payload_type: u8, codec: Codec, packet_ms: u32) -> bool {
        (self.payload_type, self.codec, self.packet_ms) == (payload_type, codec, packet_ms)
    }
}

impl CallMedia {
    /// From now on media is sent to `to`, which is reported if it has changed.
    fn redirect(&mut self, to: Option<SocketAddr>, out: &mut Outputs<Event>) {
        if self.to != to {
            let call = self.call.clone();
            out.event(Event::Speaking { call, to });
        }
        self.to = to;
    }

    /// When a packet of this stream last came from another address: its sender has moved its media there, and may
    /// come back.
    fn last_elsewhere(&self, from: SocketAddr, ssrc: u32) -> Option<Now> {
        let others = self.flows.iter().filter(|flow| flow.from() != from);
        let same = others.filter(|flow| flow.key().1 == ssrc);
        same.map(Flow::last).max()
    }
}

impl Media {
    /// The ports of an actor.
    pub(crate) fn new(spec: &ActorSpec, address_book: Arc<AddressBook>, rng: ChaCha8Rng) -> Media {
        Media {
            address: spec.address,
            port: spec.rtp,
            spare: Port(spec.rtp.0.saturating_add(2)),
            moving: false,
            cname: format!("{}@{}", spec.user, spec.address),
            voice: address_book.voices.get(&spec.user).copied(),
            address_book,
            rng,
            current: None,
            earlier: BTreeSet::new(),
        }
    }

    /// Where media is sent from, and wanted.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::new(self.address, self.port.0)
    }

    /// Media is wanted elsewhere, if the peer agrees; until then, both there and where it was.
    pub(crate) fn begin_move(&mut self) -> SocketAddr {
        self.moving = true;
        SocketAddr::new(self.address, self.spare.0)
    }

    /// Whether the peer has agreed: then media is sent and received there, and nowhere else, from now on.
    pub(crate) fn end_move(&mut self, agreed: bool) {
        self.moving = false;
        if agreed {
            std::mem::swap(&mut self.port, &mut self.spare);
        }
    }

    /// Whether media, or RTCP beside it, is received at this port.
    fn receives_at(&self, at: Port) -> bool {
        let is_of = |port: Port| at == port || at.0 == port.0.saturating_add(1);
        is_of(self.port) || (self.moving && is_of(self.spare))
    }

    /// `call` has media from now on: the actor receives.
    pub(crate) fn open(&mut self, call: &str) {
        self.current = Some(CallMedia {
            call: call.to_owned(),
            flows: Vec::new(),
            ended: Vec::new(),
            sender: None,
            speech: Speech::of(self.voice, 0, Codec::Pcmu, USUAL),
            listener: Listener::new(Arc::clone(&self.address_book)),
            to: None,
            reports: Reports::default(),
            said: BTreeSet::new(),
        });
    }

    /// The peer has described which formats it takes, and in which packets: it is spoken to in the first of
    /// them, and understood in all.
    pub(crate) fn speak(&mut self, peer: &Sdp) {
        let Some(media) = &mut self.current else {
            return;
        };
        media.reports.to = peer.rtcp();
        media.listener.learn(peer.formats());
        for flow in &mut media.flows {
            flow.listen_as(&media.listener);
        }
        let Some((payload_type, codec)) = peer.voice() else {
            return;
        };
        let packet_ms = peer.packet_ms().unwrap_or(USUAL);
        if !media.speech.is(payload_type, codec, packet_ms) {
            media.speech = Speech::of(self.voice, payload_type, codec, packet_ms);
            media.sender = media
                .sender
                .take()
                .map(|sender| sender.in_packets_of(media.speech.packet_ms));
        }
    }

    /// The peer receives media at `to`, or none for now.
    pub(crate) fn send_to(&mut self, now: Now, to: Option<SocketAddr>, out: &mut Outputs<Event>) {
        let Some(media) = &mut self.current else {
            return;
        };
        let went_on = media.to.is_some() && to.is_some();
        media.redirect(to, out);
        if let Some(sender) = &mut media.sender {
            match went_on {
                true => sender.catch_up(now),
                false => sender.pass_over(now),
            }
        } else if to.is_some() {
            let (ssrc, sequence) = (self.rng.next_u32(), self.rng.next_u32() as u16);
            let sender = Sender::new(ssrc, sequence, now);
            media.sender = Some(sender.in_packets_of(media.speech.packet_ms));
        }
    }

    /// The call is over: nothing more is sent or received. The next one has its media at the other port: a pool that
    /// could not be told that this call is over may send here for a while.
    pub(crate) fn close(&mut self, out: &mut Outputs<Event>) {
        let Some(mut media) = self.current.take() else {
            return;
        };
        self.end_move(true);
        media.redirect(None, out);
        for flow in &mut media.flows {
            flow.end(&media.call, out);
        }
        let streams = media.flows.iter().map(Flow::key).chain(media.ended);
        for stream in streams {
            remember(&mut self.earlier, stream);
        }
    }

    /// A datagram arrived at one of the ports for media; RTP and RTCP may share one (RFC 5761). What is
    /// neither is ignored, and so is what comes to where nothing is received any more.
    pub(crate) fn receive(
        &mut self,
        now: Now,
        at: Port,
        from: SocketAddr,
        bytes: &Bytes,
        out: &mut Outputs<Event>,
    ) {
        if !self.receives_at(at) {
            return;
        }
        if rtcp::is_rtcp(bytes) {
            return self.learn(from, bytes, out);
        }
        let Ok(packet) = Packet::parse(bytes) else {
            return;
        };
        if let Some(said) = Packet::readable_besides(bytes) {
            let items = vec![format!("RTP {said}")];
            let ssrc = Some(packet.ssrc);
            self.note(from, Readable { ssrc, items }, out);
        }
        self.note_sources(from, &packet, bytes, out);
        let Some(media) = &mut self.current else {
            remember(&mut self.earlier, (from, packet.ssrc));
            return;
        };
        let came_elsewhere = media.last_elsewhere(from, packet.ssrc);
        if let Some(flow) = media.flows.iter_mut().find(|flow| flow.from() == from) {
            // What came by another way meanwhile is not lost, where that was more than some packets out of order.
            let moved = |last| last > flow.last() && now.since(flow.last()) > ELSEWHERE;
            if came_elsewhere.is_some_and(moved) {
                flow.count_anew(now, &packet, &media.call, out);
            }
            flow.arrived(now, &packet, &media.call, out);
        } else if media.to == Some(from) || !self.earlier.contains(&(from, packet.ssrc)) {
            let listener = media.listener.clone();
            media
                .flows
                .push(Flow::begin(now, from, &packet, listener, &media.call, out));
        }
    }

    /// Learns what RTCP says.
    fn learn(&mut self, from: SocketAddr, bytes: &Bytes, out: &mut Outputs<Event>) {
        if let Some(readable) = Readable::parse(bytes) {
            self.note(from, readable, out);
        }
    }

    /// Records which streams come, and which are mixed in them: their numbers may be somebody's address.
    fn note_sources(
        &mut self,
        from: SocketAddr,
        packet: &Packet,
        bytes: &Bytes,
        out: &mut Outputs<Event>,
    ) {
        let contributing = Packet::contributing(bytes);
        let stream = (from, packet.ssrc);
        let media = self.current.as_ref();
        let is_known = media.is_some_and(|media| media.flows.iter().any(|f| f.key() == stream));
        if is_known && contributing.is_empty() {
            return;
        }
        let contributing = contributing.iter().map(|source| format!("CSRC {source}"));
        let items = std::iter::once(format!("SSRC {}", packet.ssrc)).chain(contributing);
        let (ssrc, items) = (Some(packet.ssrc), items.collect());
        self.note(from, Readable { ssrc, items }, out);
    }

    /// Records what was not said in this call before. Streams of earlier calls may go on to be reported,
    /// as they may go on themselves.
    fn note(&mut self, from: SocketAddr, readable: Readable, out: &mut Outputs<Event>) {
        let Some(media) = &mut self.current else {
            return;
        };
        let is_earlier = |(address, ssrc): &(SocketAddr, u32)| {
            address.ip() == from.ip() && Some(*ssrc) == readable.ssrc
        };
        if self.earlier.iter().any(is_earlier) || media.said.len() >= MOST_SAID {
            return;
        }
        let items = readable.items;
        if !items.is_empty() && media.said.insert((from, items.clone())) {
            let call = media.call.clone();
            out.event(Event::SourceDescribed { call, from, items });
        }
    }

    /// Sends what is due, and ends flows that are silent.
    pub(crate) fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        let Some(media) = &mut self.current else {
            return;
        };
        media.flows.retain_mut(|flow| {
            let state = flow.tick(now, &media.call, out);
            if state == FlowState::Ended {
                media.ended.push(flow.key());
            }
            state == FlowState::Active
        });
        let (Some(sender), Some(to)) = (&mut media.sender, media.to) else {
            return;
        };
        sender.catch_up(now);
        while sender.next_due() <= now {
            let mut packet = sender.packet(media.speech.payload(now));
            packet.payload_type = media.speech.payload_type;
            media.reports.count(now, &packet);
            out.datagram(self.port, to, packet.to_bytes());
        }
        let Some(to) = media.reports.to.filter(|_| media.reports.is_due(now)) else {
            return;
        };
        let report = media.reports.report(now, sender, &self.cname);
        if let Some(bytes) = report.to_bytes() {
            let rtcp = Port(self.port.0.saturating_add(1));
            out.datagram(rtcp, to, bytes);
        }
        // Spread, so that reports of many calls do not come at once (RFC 3550 section 6.3.1).
        let spread = self.rng.random_range(0.5..1.5);
        media.reports.due = Some(now + REPORTS.mul_f64(spread));
    }

    /// When [`Media::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let media = self.current.as_ref()?;
        let sender = media.sender.as_ref().filter(|_| media.to.is_some());
        let flows = media.flows.iter().map(Flow::deadline);
        flows.chain(sender.map(Sender::next_due)).min()
    }
}

impl Reports {
    /// A packet is sent.
    fn count(&mut self, now: Now, packet: &Packet) {
        if self.due.is_none() {
            (self.began, self.due) = (now, Some(now));
        }
        self.packets = self.packets.wrapping_add(1);
        // A payload is shorter than a datagram.
        self.octets = self.octets.wrapping_add(packet.payload.len() as u32);
    }

    fn is_due(&self, now: Now) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    fn report<'n>(&self, now: Now, sender: &Sender, cname: &'n str) -> SenderReport<'n> {
        SenderReport {
            ssrc: sender.ssrc(),
            elapsed: now.since(self.began),
            timestamp: sender.timestamp(),
            packets: self.packets,
            octets: self.octets,
            cname,
        }
    }
}

fn remember(earlier: &mut BTreeSet<(SocketAddr, u32)>, stream: (SocketAddr, u32)) {
    if earlier.len() < EARLIER {
        earlier.insert(stream);
    }
}
