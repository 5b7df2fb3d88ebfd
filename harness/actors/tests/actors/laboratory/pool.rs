//! A pool that does as it is scripted, and notes what happens to it.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use actors::Command;
use bytes::Bytes;
use model::journal::event::Event;
use model::topology::Behaviour;
use node::sim::Ports;
use node::{Input, Node, Now, Outputs, Port};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sip::rtp::Sender;
use sip::{
    Headers, Invite, Method, Name, NameAddr, Request, Response, Sdp, ServerId, SessionId,
    StatusCode, UaEvent, UserAgent,
};

const SIP: Port = Port(5060);
const HTTP: Port = Port(8080);

/// Where its media is, and where it is after a move.
pub(crate) const RTP: [u16; 2] = [20000, 20002];

/// What its INVITEs have in their credentials.
pub(crate) const SECRET: &str = "0a4f113b";

/// What a scripted pool does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    pub(crate) invite: OnInvite,
    /// The status code that a REGISTER gets.
    pub(crate) register: u16,
    /// The status code that an HTTP request gets, for each in turn; the last one for all others.
    pub(crate) http: &'static [(u16, &'static str)],
}

/// What it does about an INVITE.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OnInvite {
    /// Answers it and plays music.
    Answer,
    /// Answers it without saying where media should go.
    AnswerWithoutSdp,
    /// Lets it ring.
    Ring,
    /// Refuses it.
    Refuse(u16),
}

impl Default for Script {
    fn default() -> Self {
        Script {
            invite: OnInvite::Answer,
            register: 200,
            http: &[(200, "{}")],
        }
    }
}

/// A scripted pool. Told to call, it calls whoever is at the address that it is given, as `alice`
/// and with the identity of `sales`; with `?` before the address, without an offer. Told to hang
/// up, it ends its calls. Told to decline, it asks for an offer within its calls, and told to
/// behave otherwise it makes one; either way it moves their media.
pub(crate) struct FakePool {
    address: IpAddr,
    script: Script,
    user_agent: UserAgent,
    calls: Vec<Music>,
    /// Whether it has asked the other end for an offer.
    asked: bool,
    /// Where it has heard somebody.
    heard: BTreeSet<Port>,
    requests: usize,
}

/// A call, and where music is played to.
struct Music {
    session: SessionId,
    from: Port,
    to: Option<SocketAddr>,
    sender: Sender,
}

/// The ports that it needs.
pub(crate) fn ports() -> Ports {
    Ports::new().one(SIP.0).one(HTTP.0).one(RTP[0]).one(RTP[1])
}

impl FakePool {
    pub(crate) fn new(address: IpAddr, seed: [u8; 32], script: Script) -> FakePool {
        let own = SocketAddr::new(address, SIP.0);
        let random = ChaCha8Rng::from_seed(seed);
        FakePool {
            address,
            script,
            user_agent: UserAgent::new(own, random, sip::Timing::default()),
            calls: Vec::new(),
            asked: false,
            heard: BTreeSet::new(),
            requests: 0,
        }
    }

    fn rtp(&self, index: usize) -> SocketAddr {
        SocketAddr::new(self.address, RTP[index])
    }

    fn call(&mut self, now: Now, to: &str) {
        let (to, sdp) = match to.strip_prefix('?') {
            Some(to) => (to, None),
            None => (to, Some(Sdp::offer(1, self.rtp(0)))),
        };
        let to: SocketAddr = to.parse().unwrap();
        let mut headers = Headers::new();
        headers.insert(Name::from("P-Asserted-Identity"), "<sip:sales@198.18.0.1>");
        let credentials = format!("Digest username=\"alice\", response=\"{SECRET}\"");
        headers.insert(Name::AUTHORIZATION, credentials);
        self.asked = sdp.is_none();
        let uri = sip::uri("somebody", to);
        let invite = Invite {
            from: NameAddr::uri(sip::uri("alice", self.rtp(0))),
            to: NameAddr::uri(uri.clone()),
            uri,
            next_hop: to,
            sdp,
            headers,
        };
        let session = self.user_agent.invite(now, invite);
        self.begin(now, session, None);
    }

    fn begin(&mut self, now: Now, session: SessionId, to: Option<SocketAddr>) {
        self.calls.push(Music {
            session,
            from: Port(RTP[0]),
            to,
            sender: Sender::new(self.calls.len() as u32, 0, now),
        });
    }

    fn requested(
        &mut self,
        now: Now,
        server: ServerId,
        request: &Request,
        out: &mut Outputs<Event>,
    ) {
        note(out, format!("{} {}", request.method, user(request)));
        if let (OnInvite::AnswerWithoutSdp, &Method::INVITE) = (self.script.invite, &request.method)
        {
            let mut response = Response::to(request, StatusCode::OK);
            response
                .headers
                .insert(Name::CONTACT, format!("<sip:{}>", self.address));
            return self.user_agent.respond(now, server, response);
        }
        if request.method == Method::INVITE {
            let session = self.user_agent.accept_invite(now, server).unwrap();
            return self.invited(now, session, request);
        }
        let code = match request.method {
            Method::REGISTER => self.script.register,
            _ => 200,
        };
        let response = Response::to(request, StatusCode::from(code));
        self.user_agent.respond(now, server, response);
    }

    fn invited(&mut self, now: Now, session: SessionId, request: &Request) {
        let offer = request.sdp().unwrap().unwrap();
        match self.script.invite {
            OnInvite::Answer => {
                let answer = offer.answer(1, self.rtp(0)).unwrap();
                self.user_agent.answer(now, session, answer);
                self.begin(now, session, Some(offer.rtp()));
            }
            OnInvite::AnswerWithoutSdp => {}
            OnInvite::Ring => self
                .user_agent
                .ring(now, session, StatusCode::RINGING, None),
            OnInvite::Refuse(code) => {
                self.user_agent.refuse(now, session, StatusCode::from(code));
            }
        }
    }

