//! The connections of a telephone: it opens those that it needs, and takes those that come.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::Bytes;
use node::{NoReply, Outputs, StreamId, StreamIn, Unreachable};

use super::framer::{Frame, Framer};
use super::node::{PONG, VIA_TCP, VIA_UDP, with_top_via};
use crate::{Message, Transmit, Transport};

/// How many connections there may be at a time.
const MOST: usize = 64;

/// How many messages wait for a connection to open; what comes then is lost, as a datagram might be.
const WAITING: usize = 64;

/// The connections of a telephone (RFC 3261 §18).
#[derive(Debug, Default)]
pub struct Connections {
    /// Half the number of the connection that was opened last.
    opened: u64,
    connections: BTreeMap<StreamId, Connection>,
}

#[derive(Debug)]
struct Connection {
    peer: SocketAddr,
    framer: Framer,
    /// What waits until it is open.
    waiting: Option<Vec<Transmit>>,
}

/// What comes of connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// A message, from the other end of a connection.
    Message {
        /// The other end.
        from: SocketAddr,
        /// The message.
        bytes: Bytes,
    },
    /// Nothing can be sent to this address.
    Undeliverable {
        /// The address.
        to: SocketAddr,
        /// Why.
        why: Unreachable,
    },
    /// The other end is not trusted, or does not trust this one: nothing that was sent was taken.
    NotSecured {
        /// The address.
        to: SocketAddr,
        /// Why.
        why: String,
    },
    /// A large message may go as a datagram, for its receiver takes no connections (§18.1.1).
    Datagram(Transmit),
}

impl Connections {
    /// Sends a message over the connection to its receiver, which is opened if there is none. A
    /// response whose connection is gone goes over one to where its request's sender listens (§18.2.2).
    pub fn send<E>(&mut self, mut transmit: Transmit, out: &mut Outputs<E>) {
        if self.to(transmit.to).is_none()
            && let Some(listens) = listener(&transmit.bytes)
        {
            transmit.to = listens;
        }
        if let Some(id) = self.to(transmit.to)
            && let Some(connection) = self.connections.get_mut(&id)
        {
            match &mut connection.waiting {
                None => out.send(id, transmit.bytes),
                Some(waiting) if waiting.len() < WAITING => waiting.push(transmit),
                Some(_) => {}
            }
        } else if self.connections.len() < MOST {
            self.opened += 1;
            let id = StreamId(2 * self.opened);
            out.connect(id, transmit.to);
            let connection = Connection {
                peer: transmit.to,
                framer: Framer::default(),
                waiting: Some(vec![transmit]),
            };
            self.connections.insert(id, connection);
        }
    }

    /// Takes what happened on a connection.
    pub fn receive<E>(
        &mut self,
        id: StreamId,
        what: StreamIn,
        out: &mut Outputs<E>,
    ) -> Vec<Arrival> {
        match what {
            StreamIn::Opened { from, .. } => self.opened(id, from, out),
            StreamIn::Data(bytes) => return self.data(id, &bytes, out),
            StreamIn::Closed => self.close(id, out),
            StreamIn::Reset(why) => return self.reset(id, why),
            StreamIn::NotSecured { why } => {
                let connection = self.connections.remove(&id);
                let to = connection.map(|connection| connection.peer);
                return to
                    .map(|to| Arrival::NotSecured { to, why })
                    .into_iter()
                    .collect();
            }
        }
        Vec::new()
    }

    /// Closes the connection to somebody who does not answer: what is sent next goes over a new one.
    pub fn distrust<E>(&mut self, peer: SocketAddr, out: &mut Outputs<E>) {
        if let Some(id) = self.to(peer) {
            self.close(id, out);
        }
    }

    fn to(&self, peer: SocketAddr) -> Option<StreamId> {
        let mut all = self.connections.iter();
        all.find(|(_, connection)| connection.peer == peer)
            .map(|(id, _)| *id)
    }

