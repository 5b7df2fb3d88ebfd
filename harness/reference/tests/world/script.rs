//! A peer that says what a test has it say, byte for byte, and tells what it hears.

use std::net::SocketAddr;

use bytes::Bytes;
use node::sim::Ports;
use node::{Input, Node, Now, Outputs, Port};

use super::adapter::{self, Command};
use super::{Pool, World, address, deployment};

/// A message to be sent, from one of the peer's ports.
#[derive(Debug)]
pub struct Line {
    pub from: u16,
    pub to: SocketAddr,
    pub bytes: Bytes,
}

/// A message that has come.
#[derive(Clone, Debug)]
pub struct Heard {
    pub at: u16,
    pub from: SocketAddr,
    pub bytes: Bytes,
}

pub struct Script;

/// The port of the peer's SIP, and of its media.
pub const SIP: u16 = 5060;
pub const RTP: u16 = 4000;

impl Node for Script {
    type Command = Line;
    type Event = Heard;

    fn handle(&mut self, _: Now, input: Input<Line>, out: &mut Outputs<Heard>) {
        match input {
            Input::Command(line) => out.datagram(Port(line.from), line.to, line.bytes),
            Input::Datagram { at, from, bytes } => out.event(Heard {
                at: at.0,
                from,
                bytes,
            }),
            _ => {}
        }
    }

    fn deadline(&self) -> Option<Now> {
        None
    }
}

/// A peer on a host of its own.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    pub node: node::sim::NodeId,
    pub sip: SocketAddr,
}

impl World {
    /// A peer at 198.18.0.`last`, of which the pools know nothing.
    pub fn peer(&mut self, last: u8) -> Peer {
        let sip = address(last, SIP);
        let host = self
            .sim
            .add_host(&format!("peer-{last}"), sip.ip())
            .unwrap();
        let ports = Ports::new().one(SIP).one(RTP);
        let node = self.sim.add_node(host, "peer", ports, adapter::script());
        let node = node.unwrap();
        self.run(1);
        Peer { node, sip }
    }

    /// Has a peer send a message, whose lines end as on the wire.
    pub fn say(&mut self, peer: Peer, to: SocketAddr, text: &str) {
        let bytes = text.replace("\r\n", "\n").replace('\n', "\r\n").into();
        let line = Line {
            from: SIP,
            to,
            bytes,
        };
        self.sim.command(peer.node, Command::Say(line));
    }

    /// A peer as the telephone of a user, in place of her own: as soon as the registration of that is over.
    pub fn telephone(&mut self, last: u8, user: &str) -> Peer {
        let peer = self.peer(last);
        self.unplug(user);
        self.run(12_000);
        self.register(peer, user, &[&format!("<sip:{user}@{}>", peer.sip)]);
        peer
    }

    /// Registers contacts of a user with her home, and expects that to be granted.
    pub fn register(&mut self, peer: Peer, user: &str, contacts: &[&str]) {
        let answer = self.try_register(peer, user, contacts);
        assert_eq!(code(&answer), Some(200), "{answer}");
    }

    /// The answer to a REGISTER of these contacts, each of which has a name of its own.
    pub fn try_register(&mut self, peer: Peer, user: &str, contacts: &[&str]) -> String {
        let (sip, pool, now) = (
            peer.sip,
            deployment::home(user).sip(),
            self.sim.now().as_micros(),
        );
        let contacts: Vec<_> = contacts
            .iter()
            .map(|contact| format!("Contact: {contact}\n"))
            .collect();
        let text = format!(
            "REGISTER sip:{pool} SIP/2.0\nVia: SIP/2.0/UDP {sip};branch=z9hG4bKr{now}\n\
             Max-Forwards: 70\nFrom: <sip:{user}@{pool}>;tag={now}\nTo: <sip:{user}@{pool}>\n\
             Call-ID: r{now}@{sip}\nCSeq: 1 REGISTER\n{}Content-Length: 0\n\n",
            contacts.concat()
        );
        self.say(peer, pool, &text);
        self.heard(peer, 50).pop().unwrap()
    }

    /// Has a peer answer a request, with a session description if it is not empty.
    pub fn reply(&mut self, peer: Peer, request: &str, status: &str, body: &str) {
        let contact = format!(
            "Contact: <sip:peer@{}>\nContent-Type: application/sdp\n",
            peer.sip
        );
        let answer = answer(request, status, &contact, body);
        self.say(peer, sender(request), &answer);
    }

    /// Has a peer say that somebody is elsewhere.
    pub fn redirect(&mut self, peer: Peer, request: &str, status: &str, contacts: &str) {
        let answer = answer(request, status, contacts, "");
        self.say(peer, sender(request), &answer);
    }

