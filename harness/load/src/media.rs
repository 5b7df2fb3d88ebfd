//! The media of a load: a port for each call, G.711 silence out of it, and what comes to it counted.
//!
//! Packets leave every 20 ms. Calls are spread over the milliseconds of that time, so that packets do
//! not come in bursts, and one deadline serves all of a millisecond.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use node::{Now, Outputs, Port};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use sip::rtp::{Codec, Packet, Receiver, Sender};
use sip::{Direction, Sdp, rtcp};

use crate::measured::Heard;
use crate::plan::MediaPorts;

/// In how many groups calls are spread.
const GROUPS: usize = 20;

/// How far apart the groups' times are.
const STEP: Duration = Duration::from_millis(1);

/// The media of all calls.
pub(crate) struct Media {
    address: IpAddr,
    free: VecDeque<Port>,
    streams: BTreeMap<Port, Stream>,
    groups: [Vec<Port>; GROUPS],
    /// The group whose time is next, and when that is.
    next: (usize, Now),
    rng: ChaCha8Rng,
}

/// The media of one call.
struct Stream {
    /// Where packets go; nowhere before the answer and on hold.
    to: Option<SocketAddr>,
    sender: Sender,
    payload_type: u8,
    payload: Bytes,
    group: usize,
    /// Whether the peer has ever wanted media.
    is_used: bool,
    sent: u64,
    /// The flow that comes now.
    flow: Option<Receiver>,
    /// What came of earlier flows, and what of them is missing.
    received: u64,
    lost: u64,
}

impl Media {
    pub(crate) fn new(address: IpAddr, ports: MediaPorts, rng: ChaCha8Rng) -> Media {
        Media {
            address,
            free: ports.used().map(Port).collect(),
            streams: BTreeMap::new(),
            groups: Default::default(),
            next: (0, Now::ZERO),
            rng,
        }
    }

    /// A port for a call; none, if all are taken. The one is taken that was free for the longest time.
    pub(crate) fn open(&mut self, now: Now) -> Option<Port> {
        let port = self.free.pop_front()?;
        if self.streams.is_empty() {
            self.next = (self.next.0, now);
        }
        let group = usize::from(port.0 / 2) % GROUPS;
        self.groups[group].push(port);
        let stream = Stream {
            to: None,
            sender: Sender::new(self.rng.next_u32(), self.rng.next_u32() as u16, now),
            payload_type: Codec::Pcmu.payload_type(),
            payload: silence(Codec::Pcmu),
            group,
            is_used: false,
            sent: 0,
            flow: None,
            received: 0,
            lost: 0,
        };
        self.streams.insert(port, stream);
        Some(port)
    }

    /// The address at which a call's media is received.
    pub(crate) fn at(&self, port: Port) -> SocketAddr {
        SocketAddr::new(self.address, port.0)
    }

    /// The peer has described where it receives media, and in which codec.
    pub(crate) fn send_to(&mut self, now: Now, port: Port, peer: &Sdp) {
        let Some(stream) = self.streams.get_mut(&port) else {
            return;
        };
        stream.to = destination(peer);
        stream.is_used |= stream.to.is_some();
        stream.sender.pass_over(now);
        if let Some((payload_type, codec)) = peer.voice() {
            stream.payload_type = payload_type;
            stream.payload = silence(codec);
        }
    }

    /// A call has ended; what was heard in it counts if it was answered.
    pub(crate) fn close(&mut self, port: Port, heard: Option<&mut Heard>) {
        let Some(mut stream) = self.streams.remove(&port) else {
            return;
        };
        self.groups[stream.group].retain(|of_group| *of_group != port);
        self.free.push_back(port);
        stream.end_flow();
        if let Some(heard) = heard {
            stream.count(heard);
        }
    }

    /// Something came to a port. What is no RTP, and what comes to a port without a call, is ignored.
    pub(crate) fn receive(&mut self, now: Now, at: Port, from: SocketAddr, bytes: &Bytes) {
        let Some(stream) = self.streams.get_mut(&at) else {
            return;
        };
        if rtcp::is_rtcp(bytes) {
            return;
        }
        let Ok(packet) = Packet::parse(bytes) else {
            return;
        };
        let is_same = |flow: &Receiver| (flow.source(), flow.ssrc()) == (from, packet.ssrc);
        if !stream.flow.as_ref().is_some_and(is_same) {
            stream.end_flow();
        }
        let flow = stream
            .flow
            .get_or_insert_with(|| Receiver::new(from, packet.ssrc));
        flow.arrived(now, &packet);
    }

    /// Sends what is due.
    pub(crate) fn tick<E>(&mut self, now: Now, out: &mut Outputs<E>) {
        if self.streams.is_empty() {
            return;
        }
        let (mut group, mut at) = self.next;
        // After a pause each group has its turn once, and no more.
        if now.since(at) > STEP * GROUPS as u32 {
            at = now - STEP * (GROUPS as u32 - 1);
        }
        while at <= now {
            for port in &self.groups[group] {
                if let Some(stream) = self.streams.get_mut(port) {
                    stream.send(*port, out);
                }
            }
            group = (group + 1) % GROUPS;
            at += STEP;
        }
        self.next = (group, at);
    }

    /// When [`Media::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Option<Now> {
        (!self.streams.is_empty()).then_some(self.next.1)
    }
}

impl Stream {
    fn send<E>(&mut self, from: Port, out: &mut Outputs<E>) {
        let Some(to) = self.to else { return };
        let mut packet = self.sender.packet(self.payload.clone());
        packet.payload_type = self.payload_type;
        self.sent += 1;
        out.datagram(from, to, packet.to_bytes());
    }

    fn end_flow(&mut self) {
        if let Some(flow) = self.flow.take() {
            self.received += flow.received();
            self.lost += flow.lost();
        }
    }

    fn count(&self, heard: &mut Heard) {
        if !self.is_used {
            return;
        }
        heard.calls += 1;
        heard.sent += self.sent;
        heard.received += self.received;
        heard.lost += self.lost;
        match self.received + self.lost {
            0 => heard.silent += 1,
            all => heard.loss_of_ten_thousand.record(10_000 * self.lost / all),
        }
    }
}

/// A packet of silence.
fn silence(codec: Codec) -> Bytes {
    const SAMPLES: usize = 160;
    match codec {
        Codec::Pcmu => Bytes::from_static(&[0xff; SAMPLES]),
        Codec::Pcma => Bytes::from_static(&[0xd5; SAMPLES]),
    }
}

/// Where media for `peer` goes: nowhere while it only sends, holds the call or has refused the stream
/// (RFC 3264 sections 6 and 8.4).
fn destination(peer: &Sdp) -> Option<SocketAddr> {
    let receives = matches!(peer.direction(), Direction::SendRecv | Direction::RecvOnly);
    Some(peer.rtp()).filter(|rtp| receives && rtp.port() != 0)
}