    fn opened<E>(&mut self, id: StreamId, from: SocketAddr, out: &mut Outputs<E>) {
        if let Some(connection) = self.connections.get_mut(&id) {
            for transmit in connection.waiting.take().into_iter().flatten() {
                out.send(id, transmit.bytes);
            }
        } else if self.connections.len() < MOST {
            let connection = Connection {
                peer: from,
                framer: Framer::default(),
                waiting: None,
            };
            self.connections.insert(id, connection);
        } else {
            out.close(id);
        }
    }

    fn data<E>(&mut self, id: StreamId, bytes: &Bytes, out: &mut Outputs<E>) -> Vec<Arrival> {
        let mut arrived = Vec::new();
        let Some(connection) = self.connections.get_mut(&id) else {
            return arrived;
        };
        connection.framer.push(bytes);
        let from = connection.peer;
        loop {
            match connection.framer.next() {
                Ok(None) => return arrived,
                Ok(Some(Frame::Ping)) => out.send(id, PONG),
                Ok(Some(Frame::Message(bytes))) => {
                    arrived.push(Arrival::Message { from, bytes });
                }
                Err(_) => break,
            }
        }
        self.close(id, out);
        arrived
    }

    fn close<E>(&mut self, id: StreamId, out: &mut Outputs<E>) {
        if self.connections.remove(&id).is_some() {
            out.close(id);
        }
    }

    /// A connection broke, or could not be opened.
    fn reset(&mut self, id: StreamId, why: NoReply) -> Vec<Arrival> {
        let Some(connection) = self.connections.remove(&id) else {
            return Vec::new();
        };
        let to = connection.peer;
        let why = match why {
            NoReply::Refused => Unreachable::Port,
            NoReply::Unreachable => Unreachable::Host,
            // Nobody knows what has arrived.
            NoReply::Reset | NoReply::TimedOut => return Vec::new(),
        };
        let waiting = connection.waiting.into_iter().flatten();
        let mut arrived: Vec<Arrival> = waiting
            .filter(|transmit| transmit.transport == Transport::Large)
            .map(|transmit| {
                Arrival::Datagram(Transmit {
                    bytes: with_top_via(&transmit.bytes, VIA_TCP, VIA_UDP),
                    transport: Transport::Udp,
                    ..transmit
                })
            })
            .collect();
        if arrived.is_empty() {
            arrived.push(Arrival::Undeliverable { to, why });
        }
        arrived
    }
}

