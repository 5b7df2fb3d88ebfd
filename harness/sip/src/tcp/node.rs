//! Messages on connections as datagrams, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use node::{Admission, Head, Input, Node, Now, Output, Outputs, Port, StreamId, StreamIn};

use super::framer::{Frame, Framer};
use crate::{Message, address_of};

/// How the protocol of a Via begins, over either transport: of the same length.
pub(super) const VIA_UDP: &[u8] = b"SIP/2.0/UDP";
pub(super) const VIA_TCP: &[u8] = b"SIP/2.0/TCP";

/// How a response begins.
const RESPONSE: &[u8] = b"SIP/2.0 ";

/// What a keep-alive is answered with (RFC 5626 §3.5.1).
pub(super) const PONG: &[u8] = b"\r\n";

/// How long a message may take to come whole, and a connection to bring its first one: 64 × T1, as
/// long as anything is waited for in SIP (RFC 3261 §17.1.1.1).
pub const MESSAGE_WITHIN: Duration = Duration::from_secs(32);

/// How long a connection may bring nothing, not even a keep-alive: an hour, as long as a
/// registration lasts where nobody says otherwise (RFC 3261 §10.2.1.1), so that whoever keeps a
/// registration alive keeps its connection.
pub const IDLE_WITHIN: Duration = Duration::from_secs(3600);

/// How many addresses one connection may stand for, other than its own: a telephone has a Via and a
/// Contact, and what is behind a proxy has some more.
const ALIASES: usize = 64;

/// A node that takes SIP over UDP, and by this over TCP as well, at the same port.
///
/// What comes on a connection is handed to the node as a datagram. What the node sends to whoever
/// has a connection goes over that: to its address, and to the port of the same host that its Via
/// or Contact names (as RFC 5923 has it; another host's is not believed). The node goes on
/// retransmitting, which does no harm. It opens no connections itself.
///
/// A connection is closed when the other end closes it, when a message does not come whole within
/// [`MESSAGE_WITHIN`], and when nothing comes for [`IDLE_WITHIN`].
#[derive(Debug)]
pub struct WithTcp<N> {
    node: N,
    port: Port,
    connections: BTreeMap<StreamId, Connection>,
    /// Which connection an address is reached over (RFC 5923).
    aliases: BTreeMap<SocketAddr, StreamId>,
    /// The connections by when they are closed.
    ends: BTreeSet<(Now, StreamId)>,
}

#[derive(Debug)]
struct Connection {
    peer: SocketAddr,
    framer: Framer,
    /// When it is closed, if nothing more comes.
    end: Now,
    /// How many addresses it stands for beside its own.
    aliases: usize,
}

impl<N: Node> WithTcp<N> {
    /// The node, whose SIP port is `port`.
    pub fn new(node: N, port: Port) -> Self {
        WithTcp {
            node,
            port,
            connections: BTreeMap::new(),
            aliases: BTreeMap::new(),
            ends: BTreeSet::new(),
        }
    }

    fn stream(&mut self, now: Now, id: StreamId, what: StreamIn, out: &mut Outputs<N::Event>) {
        match what {
            StreamIn::Opened { from, .. } => {
                let connection = Connection {
                    peer: from,
                    framer: Framer::default(),
                    end: now + MESSAGE_WITHIN,
                    aliases: 0,
                };
                self.ends.insert((connection.end, id));
                self.connections.insert(id, connection);
                self.aliases.insert(from, id);
            }
            StreamIn::Data(bytes) => self.data(now, id, &bytes, out),
            StreamIn::Closed => self.close(id, out),
            StreamIn::Reset(_) | StreamIn::NotSecured { .. } => self.forget(id),
        }
    }

