//! A telephone: it registers at home or else with its home's partner, takes calls, sends media to
//! whom it is told to, and says whose media it receives.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use node::{Input, Node, Now, Outputs, Port};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sip::rtp::{Packet, Sender};
use sip::{
    ClientId, Headers, Invite, Method, Name, NameAddr, Request, Sdp, SessionId, StatusCode, Timing,
    UaEvent, UserAgent, uri,
};

use super::Pool;

#[derive(Debug)]
pub enum PhoneCommand {
    Call { to: String, through: SocketAddr },
    HangUp,
    Behave(Behaviour),
    Report,
}

/// What the phone does when it rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    AcceptAfter(Duration),
    Decline,
    /// It is taken: 486.
    Busy,
    Ring,
}

/// The received media: the sender of what came in within the last 100 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceivedMedia {
    Nothing,
    From(SocketAddr),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhoneEvent {
    /// It rings. The contact is where the caller wants to be reached.
    Alerted {
        caller: String,
        asserted: Option<String>,
        contact: String,
    },
    Answered,
    Refused(u16),
    NoAnswer,
    Ended,
    Registered(Pool),
    NotRegistered(Pool, u16),
    Report(ReceivedMedia),
}

pub struct Phone {
    name: &'static str,
    sip: SocketAddr,
    rtp: SocketAddr,
    ua: UserAgent,
    behaviour: Behaviour,
    session: Option<SessionId>,
    /// The INVITE that rings, its offer and when it is accepted.
    ringing: Option<(Sdp, Option<Now>)>,
    remote: Option<SocketAddr>,
    sender: Option<Sender>,
    last_media: Option<(Now, SocketAddr)>,
    description: u64,
    home: Pool,
    registering: Option<(ClientId, Pool)>,
    next_register: Now,
    cseq: u32,
}

impl Phone {
    pub fn new(
        name: &'static str,
        sip: SocketAddr,
        rtp: SocketAddr,
        home: Pool,
        seed: [u8; 32],
    ) -> Phone {
        let rng = ChaCha8Rng::from_seed(seed);
        Phone {
            name,
            sip,
            rtp,
            ua: UserAgent::new(sip, rng, Timing::default()).with_contact_user(name),
            behaviour: Behaviour::AcceptAfter(Duration::from_millis(300)),
            session: None,
            ringing: None,
            remote: None,
            sender: None,
            last_media: None,
            description: 1,
            home,
            registering: None,
            next_register: Now::ZERO,
            cseq: 0,
        }
    }

    fn register(&mut self, now: Now, pool: Pool) {
        self.cseq += 1;
        let mut request = Request::new(Method::REGISTER, uri("", pool.sip()));
        let own = format!("<sip:{}@{}>", self.name, pool.sip());
        request
            .headers
            .insert(Name::FROM, format!("{own};tag=t{}", self.cseq));
        request.headers.insert(Name::TO, own);
        request
            .headers
            .insert(Name::CALL_ID, format!("register-{}", self.name));
        request
            .headers
            .insert(Name::CSEQ, format!("{} REGISTER", self.cseq));
        request.headers.insert(Name::MAX_FORWARDS, "70");
        let contact = format!("<sip:{}@{}>", self.name, self.sip);
        request.headers.insert(Name::CONTACT, contact);
        request.headers.insert(Name::EXPIRES, "600");
        let client = self.ua.request(now, request, pool.sip());
        self.registering = Some((client, pool));
        self.next_register = now + Duration::from_secs(2);
    }

    fn registered(
        &mut self,
        now: Now,
        client: ClientId,
        outcome: Option<StatusCode>,
        out: &mut Outputs<PhoneEvent>,
    ) {
        let Some((_, pool)) = self.registering.take_if(|(id, _)| *id == client) else {
            return;
        };
        match outcome {
            Some(StatusCode::OK) => {
                self.next_register = now + Duration::from_secs(4);
                out.event(PhoneEvent::Registered(pool));
            }
            outcome => {
                let code = outcome.map_or(0, StatusCode::into_u16);
                out.event(PhoneEvent::NotRegistered(pool, code));
                if pool == self.home {
                    self.register(now, pool.partner());
                } else {
                    self.next_register = now + Duration::from_secs(1);
                }
            }
        }
    }

    fn own_sdp(&mut self, offer: Option<&Sdp>) -> Sdp {
        self.description += 1;
        match offer {
            Some(offer) => offer.answer(self.description, self.rtp).unwrap(),
            None => Sdp::offer(self.description, self.rtp),
        }
    }

    fn talk(&mut self, now: Now, to: &Sdp) {
        self.remote = Some(to.rtp());
        if self.sender.is_none() {
            self.sender = Some(Sender::new(u32::from(self.sip.port()), 1, now));
        }
    }

    fn end(&mut self, out: &mut Outputs<PhoneEvent>) {
        if self.session.take().is_some() {
            (self.remote, self.sender, self.ringing) = (None, None, None);
            out.event(PhoneEvent::Ended);
        }
    }

