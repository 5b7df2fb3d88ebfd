//! Messages of calls that somebody has spoiled on their way: whatever comes, nobody falls over, and
//! whoever was talked to goes on to answer.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use node::{Now, Outputs, Port, StreamId, StreamIn};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sip::rtp::{Packet, Receiver};
use sip::tcp::Connections;
use sip::{Message, Method, Sdp, Session, StatusCode, Timing, UaEvent, UserAgent};

use crate::support::{HostId, address, invite, offer, rtp};

/// What parsers stumble over.
const PIECES: [&[u8]; 24] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\r\n ",
    b":",
    b";",
    b",",
    b"=",
    b"\"",
    b"<",
    b">",
    b"@",
    b"%",
    b"/",
    b"\0",
    b"\xff\xfe",
    b"-1",
    b"4294967296",
    b"18446744073709551616",
    b"Content-Length: 99999",
    b"\r\nVia: SIP/2.0/TLS [::1]:0;rport;branch=z9hG4bK",
    b"\r\nRoute: <sip:x;lr>",
    b"\r\nRequire: 100rel",
    b"m=audio 0 RTP/SAVP 0 101\r\n",
    b";tag=",
];

/// How many spoiled copies there are of each message.
const COPIES: usize = 40;

/// Two telephones in calls with each other, and whoever spoils what they say.
struct Spoiled {
    rng: ChaCha8Rng,
    agents: [UserAgent; 2],
    connections: Connections,
    receiver: Receiver,
    now: Now,
    flying: VecDeque<(usize, Bytes)>,
    /// What was said last, to be mixed with what is said.
    heard: Bytes,
    spoiled: usize,
}

fn party(number: usize, rng: &mut ChaCha8Rng) -> UserAgent {
    let seed = ChaCha8Rng::seed_from_u64(rng.random());
    UserAgent::new(address(HostId(number)), seed, Timing::default()).as_telephone()
}

impl Spoiled {
    fn new(seed: u64) -> Spoiled {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Spoiled {
            agents: [0, 1].map(|number| party(number, &mut rng)),
            rng,
            connections: Connections::default(),
            receiver: Receiver::new(address(HostId(1)), 1),
            now: Now::ZERO,
            flying: VecDeque::new(),
            heard: Bytes::new(),
            spoiled: 0,
        }
    }

    /// A call from one to the other: it is answered, changed and hung up, if nothing comes between.
    fn call(&mut self) {
        let (from, to) = (HostId(0), HostId(1));
        let session = self.agents[0].invite(self.now, invite(from, to, to, Some(offer(from))));
        for turn in 0..8 {
            self.exchange();
            match turn {
                3 => self.agents[0].reinvite(self.now, session, Some(offer(from))),
                5 => self.agents[0].hang_up(self.now, session),
                _ => {}
            }
            self.pass(Duration::from_millis(400));
        }
        self.pass(Duration::from_secs(100));
    }

    fn pass(&mut self, span: Duration) {
        self.now += span;
        for agent in &mut self.agents {
            agent.tick(self.now);
        }
        self.exchange();
    }

    /// Delivers what is said, and spoiled copies of it before.
    fn exchange(&mut self) {
        for _ in 0..16 {
            self.collect();
            let Some((to, bytes)) = self.flying.pop_front() else {
                return;
            };
            for _ in 0..COPIES {
                let copy = self.spoil(&bytes);
                self.deliver(to, &copy);
            }
            self.deliver(to, &bytes);
            self.heard = bytes;
        }
        self.flying.clear();
    }

    fn deliver(&mut self, to: usize, bytes: &Bytes) {
        self.spoiled += 1;
        let from = address(HostId(1 - to));
        if let Ok(message) = Message::parse(bytes) {
            let body = match &message {
                Message::Request(request) => &request.body,
                Message::Response(response) => &response.body,
            };
            // What it is called does not matter here.
            let _ = Sdp::parse(body);
        }
        if let Ok(packet) = Packet::parse(bytes) {
            self.receiver.arrived(self.now, &packet);
        }
        let what = StreamIn::Data(bytes.clone());
        let mut out = Outputs::<()>::default();
        let opened = StreamIn::Opened {
            at: Port(5060),
            from,
        };
        self.connections.receive(StreamId(1), opened, &mut out);
        self.connections.receive(StreamId(1), what, &mut out);
        self.agents[to].receive(self.now, from, bytes);
        self.react(to);
    }