    fn data(&mut self, now: Now, id: StreamId, bytes: &Bytes, out: &mut Outputs<N::Event>) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        // What continues a message does not prolong its time.
        let mut prolonged = !connection.framer.is_within_message();
        connection.framer.push(bytes);
        let peer = connection.peer;
        while let Some(connection) = self.connections.get_mut(&id) {
            match connection.framer.next() {
                Ok(None) => break,
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
                Err(_) => self.close(id, out),
            }
            prolonged = true;
        }
        if prolonged {
            self.prolong(now, id);
        }
    }

    /// A connection on which something has come may stay for longer: until the message that has
    /// begun has to be whole, or until it counts as idle.
    fn prolong(&mut self, now: Now, id: StreamId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        self.ends.remove(&(connection.end, id));
        let within = match connection.framer.is_within_message() {
            true => MESSAGE_WITHIN,
            false => IDLE_WITHIN,
        };
        connection.end = now + within;
        self.ends.insert((connection.end, id));
    }

    /// Closes what has been there for too long.
    fn close_overdue(&mut self, now: Now, out: &mut Outputs<N::Event>) {
        while let Some((end, id)) = self.ends.first().copied()
            && end <= now
        {
            self.close(id, out);
        }
    }

    /// Adds the addresses at which the sender of a request says that it is reached.
    fn add_aliases(&mut self, id: StreamId, peer: SocketAddr, bytes: &Bytes) {
        let Ok(Message::Request(request)) = Message::parse(bytes) else {
            return;
        };
        let via = request.top_via().and_then(|via| via.response_address());
        let contact = request.contact().as_ref().and_then(address_of);
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        for alias in [via, contact].into_iter().flatten() {
            if alias.ip() == peer.ip()
                && connection.aliases < ALIASES
                && self.aliases.insert(alias, id) != Some(id)
            {
                connection.aliases += 1;
            }
        }
    }

    fn close(&mut self, id: StreamId, out: &mut Outputs<N::Event>) {
        out.close(id);
        self.forget(id);
    }

    fn forget(&mut self, id: StreamId) {
        if let Some(connection) = self.connections.remove(&id) {
            self.ends.remove(&(connection.end, id));
            self.aliases.retain(|_, reached_over| *reached_over != id);
        }
    }

    /// The connection over which a message goes: a request to its receiver; a response if its request came
    /// over one, and where that is gone, to where its request's sender listens (RFC 3261 §18.2.2).
    fn reached_over(&self, to: SocketAddr, bytes: &Bytes) -> Option<StreamId> {
        let straight = self.aliases.get(&to);
        if self.connections.is_empty() || !bytes.starts_with(RESPONSE) {
            return straight.copied();
        }
        let Ok(Message::Response(response)) = Message::parse(bytes) else {
            return None;
        };
        let via = response.top_via()?;
        let came_over_one = via.transport().is_reliable();
        let listens = || self.aliases.get(&via.listening_address()?);
        let over = straight.or_else(listens).filter(|_| came_over_one);
        over.copied()
    }

    fn pass(&mut self, now: Now, input: Input<N::Command>, out: &mut Outputs<N::Event>) {
        let mut outputs = Outputs::default();
        self.node.handle(now, input, &mut outputs);
        for output in outputs.drain() {
            match output {
                Output::Datagram { from, to, bytes } if from == self.port => {
                    match self.reached_over(to, &bytes) {
                        Some(id) => out.send(id, over_tcp(&bytes)),
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
            // It may be the connections' deadline alone.
            Input::Deadline if self.node.deadline().is_none_or(|due| due > now) => {}
            input => self.pass(now, input, out),
        }
        self.close_overdue(now, out);
    }

    fn deadline(&self) -> Option<Now> {
        let end = self.ends.first().map(|(end, _)| *end);
        end.into_iter().chain(self.node.deadline()).min()
    }

    fn admit(&self, at: Port, head: &Head) -> Admission {
        self.node.admit(at, head)
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
pub(super) fn with_top_via(bytes: &Bytes, from: &[u8], to: &[u8]) -> Bytes {
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
    use rstest::rstest;

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
        told_at(node, Now::ZERO, input)
    }

    fn told_at(
        node: &mut WithTcp<Mirror>,
        now: Now,
        input: Input<()>,
    ) -> Vec<Output<(SocketAddr, Bytes)>> {
        let mut out = Outputs::default();
        node.handle(now, input, &mut out);
        out.drain().collect()
    }

    fn is_closed(outputs: &[Output<(SocketAddr, Bytes)>]) -> bool {
        matches!(outputs, [.., Output::Close { id: ID }])
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

    fn response(via: &str) -> Bytes {
        format!(
            "SIP/2.0 200 OK\r\nVia: {via};branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n\
             To: <sip:b@h>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
        )
        .into()
    }

    #[test]
    fn a_response_goes_the_way_that_its_request_came() {
        let via = address(30, 6000);
        let mut node = opened(&[]);
        data(&mut node, &request("TCP", via));
        let over = |node: &WithTcp<Mirror>, to, transport: &str| {
            let response = response(&format!("SIP/2.0/{transport} {via}"));
            node.reached_over(to, &response)
        };
        let connection = address(30, 49_152);
        assert_eq!(over(&node, connection, "TCP"), Some(ID));
        assert_eq!(over(&node, via, "UDP"), None, "that came as a datagram");
        // The connection is gone, and there is another one from whoever listens there.
        assert_eq!(over(&node, address(30, 49_000), "TCP"), Some(ID));
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
    fn what_the_other_end_closed_is_closed() {
        let mut node = opened(&[]);
        data(&mut node, &request("TCP", address(30, 6000)));
        let what = StreamIn::Closed;
        assert!(is_closed(&told(&mut node, Input::Stream { id: ID, what })));
        assert_eq!(node.deadline(), None);
        assert!(node.connections.is_empty() && node.aliases.is_empty());
    }

    /// A length that is 0 modulo 2^64 once made messages of nothing, without end.
    #[test]
    fn a_length_beyond_all_numbers_ends_the_connection() {
        let begin = "OPTIONS sip:198.18.0.11 SIP/2.0\r\nContent-Length: ";
        let length = u64::MAX - (begin.len() + 20 + 4) as u64 + 1;
        let mut node = opened(&[]);
        assert!(is_closed(&data(
            &mut node,
            &format!("{begin}{length}\r\n\r\n")
        )));
    }

    #[rstest]
    #[case::nothing_at_all("")]
    #[case::half_a_message("OPTIONS sip:198.18.0.11 SIP/2.0\r\n")]
    #[case::headers_without_body("OPTIONS sip:1 SIP/2.0\r\nContent-Length: 9\r\n\r\nbody")]
    fn a_message_has_to_come_in_time_and_pieces_prolong_nothing(#[case] begin: &str) {
        let mut node = opened(&[]);
        if !begin.is_empty() {
            data(&mut node, begin);
        }
        let due = Now::ZERO + MESSAGE_WITHIN;
        assert_eq!(node.deadline(), Some(due));
        if !begin.is_empty() {
            let later = Now::ZERO + MESSAGE_WITHIN / 2;
            let what = StreamIn::Data(Bytes::from_static(b"x"));
            told_at(&mut node, later, Input::Stream { id: ID, what });
            assert_eq!(node.deadline(), Some(due));
        }
        let early = due - Duration::from_micros(1);
        assert!(told_at(&mut node, early, Input::Deadline).is_empty());
        assert!(is_closed(&told_at(&mut node, due, Input::Deadline)));
        assert_eq!(node.deadline(), None);
    }

    #[rstest]
    #[case::a_message(request("TCP", address(30, 6000)))]
    #[case::a_keep_alive("\r\n\r\n".to_owned())]
    fn a_connection_that_is_used_stays_for_as_long_as_a_registration(#[case] sent: String) {
        let mut node = opened(&[]);
        data(&mut node, &sent);
        let due = Now::ZERO + IDLE_WITHIN;
        assert_eq!(node.deadline(), Some(due));
        assert!(is_closed(&told_at(&mut node, due, Input::Deadline)));
    }

    #[test]
    fn one_connection_stands_for_a_few_addresses_only() {
        let mut node = opened(&[]);
        for port in 1000..2000 {
            data(&mut node, &request("TCP", address(30, port)));
        }
        assert_eq!(node.aliases.len(), 1 + ALIASES);
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