    /// Has a peer send a packet of media: 20 ms of silence.
    pub fn hum(&mut self, peer: Peer, to: SocketAddr) {
        let mut bytes = vec![0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
        bytes.extend([0xff; 160]);
        let line = Line {
            from: RTP,
            to,
            bytes: bytes.into(),
        };
        self.sim.command(peer.node, Command::Say(line));
    }

    /// The SIP messages that a peer has heard since it was asked last, after so many milliseconds.
    pub fn heard(&mut self, peer: Peer, millis: u64) -> Vec<String> {
        self.run(millis);
        let heard = self.heard.remove(&peer.node).unwrap_or_default();
        let sip = heard.into_iter().filter(|heard| heard.at == SIP);
        sip.map(|heard| String::from_utf8_lossy(&heard.bytes).into_owned())
            .collect()
    }

    /// The first request of this method that a peer hears within so many milliseconds.
    pub fn request(&mut self, peer: Peer, method: &str, millis: u64) -> String {
        let heard = self.heard(peer, millis);
        let request = heard.iter().find(|text| text.starts_with(method));
        assert!(request.is_some(), "no {method}: {heard:?}");
        request.unwrap().clone()
    }

    /// Whether a peer hears any media within so many milliseconds.
    pub fn hums(&mut self, peer: Peer, millis: u64) -> bool {
        self.heard.remove(&peer.node);
        self.run(millis);
        let heard = self.heard.remove(&peer.node).unwrap_or_default();
        heard.iter().any(|heard| heard.at == RTP)
    }

    /// The codes of the responses that a peer has heard, but 100.
    pub fn codes(&mut self, peer: Peer, millis: u64) -> Vec<u16> {
        let heard = self.heard(peer, millis);
        let codes = heard.iter().filter_map(|message| code(message));
        codes.filter(|code| *code != 100).collect()
    }
}

/// A dialog of a peer's with a pool, whose requests it writes.
pub struct Dialog {
    pub peer: Peer,
    pool: SocketAddr,
    /// The request URI.
    uri: String,
    own: String,
    other: String,
    call_id: String,
    number: u32,
}

impl Dialog {
    /// A call to a number, which the pool answers at once.
    pub fn call(world: &mut World, peer: Peer, number: &str, pool: Pool, body: &str) -> Dialog {
        let mut dialog = Dialog {
            peer,
            pool: pool.sip(),
            uri: format!("sip:{number}@{}", pool.sip()),
            own: format!("<sip:carl@{}>;tag=own", peer.sip),
            other: format!("<sip:{number}@{}>", pool.sip()),
            call_id: format!("call@{}", peer.sip),
            number: 0,
        };
        dialog.reinvite(world, body);
        dialog
    }

    /// The dialog of a peer who was called, and answers as [`World::reply`] does.
    pub fn of(peer: Peer, invite: &str) -> Dialog {
        let pool = sender(invite);
        Dialog {
            peer,
            pool,
            uri: format!("sip:{pool}"),
            own: format!("{};tag=peer", header(invite, "To").unwrap()),
            other: header(invite, "From").unwrap().to_owned(),
            call_id: header(invite, "Call-ID").unwrap().to_owned(),
            number: 0,
        }
    }

    /// Sends a request of the dialog's.
    pub fn send(&mut self, world: &mut World, method: &str, body: &str) {
        self.number += u32::from(method != "ACK");
        let (sip, number, length) = (self.peer.sip, self.number, body.len());
        let typed = match body {
            "" => "",
            _ => "Content-Type: application/sdp\n",
        };
        let text = format!(
            "{method} {} SIP/2.0\nVia: SIP/2.0/UDP {sip};branch=z9hG4bK{method}{number}\n\
             Max-Forwards: 70\nFrom: {}\nTo: {}\nCall-ID: {}\nCSeq: {number} {method}\n\
             Contact: <sip:carl@{sip}>\n{typed}Content-Length: {length}\n\n{body}",
            self.uri, self.own, self.other, self.call_id
        );
        world.say(self.peer, self.pool, &text);
    }

    /// Begins or changes the session; the answer, which is acknowledged.
    pub fn reinvite(&mut self, world: &mut World, body: &str) -> String {
        self.send(world, "INVITE", body);
        let heard = world.heard(self.peer, 200);
        let answer = heard.into_iter().find(|text| code(text) == Some(200));
        let answer = answer.unwrap();
        self.acknowledge(world, &answer, "");
        answer
    }

    /// Acknowledges an answer.
    pub fn acknowledge(&mut self, world: &mut World, answer: &str, body: &str) {
        header(answer, "To").unwrap().clone_into(&mut self.other);
        self.send(world, "ACK", body);
    }
}

/// The answer to a request, with further headers.
pub fn answer(request: &str, status: &str, more: &str, body: &str) -> String {
    let copied = ["Via: ", "Record-Route: ", "From: ", "Call-ID: ", "CSeq: "];
    let is_copied = |line: &&str| copied.iter().any(|name| line.starts_with(name));
    let headers: Vec<&str> = request.lines().filter(is_copied).collect();
    let to = header(request, "To").unwrap();
    let tag = match to.contains(";tag=") {
        true => "",
        false => ";tag=peer",
    };
    let (headers, length) = (headers.join("\n"), body.len());
    format!("SIP/2.0 {status}\n{headers}\nTo: {to}{tag}\n{more}Content-Length: {length}\n\n{body}")
}

/// Who has sent a request, by its first Via.
fn sender(request: &str) -> SocketAddr {
    let via = header(request, "Via").unwrap();
    via.split([' ', ';']).nth(1).unwrap().parse().unwrap()
}

/// The code of a response.
pub fn code(message: &str) -> Option<u16> {
    message.strip_prefix("SIP/2.0 ")?.get(..3)?.parse().ok()
}

/// The value of a header; the first, if it stands more than once.
pub fn header<'m>(message: &'m str, name: &str) -> Option<&'m str> {
    let mut lines = message.lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// A session description of a peer's.
pub fn description(peer: Peer, direction: &str) -> String {
    let ip = peer.sip.ip();
    format!(
        "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
         m=audio {RTP} RTP/AVP 0\r\na={direction}\r\n"
    )
}