    fn collect(&mut self) {
        for (number, agent) in self.agents.iter_mut().enumerate() {
            while let Some(transmit) = agent.poll_transmit() {
                self.flying.push_back((1 - number, transmit.bytes));
            }
        }
        self.flying.truncate(64);
    }

    /// What somebody with a telephone does with what happens.
    fn react(&mut self, number: usize) {
        let (now, own) = (self.now, HostId(number));
        let agent = &mut self.agents[number];
        while let Some(event) = agent.poll_event() {
            match event {
                UaEvent::Request {
                    server, request, ..
                } if request.method == Method::INVITE => {
                    let Some(session) = agent.accept_invite(now, server) else {
                        continue;
                    };
                    let offered = agent.session(session).and_then(Session::remote_sdp);
                    match answer(own, offered) {
                        Ok(answer) => agent.answer(now, session, answer),
                        Err(code) => agent.refuse(now, session, code),
                    }
                }
                UaEvent::Request {
                    server, request, ..
                } => agent.refuse_method(now, server, &request),
                UaEvent::Reinvited { session, sdp } => {
                    agent.answer_reinvite(now, session, answer(own, sdp.as_ref()));
                }
                _ => {}
            }
        }
    }

    /// A copy with one to four changes.
    fn spoil(&mut self, bytes: &Bytes) -> Bytes {
        let mut copy = bytes.to_vec();
        for _ in 0..self.rng.random_range(1..=4) {
            let at = self.rng.random_range(0..=copy.len());
            let end = (at + self.rng.random_range(0..40_usize)).min(copy.len());
            match self.rng.random_range(0..6) {
                0 if at < copy.len() => copy[at] = self.rng.random(),
                1 => drop(copy.drain(at..end)),
                2 => {
                    let again = copy[at..end].to_vec();
                    copy.splice(at..at, again);
                }
                3 => {
                    let heard = self.heard.len();
                    let from = self.rng.random_range(0..=heard);
                    let tail = self.heard.slice(from..heard.min(from + 200));
                    copy.splice(at..end, tail);
                }
                4 => copy.truncate(at.max(1)),
                _ => {
                    let piece = PIECES[self.rng.random_range(0..PIECES.len())];
                    copy.splice(at..at, piece.iter().copied());
                }
            }
        }
        copy.into()
    }
}

/// What is answered to an offer; an offer, if there was none.
fn answer(own: HostId, offered: Option<&Sdp>) -> Result<Sdp, StatusCode> {
    match offered {
        None => Ok(offer(own)),
        Some(offered) => {
            let answer = offered.answer(9, rtp(own));
            answer.map_err(|_| StatusCode::NOT_ACCEPTABLE_HERE)
        }
    }
}

/// Calls until so many spoiled messages have come.
fn calls_with(messages: usize) {
    let mut seed = 0;
    let mut come = 0;
    while come < messages {
        seed += 1;
        let mut spoiled = Spoiled::new(seed);
        spoiled.call();
        come += spoiled.spoiled;
        for agent in &mut spoiled.agents {
            assert!(is_alive(agent, spoiled.now), "seed {seed}");
        }
    }
}

/// Whether somebody still takes a request.
fn is_alive(agent: &mut UserAgent, now: Now) -> bool {
    let from = SocketAddr::from(([198, 18, 0, 99], 5060));
    let options = "OPTIONS sip:a@198.18.0.1 SIP/2.0\r\n\
         Via: SIP/2.0/UDP 198.18.0.99:5060;branch=z9hG4bKalive\r\n\
         From: <sip:a@198.18.0.99>;tag=alive\r\nTo: <sip:a@198.18.0.1>\r\nCall-ID: alive\r\n\
         CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";
    agent.receive(now, from, &Bytes::from_static(options.as_bytes()));
    while let Some(transmit) = agent.poll_transmit() {
        if transmit.to == from {
            return true;
        }
    }
    std::iter::from_fn(|| agent.poll_event())
        .any(|event| matches!(event, UaEvent::Request { from: by, .. } if by == from))
}

#[test]
fn whoever_gets_spoiled_messages_goes_on() {
    calls_with(20_000);
}

#[test]
#[ignore = "a minute or two"]
fn whoever_gets_a_million_spoiled_messages_goes_on() {
    calls_with(1_000_000);
}
