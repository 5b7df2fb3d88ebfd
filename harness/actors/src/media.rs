//! An actor's RTP port: what it says and hears during a call.
//!
//! One call at a time has media. From the moment that the actor offers or accepts media, every
//! source that sends to the port is a [`Flow`] of the call, whatever its address: a peer, a relay,
//! a pool. From the answer until the call's end the actor says its name, 50 packets a second, to
//! wherever the other end wants it.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use bytes::Bytes;
use model::journal::event::Event;
use node::{Now, Outputs, Port};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use sip::rtp::{Packet, Sender};

use crate::flow::{Flow, Going};
use crate::voice;

/// How many streams of earlier calls are remembered; more than a party has calls in a walk.
const EARLIER: usize = 1024;

/// An actor's RTP port.
pub(crate) struct Media {
    port: Port,
    saying: Bytes,
    random: ChaCha8Rng,
    during: Option<During>,
    /// RTP streams of calls that are over here. Their senders may not know: no BYE gets through
    /// a dead pool. They must not be taken for the next call's.
    earlier: BTreeSet<(SocketAddr, u32)>,
}

/// The media of one call.
struct During {
    call: String,
    flows: Vec<Flow>,
    /// The streams of flows that have ended, which may come back.
    ended: Vec<(SocketAddr, u32)>,
    sender: Option<Sender>,
    /// Where the other end wants media; nowhere before the answer and on hold.
    to: Option<SocketAddr>,
}

impl During {
    /// From now on the actor speaks to `to`, which is told if it is news.
    fn turn(&mut self, to: Option<SocketAddr>, out: &mut Outputs<Event>) {
        if self.to != to {
            let call = self.call.clone();
            out.event(Event::Speaking { call, to });
        }
        self.to = to;
    }
}

impl Media {
    /// The port `port` of the actor `name`.
    pub(crate) fn new(port: Port, name: &str, random: ChaCha8Rng) -> Media {
        Media {
            port,
            saying: voice::saying(name),
            random,
            during: None,
            earlier: BTreeSet::new(),
        }
    }

    /// `call` has media from now on: the actor listens.
    pub(crate) fn open(&mut self, call: &str) {
        self.during = Some(During {
            call: call.to_owned(),
            flows: Vec::new(),
            ended: Vec::new(),
            sender: None,
            to: None,
        });
    }

    /// The other end wants media there, or none for now.
    pub(crate) fn speak(&mut self, now: Now, to: Option<SocketAddr>, out: &mut Outputs<Event>) {
        let Some(during) = &mut self.during else {
            return;
        };
        during.turn(to, out);
        if let Some(sender) = &mut during.sender {
            sender.catch_up(now);
        } else if to.is_some() {
            let (ssrc, sequence) = (self.random.next_u32(), self.random.next_u32() as u16);
            during.sender = Some(Sender::new(ssrc, sequence, now));
        }
    }

    /// The call is over: neither says nor hears anything more.
    pub(crate) fn close(&mut self, out: &mut Outputs<Event>) {
        let Some(mut during) = self.during.take() else {
            return;
        };
        during.turn(None, out);
        for flow in &mut during.flows {
            flow.end(&during.call, out);
        }
        let streams = during.flows.iter().map(Flow::key).chain(during.ended);
        for stream in streams {
            remember(&mut self.earlier, stream);
        }
    }

    /// A datagram arrived at the port. What is no RTP is ignored.
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
        let Some(during) = &mut self.during else {
            remember(&mut self.earlier, (from, packet.ssrc));
            return;
        };
        if let Some(flow) = during.flows.iter_mut().find(|flow| flow.from() == from) {
            flow.arrived(now, &packet, &during.call, out);
        } else if during.to == Some(from) || !self.earlier.contains(&(from, packet.ssrc)) {
            during
                .flows
                .push(Flow::begin(now, from, &packet, &during.call, out));
        }
    }

    /// Says what is due, and ends flows that are silent.
    pub(crate) fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        let Some(during) = &mut self.during else {
            return;
        };
        during.flows.retain_mut(|flow| {
            let going = flow.tick(now, &during.call, out);
            if going == Going::Ended {
                during.ended.push(flow.key());
            }
            going == Going::On
        });
        let (Some(sender), Some(to)) = (&mut during.sender, during.to) else {
            return;
        };
        if sender.next_due() <= now {
            sender.catch_up(now);
            let packet = sender.packet(self.saying.clone());
            out.datagram(self.port, to, packet.to_bytes());
        }
    }

    /// When [`Media::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let during = self.during.as_ref()?;
        let speaks = during.sender.as_ref().filter(|_| during.to.is_some());
        let flows = during.flows.iter().map(Flow::deadline);
        flows.chain(speaks.map(Sender::next_due)).min()
    }
}

fn remember(earlier: &mut BTreeSet<(SocketAddr, u32)>, stream: (SocketAddr, u32)) {
    if earlier.len() < EARLIER {
        earlier.insert(stream);
    }
}