/// Where the sender of the request listens that this response answers, as its Via says.
fn listener(bytes: &Bytes) -> Option<SocketAddr> {
    match Message::parse(bytes) {
        Ok(Message::Response(response)) => response.top_via()?.listening_address(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use node::{Output, Port};

    use super::*;
    use crate::{Name, Response, StatusCode};

    const PEER: &str = "198.18.0.1:5060";

    fn peer() -> SocketAddr {
        PEER.parse().unwrap()
    }

    fn new() -> (Connections, Outputs<()>) {
        (Connections::default(), Outputs::default())
    }

    fn transmit(transport: Transport) -> Transmit {
        Transmit {
            to: peer(),
            bytes: Bytes::from_static(
                b"INVITE sip:a SIP/2.0\r\nVia: SIP/2.0/TCP 198.18.0.9\r\n\r\n",
            ),
            transport,
        }
    }

    /// What is asked for, in words.
    fn asked(out: &mut Outputs<()>) -> Vec<String> {
        let word = |output| match output {
            Output::Connect { id, to } => format!("connect {} {to}", id.0),
            Output::Send { id, .. } => format!("send {}", id.0),
            Output::Close { id } => format!("close {}", id.0),
            other => format!("{other:?}"),
        };
        out.drain().map(word).collect()
    }

    fn opened(connections: &mut Connections, id: u64, from: &str, out: &mut Outputs<()>) {
        let (at, from) = (Port(5060), from.parse().unwrap());
        connections.receive(StreamId(id), StreamIn::Opened { at, from }, out);
    }

    #[test]
    fn messages_wait_for_a_connection_and_then_share_it() {
        let (mut connections, mut out) = new();
        connections.send(transmit(Transport::Tcp), &mut out);
        connections.send(transmit(Transport::Tcp), &mut out);
        assert_eq!(asked(&mut out), [format!("connect 2 {PEER}")]);
        opened(&mut connections, 2, PEER, &mut out);
        connections.send(transmit(Transport::Tcp), &mut out);
        assert_eq!(asked(&mut out), ["send 2"; 3]);
    }

    #[test]
    fn a_large_message_goes_as_a_datagram_where_nobody_takes_connections() {
        let (mut connections, mut out) = new();
        connections.send(transmit(Transport::Large), &mut out);
        let refused = StreamIn::Reset(NoReply::Refused);
        let arrived = connections.receive(StreamId(2), refused, &mut out);
        let [Arrival::Datagram(sent)] = &arrived[..] else {
            panic!("{arrived:?}");
        };
        assert_eq!((sent.to, sent.transport), (peer(), Transport::Udp));
        assert!(String::from_utf8_lossy(&sent.bytes).contains("Via: SIP/2.0/UDP"));
    }

    #[test]
    fn another_message_is_not_delivered_where_nobody_takes_connections() {
        let (mut connections, mut out) = new();
        connections.send(transmit(Transport::Tcp), &mut out);
        let refused = StreamIn::Reset(NoReply::Refused);
        let arrived = connections.receive(StreamId(2), refused, &mut out);
        let (to, why) = (peer(), Unreachable::Port);
        assert_eq!(arrived, [Arrival::Undeliverable { to, why }]);
    }

    #[test]
    fn who_is_not_trusted_is_told_and_gets_a_new_connection_the_next_time() {
        let (mut connections, mut out) = new();
        connections.send(transmit(Transport::Tls), &mut out);
        let why = "its certificate has expired".to_owned();
        let what = StreamIn::NotSecured { why: why.clone() };
        let arrived = connections.receive(StreamId(2), what, &mut out);
        assert_eq!(arrived, [Arrival::NotSecured { to: peer(), why }]);
        connections.send(transmit(Transport::Tls), &mut out);
        let connects = [2, 4].map(|id| format!("connect {id} {PEER}"));
        assert_eq!(asked(&mut out), connects);
    }

    #[test]
    fn a_response_whose_connection_is_gone_goes_to_where_its_requests_sender_listens() {
        let (mut connections, mut out) = new();
        let mut request =
            crate::Request::new(crate::Method::OPTIONS, "sip:a@198.18.0.9".parse().unwrap());
        for (name, value) in [
            (
                Name::VIA,
                "SIP/2.0/TCP 198.18.0.1:5070;branch=z9hG4bK1;rport=40000",
            ),
            (Name::FROM, "<sip:a@198.18.0.1>;tag=1"),
            (Name::TO, "<sip:b@198.18.0.9>;tag=2"),
            (Name::CALL_ID, "c"),
            (Name::CSEQ, "1 OPTIONS"),
        ] {
            request.headers.insert(name, value);
        }
        let response = |connections: &mut Connections, out: &mut Outputs<()>| {
            let transmit = Transmit {
                to: "198.18.0.1:40000".parse().unwrap(),
                bytes: Response::to(&request, StatusCode::OK).to_bytes(),
                transport: Transport::Tcp,
            };
            connections.send(transmit, out);
        };
        opened(&mut connections, 1, "198.18.0.1:40000", &mut out);
        response(&mut connections, &mut out);
        assert_eq!(asked(&mut out), ["send 1"]);
        connections.receive(StreamId(1), StreamIn::Closed, &mut out);
        response(&mut connections, &mut out);
        assert_eq!(asked(&mut out), ["close 1", "connect 2 198.18.0.1:5070"]);
    }

    #[test]
    fn there_are_not_ever_more_connections() {
        let (mut connections, mut out) = new();
        for number in 0..100 {
            let from = format!("198.18.0.1:{}", 40_000 + number);
            opened(&mut connections, 2 * number + 1, &from, &mut out);
        }
        assert_eq!(connections.connections.len(), MOST);
        assert_eq!(asked(&mut out).len(), 100 - MOST);
    }
}
