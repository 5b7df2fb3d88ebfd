//! Messages on connections as datagrams, and back.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use node::{Input, Node, Now, Output, Outputs, Port, StreamId, StreamIn};

use super::framer::{Frame, Framer};
use crate::{Message, address_of};

/// How the protocol of a Via begins, over either transport: of the same length.
const VIA_UDP: &[u8] = b"SIP/2.0/UDP";
const VIA_TCP: &[u8] = b"SIP/2.0/TCP";

/// How a response begins.
const RESPONSE: &[u8] = b"SIP/2.0 ";

/// What a keep-alive is answered with (RFC 5626 §3.5.1).
const PONG: &[u8] = b"\r\n";

/// A node that takes SIP over UDP, and by this over TCP as well, at the same port.
///
/// What comes on a connection is handed to the node as a datagram. What the node sends to whoever
/// has a connection goes over that: to its address, and to the port of the same host that its Via
/// or Contact names (as RFC 5923 has it; another host's is not believed). The node goes on
/// retransmitting, which does no harm. It opens no connections itself.
#[derive(Debug)]
pub struct WithTcp<N> {
    node: N,
    port: Port,
    connections: BTreeMap<StreamId, Connection>,
    /// Which connection an address is reached over (RFC 5923).
    aliases: BTreeMap<SocketAddr, StreamId>,
}

#[derive(Debug)]
struct Connection {
    peer: SocketAddr,
    framer: Framer,
}

impl<N: Node> WithTcp<N> {
    /// The node, whose SIP port is `port`.
    pub fn new(node: N, port: Port) -> Self {
        WithTcp {
            node,
            port,
            connections: BTreeMap::new(),
            aliases: BTreeMap::new(),
        }
    }

    fn stream(&mut self, now: Now, id: StreamId, what: StreamIn, out: &mut Outputs<N::Event>) {
        match what {
            StreamIn::Opened { from, .. } => {
                let framer = Framer::default();
                self.connections
                    .insert(id, Connection { peer: from, framer });
                self.aliases.insert(from, id);
            }
            StreamIn::Data(bytes) => self.data(now, id, &bytes, out),
            StreamIn::Closed | StreamIn::Reset(_) => self.forget(id),
        }
    }

    fn data(&mut self, now: Now, id: StreamId, bytes: &Bytes, out: &mut Outputs<N::Event>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.framer.push(bytes);
        let peer = connection.peer;
        while let Some(connection) = self.connections.get_mut(&id) {
            match connection.framer.next() {
                Ok(None) => return,
                Ok(Some(Frame::Ping)) => out.send(id, PONG),
                Ok(Some(Frame::Message(bytes))) => {
                    self.add_aliases(id, peer, &bytes);
                    let bytes = if bytes.starts_with(RESPONSE) {
                        with_top_via(&bytes, VIA_TCP, VIA_UDP)
                    } else {
                        bytes
                    };
                    let (at, from) = (self.port, peer);
                    self.pass(now, Input::Datagram { at, from, bytes }, out);
                }
                Err(_) => {
                    out.close(id);
                    self.forget(id);
                }
            }
        }
    }

    /// Adds the addresses at which the sender of a request says that it is reached.
    fn add_aliases(&mut self, id: StreamId, peer: SocketAddr, bytes: &Bytes) {
        let Ok(Message::Request(request)) = Message::parse(bytes) else {
            return;
        };
        let via = request.top_via().and_then(|via| via.response_address());
        let contact = request.contact().as_ref().and_then(address_of);
        for alias in [via, contact].into_iter().flatten() {
            if alias.ip() == peer.ip() {
                self.aliases.insert(alias, id);
            }
        }
    }

    fn forget(&mut self, id: StreamId) {
        self.connections.remove(&id);
        self.aliases.retain(|_, connection| *connection != id);
    }

    fn pass(&mut self, now: Now, input: Input<N::Command>, out: &mut Outputs<N::Event>) {
        let mut outputs = Outputs::default();
        self.node.handle(now, input, &mut outputs);
        for output in outputs.drain() {
            match output {
                Output::Datagram { from, to, bytes } if from == self.port => {
                    match self.aliases.get(&to) {
                        Some(id) => out.send(*id, over_tcp(&bytes)),
                        None => out.datagram(from, to, bytes),
                    }
                }
                output => out.push(output),
            }
        }
    }
}

impl<N: Node> Node for WithTcp<N> {
    type Command = N::Command;
    type Event = N::Event;

    fn handle(&mut self, now: Now, input: Input<N::Command>, out: &mut Outputs<N::Event>) {
        match input {
            Input::Stream { id, what } => self.stream(now, id, what, out),
            input => self.pass(now, input, out),
        }
    }

    fn deadline(&self) -> Option<Now> {
        self.node.deadline()
    }
}

/// A message that goes over TCP: a request says so, a response repeats what the request said.
fn over_tcp(bytes: &Bytes) -> Bytes {
    if bytes.starts_with(RESPONSE) {
        bytes.clone()
    } else {
        with_top_via(bytes, VIA_UDP, VIA_TCP)
    }
}