    fn follow(&mut self, now: Now, event: UaEvent, out: &mut Outputs<Event>) {
        match event {
            UaEvent::Request {
                server, request, ..
            } => self.requested(now, server, &request, out),
            UaEvent::Answered { session, sdp } => {
                note(out, "answered");
                self.acknowledge(now, session, sdp.as_ref(), 0);
                let music = self.calls.iter_mut().find(|music| music.session == session);
                if let Some(music) = music {
                    music.to = sdp.map(|sdp| sdp.rtp());
                    music.sender.pass_over(now);
                }
            }
            UaEvent::Progress { code, .. } => note(out, code.into_u16().to_string()),
            UaEvent::Refused { code, .. } => note(out, format!("refused {}", code.into_u16())),
            UaEvent::Confirmed { .. } => note(out, "confirmed"),
            UaEvent::Cancelled { .. } => note(out, "cancelled"),
            UaEvent::Reanswered { session, answer } => {
                note(out, format!("moved {}", answer.is_ok()));
                self.acknowledge(now, session, answer.ok().flatten().as_ref(), 1);
            }
            UaEvent::Ended { session, why } => {
                self.calls.retain(|music| music.session != session);
                note(out, format!("ended {why:?}"));
            }
            _ => {}
        }
    }

    fn settle(&mut self, now: Now, out: &mut Outputs<Event>) {
        loop {
            while let Some(transmit) = self.user_agent.poll_transmit() {
                out.datagram(SIP, transmit.to, transmit.bytes);
            }
            let Some(event) = self.user_agent.poll_event() else {
                return;
            };
            self.follow(now, event, out);
        }
    }

    fn play(&mut self, now: Now, out: &mut Outputs<Event>) {
        for music in &mut self.calls {
            if let Some(to) = music.to
                && music.sender.next_due() <= now
            {
                music.sender.pass_over(now);
                let packet = music.sender.packet(Bytes::from_static(&[0xff; 160]));
                out.datagram(music.from, to, packet.to_bytes());
            }
        }
    }

    /// Answers what the other end offers in its 2xx, where it was asked to offer.
    fn acknowledge(&mut self, now: Now, session: SessionId, offer: Option<&Sdp>, rtp: usize) {
        if std::mem::take(&mut self.asked)
            && let Some(offer) = offer
        {
            let answer = offer.answer(1, self.rtp(rtp)).unwrap();
            let answer = answer.reoriginated(1, 2);
            self.user_agent.acknowledge(now, session, Some(answer));
        }
    }

    fn move_media(&mut self, now: Now, behaviour: Behaviour) {
        self.asked = behaviour == Behaviour::Decline;
        let moved = Sdp::offer(1, self.rtp(1)).reoriginated(1, 2);
        let offer = Some(moved).filter(|_| !self.asked);
        for music in &mut self.calls {
            music.from = Port(RTP[1]);
            self.user_agent.reinvite(now, music.session, offer.clone());
        }
    }
}

impl Node for FakePool {
    type Command = Command;
    type Event = Event;

    fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        match input {
            Input::Datagram {
                at: SIP,
                from,
                bytes,
            } => self.user_agent.receive(now, from, &bytes),
            Input::Datagram { at, from, .. } if !self.heard.contains(&at) => {
                self.heard.insert(at);
                out.event(heard(at, from));
            }
            Input::Undeliverable { at: SIP, to, why } => {
                self.user_agent.undeliverable(now, to, why)
            }
            Input::Command(Command::Call { to, .. }) => self.call(now, &to),
            Input::Command(Command::HangUp) => {
                for music in self.calls.drain(..) {
                    self.user_agent.hang_up(now, music.session);
                }
            }
            Input::Command(Command::Behave(behaviour)) => self.move_media(now, behaviour),
            Input::Request { id, request, .. } => {
                let body = String::from_utf8_lossy(request.body());
                note(
                    out,
                    format!("{} {} {body}", request.method(), request.uri()),
                );
                let answers = self.script.http;
                let (status, body) = answers[self.requests.min(answers.len() - 1)];
                self.requests += 1;
                let mut response = http::Response::new(Bytes::from_static(body.as_bytes()));
                *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
                out.respond(id, response);
            }
            _ => {}
        }
        if self.user_agent.deadline().is_some_and(|due| due <= now) {
            self.user_agent.tick(now);
        }
        self.settle(now, out);
        self.play(now, out);
    }

    fn deadline(&self) -> Option<Now> {
        let playing = self.calls.iter().filter(|music| music.to.is_some());
        let music = playing.map(|music| music.sender.next_due());
        music.chain(self.user_agent.deadline()).min()
    }
}

/// What it tells of the first packet that comes to one of its RTP ports.
pub(crate) fn heard(at: Port, from: SocketAddr) -> Event {
    Event::MediaStarted {
        call: at.0.to_string(),
        from,
        hears: None,
    }
}

fn note(out: &mut Outputs<Event>, what: impl Into<String>) {
    out.event(Event::Told {
        actor: "pool".to_owned(),
        what: what.into(),
    });
}

/// Whom a request is for.
fn user(request: &Request) -> String {
    let to = request
        .to_uri()
        .map(|uri| sip::uri_text(&uri))
        .unwrap_or_default();
    let user = to.trim_start_matches("sip:").split('@').next();
    user.unwrap_or_default().to_owned()
}