    fn on_sip(&mut self, now: Now, event: UaEvent, out: &mut Outputs<PhoneEvent>) {
        match event {
            UaEvent::Request {
                server, request, ..
            } if request.method == Method::INVITE => {
                let offer = request.sdp().unwrap().unwrap();
                let Some(session) = self.ua.accept_invite(now, server) else {
                    return;
                };
                if self.session.is_some() {
                    return self.ua.refuse(now, session, StatusCode::BUSY_HERE);
                }
                let user = |uri: Option<sip::SipUri>| {
                    uri.map(|uri| sip::uri_text(&uri)).unwrap_or_default()
                };
                out.event(PhoneEvent::Alerted {
                    caller: user(request.from_uri()),
                    asserted: request
                        .header(&Name::unknown("P-Asserted-Identity".into()))
                        .map(str::to_owned),
                    contact: user(request.contact()),
                });
                self.session = Some(session);
                let at = match self.behaviour {
                    Behaviour::AcceptAfter(after) => Some(now + after),
                    Behaviour::Ring => None,
                    Behaviour::Busy => {
                        self.session = None;
                        return self.ua.refuse(now, session, StatusCode::BUSY_HERE);
                    }
                    Behaviour::Decline => {
                        self.session = None;
                        return self.ua.refuse(now, session, StatusCode::DECLINE);
                    }
                };
                self.ua.ring(now, session, StatusCode::RINGING, None);
                self.ringing = Some((offer, at));
            }
            UaEvent::Request {
                server, request, ..
            } => {
                let response = sip::Response::to(&request, StatusCode::METHOD_NOT_ALLOWED);
                self.ua.respond(now, server, response);
            }
            UaEvent::Response { client, response } => {
                self.registered(now, client, Some(response.code), out);
            }
            UaEvent::NoResponse { client, .. } => self.registered(now, client, None, out),
            UaEvent::Answered { sdp, .. } => {
                out.event(PhoneEvent::Answered);
                if let Some(sdp) = sdp {
                    self.talk(now, &sdp);
                }
            }
            UaEvent::Refused { code, .. } => {
                self.session = None;
                out.event(PhoneEvent::Refused(code.into_u16()));
            }
            UaEvent::Failed { .. } => {
                self.session = None;
                out.event(PhoneEvent::NoAnswer);
            }
            UaEvent::Reinvited { session, sdp } => {
                let answer = self.own_sdp(sdp.as_ref());
                self.ua.answer_reinvite(now, session, Ok(answer));
                if let Some(sdp) = sdp {
                    self.talk(now, &sdp);
                }
            }
            UaEvent::Ended { session, .. } | UaEvent::Cancelled { session }
                if self.session == Some(session) =>
            {
                self.end(out);
            }
            _ => {}
        }
    }

    fn tick(&mut self, now: Now, out: &mut Outputs<PhoneEvent>) {
        if let Some((offer, Some(_))) = self
            .ringing
            .take_if(|(_, at)| at.is_some_and(|at| at <= now))
            && let Some(session) = self.session
        {
            let answer = self.own_sdp(Some(&offer));
            self.ua.answer(now, session, answer);
            self.talk(now, &offer);
            out.event(PhoneEvent::Answered);
        }
        if self.next_register <= now {
            self.register(now, self.home);
        }
        if let (Some(to), Some(sender)) = (self.remote, &mut self.sender) {
            while sender.next_due() <= now {
                let packet: Packet = sender.packet(Bytes::from_static(&[0xff; 160]));
                out.datagram(Port(self.rtp.port()), to, packet.to_bytes());
            }
        }
    }
}

impl Node for Phone {
    type Command = PhoneCommand;
    type Event = PhoneEvent;

    fn handle(&mut self, now: Now, input: Input<PhoneCommand>, out: &mut Outputs<PhoneEvent>) {
        match input {
            Input::Datagram { at, from, bytes } if at.0 == self.sip.port() => {
                self.ua.receive(now, from, &bytes);
            }
            Input::Datagram { from, .. } => self.last_media = Some((now, from)),
            Input::Undeliverable { at, to, why } if at.0 == self.sip.port() => {
                self.ua.undeliverable(now, to, why);
            }
            Input::Command(PhoneCommand::Call { to, through }) => {
                let offer = self.own_sdp(None);
                let invite = Invite {
                    uri: uri(&to, through),
                    from: NameAddr::uri(uri(self.name, through)),
                    to: NameAddr::uri(uri(&to, through)),
                    next_hop: through,
                    sdp: Some(offer),
                    headers: Headers::new(),
                };
                self.session = Some(self.ua.invite(now, invite));
            }
            Input::Command(PhoneCommand::HangUp) => {
                if let Some(session) = self.session.take() {
                    self.ua.hang_up(now, session);
                    (self.remote, self.sender, self.ringing) = (None, None, None);
                }
            }
            Input::Command(PhoneCommand::Behave(behaviour)) => self.behaviour = behaviour,
            Input::Command(PhoneCommand::Report) => {
                let recent = self
                    .last_media
                    .filter(|(at, _)| now.since(*at) < Duration::from_millis(100));
                out.event(PhoneEvent::Report(match recent {
                    Some((_, from)) => ReceivedMedia::From(from),
                    None => ReceivedMedia::Nothing,
                }));
            }
            Input::Deadline => self.ua.tick(now),
            _ => {}
        }
        self.tick(now, out);
        loop {
            while let Some(transmit) = self.ua.poll_transmit() {
                out.datagram(Port(self.sip.port()), transmit.to, transmit.bytes);
            }
            let Some(event) = self.ua.poll_event() else {
                break;
            };
            self.on_sip(now, event, out);
        }
    }

    fn deadline(&self) -> Option<Now> {
        let media = self.sender.as_ref().map(Sender::next_due);
        let accept = self.ringing.as_ref().and_then(|(_, at)| *at);
        [self.ua.deadline(), media, accept, Some(self.next_register)]
            .into_iter()
            .flatten()
            .min()
    }
}