/// The message with another transport in its first Via: the only header in which one stands.
fn with_top_via(bytes: &Bytes, from: &[u8], to: &[u8]) -> Bytes {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let head = &bytes[..head.unwrap_or(bytes.len())];
    let Some(at) = head.windows(from.len()).position(|window| window == from) else {
        return bytes.clone();
    };
    let mut changed = BytesMut::from(&bytes[..]);
    changed[at..at + to.len()].copy_from_slice(to);
    changed.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIP: Port = Port(5060);
    const ID: StreamId = StreamId(1);

    /// Answers each request by sending it back, to where it came from and to everybody it was told
    /// of; tells what it got.
    struct Mirror {
        also: Vec<SocketAddr>,
    }

    impl Node for Mirror {
        type Command = ();
        type Event = (SocketAddr, Bytes);

        fn handle(&mut self, _: Now, input: Input<()>, out: &mut Outputs<Self::Event>) {
            if let Input::Datagram { at, from, bytes } = input {
                out.event((from, bytes.clone()));
                for to in std::iter::once(from).chain(self.also.iter().copied()) {
                    out.datagram(at, to, bytes.clone());
                }
            }
        }

        fn deadline(&self) -> Option<Now> {
            None
        }
    }

    fn address(last: u8, port: u16) -> SocketAddr {
        SocketAddr::from(([198, 18, 0, last], port))
    }

    fn request(transport: &str, contact: SocketAddr) -> String {
        format!(
            "OPTIONS sip:198.18.0.11 SIP/2.0\r\n\
             Via: SIP/2.0/{transport} 198.18.0.30:6000;branch=z9hG4bK1\r\n\
             From: <sip:rita@198.18.0.30>;tag=1\r\nTo: <sip:198.18.0.11>\r\nCall-ID: 1\r\n\
             CSeq: 1 OPTIONS\r\nContact: <sip:rita@{contact};transport=tcp>\r\n\
             Content-Length: 0\r\n\r\n"
        )
    }

    fn opened(also: &[SocketAddr]) -> WithTcp<Mirror> {
        let mut node = WithTcp::new(
            Mirror {
                also: also.to_vec(),
            },
            SIP,
        );
        let from = address(30, 49_152);
        let what = StreamIn::Opened { at: SIP, from };
        let outputs = told(&mut node, Input::Stream { id: ID, what });
        assert!(outputs.is_empty());
        node
    }

    fn told(node: &mut WithTcp<Mirror>, input: Input<()>) -> Vec<Output<(SocketAddr, Bytes)>> {
        let mut out = Outputs::default();
        node.handle(Now::ZERO, input, &mut out);
        out.drain().collect()
    }

    fn data(node: &mut WithTcp<Mirror>, text: &str) -> Vec<Output<(SocketAddr, Bytes)>> {
        let what = StreamIn::Data(Bytes::copy_from_slice(text.as_bytes()));
        told(node, Input::Stream { id: ID, what })
    }

    /// What was sent over the connection, as text.
    fn sent(outputs: &[Output<(SocketAddr, Bytes)>]) -> Vec<String> {
        let sent = outputs.iter().filter_map(|output| match output {
            Output::Send { id, bytes } if *id == ID => {
                Some(String::from_utf8_lossy(bytes).into_owned())
            }
            _ => None,
        });
        sent.collect()
    }

    #[test]
    fn a_message_on_a_connection_is_a_datagram_to_the_node_and_its_answer_goes_back_there() {
        let mut node = opened(&[]);
        let request = request("TCP", address(30, 6000));
        let outputs = data(&mut node, &request);
        let Output::Event((from, bytes)) = &outputs[0] else {
            panic!("{outputs:?}");
        };
        assert_eq!(
            (*from, &bytes[..]),
            (address(30, 49_152), request.as_bytes())
        );
        assert_eq!(sent(&outputs), [request]);
    }

    #[test]
    fn who_says_where_else_it_is_reached_is_reached_there_over_its_connection() {
        let (via, contact) = (address(30, 6000), address(30, 6010));
        let mut node = opened(&[via, contact]);
        let outputs = data(&mut node, &request("UDP", contact));
        // What was said to go over UDP goes over TCP, and says so.
        assert_eq!(sent(&outputs), vec![request("TCP", contact); 3]);
    }

    #[test]
    fn nobody_is_believed_to_be_another_host() {
        let other = address(31, 6000);
        let mut node = opened(&[other]);
        let outputs = data(&mut node, &request("TCP", other));
        assert_eq!(sent(&outputs).len(), 1);
        let by_udp =
            |output: &Output<_>| matches!(output, Output::Datagram { to, .. } if *to == other);
        assert!(outputs.iter().any(by_udp));
    }

    #[test]
    fn a_response_on_a_connection_looks_as_if_its_request_had_gone_over_udp() {
        let mut node = opened(&[]);
        let response = "SIP/2.0 200 OK\r\nVia: SIP/2.0/TCP 198.18.0.11:5060;branch=z9hG4bK2\r\n\
                        Content-Length: 0\r\n\r\n";
        let outputs = data(&mut node, response);
        let Output::Event((_, bytes)) = &outputs[0] else {
            panic!("{outputs:?}");
        };
        assert!(String::from_utf8_lossy(bytes).contains("Via: SIP/2.0/UDP 198.18.0.11"));
    }

    #[test]
    fn keep_alives_are_answered_and_nonsense_ends_the_connection() {
        let mut node = opened(&[]);
        assert_eq!(sent(&data(&mut node, "\r\n\r\n")), ["\r\n"]);
        let outputs = data(&mut node, "GET / HTTP/1.1\r\n\r\n");
        assert!(
            matches!(outputs[..], [Output::Close { id: ID }]),
            "{outputs:?}"
        );
        assert!(data(&mut node, &request("TCP", address(30, 6000))).is_empty());
    }

    #[test]
    fn when_a_connection_is_gone_its_peer_is_reached_over_udp_again() {
        let mut node = opened(&[]);
        data(&mut node, &request("TCP", address(30, 6000)));
        told(
            &mut node,
            Input::Stream {
                id: ID,
                what: StreamIn::Closed,
            },
        );
        let (at, from) = (SIP, address(30, 6000));
        let bytes = Bytes::from(request("UDP", from));
        let outputs = told(&mut node, Input::Datagram { at, from, bytes });
        assert!(
            outputs
                .iter()
                .any(|output| matches!(output, Output::Datagram { .. }))
        );
    }
}
