//! An actor's RTP port: what it sends and receives during a call.
//!
//! One call at a time has media. From the moment that the actor offers or accepts media, every
//! source that sends to the port is a [`Flow`] of the call, whatever its address: a peer, a relay,
//! a pool. From the answer until the call's end the actor speaks with its voice, 50 packets a
//! second, to wherever the peer receives it.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use model::journal::event::Event;
use node::{Now, Outputs, Port};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use sip::Sdp;
use sip::rtp::{Codec, Packet, Sender};

use crate::AddressBook;
use crate::flow::{Flow, FlowState};
use crate::listener::Listener;
use crate::voice::Voice;

/// How many streams of earlier calls are remembered; more than an actor has calls in a walk.
const EARLIER: usize = 1024;

/// What the types of RTCP packets look like where RTP has its payload type; RTP has none of these
/// (RFC 5761 section 4).
const RTCP: std::ops::RangeInclusive<u8> = 64..=95;

/// The packets that are sent, in milliseconds, unless the peer wants others.
const USUAL: u32 = 20;

/// The longest packets that are sent.
const LONGEST: u32 = 60;

/// An actor's RTP port.
pub(crate) struct Media {
    port: Port,
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
}

/// What is sent.
struct Speech {
    payload_type: u8,
    codec: Codec,
    packet_ms: u32,
    /// The payload of each packet.
    payload: Bytes,
}

impl Speech {
    /// Packets of `packet_ms` milliseconds, in whole tens, in which this voice is heard; nothing
    /// without one.
    fn of(voice: Option<Voice>, payload_type: u8, codec: Codec, packet_ms: u32) -> Speech {
        let packet_ms = (packet_ms / 10 * 10).clamp(10, LONGEST);
        let samples = packet_ms as usize * Codec::SAMPLE_RATE as usize / 1_000;
        let payload = match voice {
            // All of it repeats itself after ten milliseconds.
            Some(voice) => voice
                .payload(codec)
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
            payload,
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
}

impl Media {
    /// The port `port` of the actor `name`.
    pub(crate) fn new(
        port: Port,
        name: &str,
        address_book: Arc<AddressBook>,
        rng: ChaCha8Rng,
    ) -> Media {
        Media {
            port,
            voice: address_book.voices.get(name).copied(),
            address_book,
            rng,
            current: None,
            earlier: BTreeSet::new(),
        }
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
        });
    }

    /// The peer has described which formats it takes, and in which packets: it is spoken to in the first of
    /// them, and understood in all.
    pub(crate) fn speak(&mut self, peer: &Sdp) {
        let Some(media) = &mut self.current else {
            return;
        };
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
        media.redirect(to, out);
        if let Some(sender) = &mut media.sender {
            sender.catch_up(now);
        } else if to.is_some() {
            let (ssrc, sequence) = (self.rng.next_u32(), self.rng.next_u32() as u16);
            let sender = Sender::new(ssrc, sequence, now);
            media.sender = Some(sender.in_packets_of(media.speech.packet_ms));
        }
    }

    /// The call is over: nothing more is sent or received.
    pub(crate) fn close(&mut self, out: &mut Outputs<Event>) {
        let Some(mut media) = self.current.take() else {
            return;
        };
        media.redirect(None, out);
        for flow in &mut media.flows {
            flow.end(&media.call, out);
        }
        let streams = media.flows.iter().map(Flow::key).chain(media.ended);
        for stream in streams {
            remember(&mut self.earlier, stream);
        }
    }

    /// A datagram arrived at the port. What is no RTP is ignored, and so is RTCP, which may share the
    /// port (RFC 5761).
    pub(crate) fn receive(
        &mut self,
        now: Now,
        from: SocketAddr,
        bytes: &Bytes,
        out: &mut Outputs<Event>,
    ) {
        let Ok(packet) = Packet::parse(bytes) else {
            return;
        };
        if RTCP.contains(&packet.payload_type) {
            return;
        }
        let Some(media) = &mut self.current else {
            remember(&mut self.earlier, (from, packet.ssrc));
            return;
        };
        if let Some(flow) = media.flows.iter_mut().find(|flow| flow.from() == from) {
            flow.arrived(now, &packet, &media.call, out);
        } else if media.to == Some(from) || !self.earlier.contains(&(from, packet.ssrc)) {
            let listener = media.listener.clone();
            media
                .flows
                .push(Flow::begin(now, from, &packet, listener, &media.call, out));
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
        if sender.next_due() <= now {
            sender.catch_up(now);
            let mut packet = sender.packet(media.speech.payload.clone());
            packet.payload_type = media.speech.payload_type;
            out.datagram(self.port, to, packet.to_bytes());
        }
    }

    /// When [`Media::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let media = self.current.as_ref()?;
        let sender = media.sender.as_ref().filter(|_| media.to.is_some());
        let flows = media.flows.iter().map(Flow::deadline);
        flows.chain(sender.map(Sender::next_due)).min()
    }
}

fn remember(earlier: &mut BTreeSet<(SocketAddr, u32)>, stream: (SocketAddr, u32)) {
    if earlier.len() < EARLIER {
        earlier.insert(stream);
    }
}
