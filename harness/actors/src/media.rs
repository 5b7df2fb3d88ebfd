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
use sip::rtp::{Codec, Packet, Sender};

use crate::AddressBook;
use crate::flow::{Flow, FlowState};

/// How many streams of earlier calls are remembered; more than an actor has calls in a walk.
const EARLIER: usize = 1024;

/// What the types of RTCP packets look like where RTP has its payload type; RTP has none of these
/// (RFC 5761 section 4).
const RTCP: std::ops::RangeInclusive<u8> = 64..=95;

/// What an actor without a voice sends: 20 ms of nothing.
const SILENCE: Bytes = Bytes::from_static(&[0xff; 160]);

/// An actor's RTP port.
pub(crate) struct Media {
    port: Port,
    /// The payload of each packet that is sent.
    payload: Bytes,
    /// Whose voice is whose.
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
    /// Where media is sent; nowhere before the answer and on hold.
    to: Option<SocketAddr>,
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
        let voice = address_book.voices.get(name);
        Media {
            port,
            payload: voice.map_or(SILENCE, |voice| voice.payload(Codec::Pcmu)),
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
            to: None,
        });
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
            media.sender = Some(Sender::new(ssrc, sequence, now));
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
            let listener = Arc::clone(&self.address_book);
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
            let packet = sender.packet(self.payload.clone());
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
