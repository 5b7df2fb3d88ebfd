//! The endpoint: what goes in, and what comes out.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;

use bytes::Bytes;
use node::Now;
use rand_chacha::ChaCha8Rng;

use crate::message::field;
use crate::message::{rejection, via};
use crate::schedule::Schedule;
use crate::stateless;
use crate::token::Tokens;
use crate::{
    ClientId, Failure, Message, MessageError, Name, Request, Response, ServerId, Timing, Transmit,
    Transport, Via,
};

use super::client_transaction::ClientTransaction;
use super::key::{ClientKey, ForkedKey, ServerKey};
use super::server_transaction::ServerTransaction;

/// An event of the transaction layer, for its user. `O` is what the user gave with a request, to know
/// its responses by.
#[derive(Debug)]
pub(crate) enum Event<O> {
    /// A request. An INVITE has been answered with 100.
    Request {
        server: ServerId,
        request: Request,
        from: SocketAddr,
    },
    /// An ACK to a 2xx.
    Ack { request: Request, from: SocketAddr },
    /// An unanswered INVITE is cancelled. The CANCEL has been answered.
    Cancel { server: ServerId },
    /// A request has reached somebody: 100.
    Trying { client: ClientId, owner: O },
    /// A response, other than 100.
    Response {
        client: ClientId,
        owner: O,
        response: Response,
    },
    /// A request has no final response.
    Failed {
        client: ClientId,
        owner: O,
        why: Failure,
    },
    /// A 2xx to an INVITE whose transaction is over.
    LateSuccess { response: Response },
    /// A datagram that is no message.
    Malformed {
        from: SocketAddr,
        error: MessageError,
    },
}

/// The largest request that is sent as a datagram, in bytes, without its Via: 1,300 with it (RFC 3261
/// §18.1.1).
const LARGEST_DATAGRAM: usize = 1_200;

/// The transaction layer of one port.
#[derive(Debug)]
pub(crate) struct Endpoint<O> {
    pub(super) local: SocketAddr,
    /// How requests go whose next hop does not say; nothing, if there are only datagrams.
    transport: Option<Transport>,
    pub(super) timing: Timing,
    /// From how many transactions on none is begun for a request outside a dialog; twice as many are the
    /// most that there are of others' requests.
    pub(super) capacity: usize,
    pub(super) tokens: Tokens,
    pub(super) clients: BTreeMap<ClientId, ClientTransaction<O>>,
    pub(super) client_ids: HashMap<ClientKey, ClientId>,
    pub(super) next_client: u64,
    pub(super) servers: BTreeMap<ServerId, ServerTransaction>,
    pub(super) server_ids: HashMap<ServerKey, ServerId>,
    pub(super) next_server: u64,
    /// The requests that a user agent has taken, until their transactions are over.
    pub(super) taken: HashMap<ForkedKey, ServerId>,
    pub(super) schedule: Schedule<Transaction>,
    pub(super) events: VecDeque<Event<O>>,
    transmits: VecDeque<Transmit>,
}

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Transaction {
    Client(ClientId),
    Server(ServerId),
}

impl<O: Clone> Endpoint<O> {
    pub(crate) fn new(local: SocketAddr, seed: ChaCha8Rng, timing: Timing) -> Self {
        Endpoint {
            local,
            transport: None,
            timing,
            capacity: usize::MAX,
            tokens: Tokens::new(seed),
            clients: BTreeMap::new(),
            client_ids: HashMap::new(),
            next_client: 0,
            servers: BTreeMap::new(),
            server_ids: HashMap::new(),
            next_server: 0,
            taken: HashMap::new(),
            schedule: Schedule::new(),
            events: VecDeque::new(),
            transmits: VecDeque::new(),
        }
    }

    /// Has requests go by `transport` whose next hop does not say how.
    pub(crate) fn set_transport(&mut self, transport: Transport) {
        self.transport = Some(transport);
    }

    /// Refuses requests that begin something while there are so many transactions.
    pub(crate) fn set_capacity(&mut self, transactions: usize) {
        self.capacity = transactions;
    }

    /// Takes a message.
    pub(crate) fn receive(
        &mut self,
        now: Now,
        transport: Transport,
        from: SocketAddr,
        bytes: &Bytes,
    ) {
        match Message::parse(bytes) {
            Ok(Message::Request(mut request)) => {
                via::add_source(&mut request.headers, from);
                self.receive_request(now, transport, from, request);
            }
            Ok(Message::Response(response)) => self.receive_response(now, response),
            Err(MessageError::Empty) => {}
            Err(error) => self.reject(transport, from, bytes, error),
        }
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Now) {
        while let Some(transaction) = self.schedule.pop_due(now) {
            match transaction {
                Transaction::Client(client) => self.tick_client(now, client),
                Transaction::Server(server) => self.tick_server(now, server),
            }
        }
    }

    /// When something is next due.
    pub(crate) fn deadline(&self) -> Option<Now> {
        self.schedule.next()
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event<O>> {
        self.events.pop_front()
    }

    pub(crate) fn tokens(&mut self) -> &mut Tokens {
        &mut self.tokens
    }

    /// Sends what was sent before.
    pub(crate) fn transmit(&mut self, transmit: Transmit) {
        self.transmits.push_back(transmit);
    }

    /// Sends a request outside any transaction: an ACK to a 2xx. Returns what was sent.
    pub(crate) fn send_stateless(&mut self, mut request: Request, to: SocketAddr) -> Transmit {
        let transport = self.add_via(&mut request);
        let bytes = request.to_bytes();
        let transmit = Transmit {
            to,
            bytes,
            transport,
        };
        self.transmit(transmit.clone());
        transmit
    }

    /// Adds our Via to a request, and says how it goes.
    pub(super) fn add_via(&mut self, request: &mut Request) -> Transport {
        let transport = self.transport_of(request);
        let branch = self.tokens.branch();
        let via = Via::new(self.local, &branch).over(transport);
        request.headers.insert_front(Name::VIA, via.to_string());
        transport
    }

    /// How a request goes: as the URI of its next hop says, else as all do; but not as a datagram if it
    /// is too large for that (§18.1.1), and never in the clear where all are encrypted.
    fn transport_of(&self, request: &Request) -> Transport {
        let usual = match self.transport {
            None => return Transport::Udp,
            Some(Transport::Tls) => return Transport::Tls,
            Some(usual) => usual,
        };
        let route = field::first(&request.headers, &Name::ROUTE);
        let route = route.and_then(|route| field::Address::of(route).uri());
        let next = route.as_ref().unwrap_or(&request.uri);
        let said = next.uri_params.get_val("transport");
        let transport = match said {
            Some(said) if said.eq_ignore_ascii_case("tcp") => Transport::Tcp,
            Some(said) if said.eq_ignore_ascii_case("udp") => Transport::Udp,
            _ => usual,
        };
        match transport {
            Transport::Udp if request.to_bytes().len() > LARGEST_DATAGRAM => Transport::Large,
            transport => transport,
        }
    }

    fn reject(
        &mut self,
        transport: Transport,
        from: SocketAddr,
        bytes: &Bytes,
        error: MessageError,
    ) {
        if let Some(rejection) = rejection(bytes, &error) {
            let tag = self.tokens.tag();
            let mut rejection = stateless::respond(from, rejection, &tag);
            rejection.transport = transport;
            self.transmit(rejection);
        }
        self.events.push_back(Event::Malformed { from, error });
    }
}
