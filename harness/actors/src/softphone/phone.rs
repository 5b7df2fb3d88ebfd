//! A softphone: what it is given, and who deals with it.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use model::journal::event::{Direction, EndedBy, Event};
use model::topology::Behaviour;
use node::{Input, Now, Outputs, Unreachable};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sip::digest::Credentials;
use sip::tcp::{Arrival, Connections};
use sip::{
    ClientId, Failure, Request, Response, SessionId, StatusCode, Transmit, Transport, UaEvent,
    UserAgent,
};
use target::{Secrets, SipDomain};

use super::calls::{EstablishedCall, IncomingCall, OutgoingCall, ServiceRoute};
use super::change::Wanted;
use super::transfer::Transfer;
use crate::call_leg::CallLeg;
use crate::hops::{self, Hops};
use crate::media::Media;
use crate::redact::redacted;
use crate::{ActorSpec, AddressBook, Command};

/// A user agent that places and takes calls.
pub(crate) struct Softphone {
    pub(super) spec: ActorSpec,
    pub(super) settings: Settings,
    pub(super) user_agent: UserAgent,
    rng: ChaCha8Rng,
    pub(super) media: Media,
    /// How many calls there have been.
    calls: u64,
    pub(super) outgoing: Option<OutgoingCall>,
    pub(super) incoming: BTreeMap<SessionId, IncomingCall>,
    pub(super) established: Option<EstablishedCall>,
    /// The call that takes the established one's place, if somebody has asked for that.
    pub(super) transfer: Option<Transfer>,
    /// Sessions of those who have handed this end on, and have not left yet.
    pub(super) referrers: Vec<SessionId>,
    /// The SIP domain of all users, if they have one.
    pub(super) domain: Option<SipDomain>,
    /// Through whom requests go to a hop where this end is registered (RFC 3608).
    pub(super) service_routes: BTreeMap<SocketAddr, ServiceRoute>,
    replies: VecDeque<Reply>,
    connections: Connections,
    /// What its connections are: [`Transport::Tls`], or [`Transport::Tcp`].
    connected_by: Transport,
    /// What is in no message that is recorded.
    secrets: Secrets,
}

/// How a softphone behaves.
pub(crate) struct Settings {
    /// The next hops that it tries for its calls, in order.
    pub(crate) hops: Hops,
    /// How long it waits for the first response of one.
    pub(crate) next_hop: Duration,
    /// What it does when alerted.
    pub(crate) behaviour: Behaviour,
}

/// The outcome of a request outside of any call.
pub(crate) struct Reply {
    pub(crate) client: ClientId,
    pub(crate) outcome: Outcome,
}

/// What came of a request.
pub(crate) enum Outcome {
    /// Somebody has it, and has not answered for good.
    Pending,
    /// This final response.
    Response(Box<Response>),
    /// No final response.
    None(Failure),
}

impl Softphone {
    pub(crate) fn new(
        spec: ActorSpec,
        address_book: Arc<AddressBook>,
        settings: Settings,
    ) -> Softphone {
        let rng = |stream| {
            let mut rng = ChaCha8Rng::from_seed(spec.seed);
            rng.set_stream(stream);
            rng
        };
        let user_agent = UserAgent::new(spec.sip_address(), rng(0), sip::Timing::default())
            .with_contact_user(&spec.user)
            .as_telephone();
        Softphone {
            user_agent,
            rng: rng(1),
            media: Media::new(&spec, address_book, rng(2)),
            spec,
            settings,
            calls: 0,
            outgoing: None,
            incoming: BTreeMap::new(),
            established: None,
            transfer: None,
            referrers: Vec::new(),
            domain: None,
            service_routes: BTreeMap::new(),
            replies: VecDeque::new(),
            connections: Connections::default(),
            connected_by: Transport::Tcp,
            secrets: Secrets::default(),
        }
    }

    pub(crate) fn spec(&self) -> &ActorSpec {
        &self.spec
    }

    /// From now on it answers challenges with these.
    pub(crate) fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.user_agent.set_credentials(credentials);
    }

    /// From now on its requests go by `transport`, where nobody says otherwise.
    pub(crate) fn set_transport(&mut self, transport: Transport) {
        self.user_agent.set_transport(transport);
        if transport == Transport::Tls {
            self.connected_by = transport;
        }
    }

    /// From now on these are in no message that is recorded.
    pub(crate) fn keep_out(&mut self, secrets: &Secrets) {
        self.secrets = secrets.clone();
    }

    /// The hop at `address` does not answer: if there is a connection to it, that is not used any more.
    pub(crate) fn distrust(&mut self, address: SocketAddr, out: &mut Outputs<Event>) {
        self.connections.distrust(address, out);
    }

    /// From now on requests to the pool at `hop` go by these; without any, straight to it.
    pub(crate) fn set_service_route(&mut self, hop: SocketAddr, route: Option<ServiceRoute>) {
        match route {
            Some(route) => self.service_routes.insert(hop, route),
            None => self.service_routes.remove(&hop),
        };
    }

    /// Takes one input. Those that are not a softphone's are left alone.
    pub(crate) fn handle(&mut self, now: Now, input: Input<Command>, out: &mut Outputs<Event>) {
        self.media.tick(now, out);
        match input {
            Input::Datagram { at, from, bytes }
                if self.spec.media_ports().any(|port| port == at) =>
            {
                return self.media.receive(now, at, from, &bytes, out);
            }
            Input::Datagram { at, from, bytes } if at == self.spec.sip => {
                self.receive(now, Transport::Udp, from, &bytes, out);
            }
            Input::Stream { id, what } => {
                for arrival in self.connections.receive(id, what, out) {
                    match arrival {
                        Arrival::Message { from, bytes } => {
                            self.receive(now, self.connected_by, from, &bytes, out);
                            self.drain_user_agent(now, out);
                        }
                        Arrival::Undeliverable { to, why } => {
                            self.user_agent.undeliverable(now, to, why);
                        }
                        Arrival::NotSecured { to, why } => {
                            out.event(Event::NotSecured { peer: to, why });
                            let why = Unreachable::Port;
                            self.user_agent.undeliverable(now, to, why);
                        }
                        Arrival::Datagram(transmit) => self.transmit(transmit, out),
                    }
                }
            }
            Input::Undeliverable { at, to, why } if at == self.spec.sip => {
                self.user_agent.undeliverable(now, to, why);
            }
            Input::Command(Command::Call { to, offers }) => self.call(now, (to, offers), out),
            Input::Command(Command::HangUp) => self.hang_up(now, out),
            Input::Command(Command::Hold) => self.change(now, Wanted::Hold, out),
            Input::Command(Command::Resume(how)) => self.change(now, Wanted::Resume(how), out),
            Input::Command(Command::Behave(behaviour)) => self.settings.behaviour = behaviour,
            _ => {}
        }
        self.tick(now, out);
        self.drain_user_agent(now, out);
    }

    /// When [`Input::Deadline`] is wanted.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let timeout = self.outgoing.as_ref().and_then(|call| call.timeout);
        let incoming = self.incoming.values();
        incoming
            .flat_map(|call| [call.accept, call.decline])
            .flatten()
            .chain(timeout)
            .chain(self.user_agent.deadline())
            .chain(self.media.deadline())
            .min()
    }

    /// Sends a request outside of any call; [`Softphone::poll_reply`] gives its outcome.
    pub(crate) fn request(&mut self, now: Now, request: Request, to: SocketAddr) -> ClientId {
        self.user_agent.request(now, request, to)
    }

    /// The outcomes of requests outside of any call, in order.
    pub(crate) fn poll_reply(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }

    /// Sends what the user agent wants sent, and deals with its events.
    pub(crate) fn drain_user_agent(&mut self, now: Now, out: &mut Outputs<Event>) {
        loop {
            while let Some(transmit) = self.user_agent.poll_transmit() {
                self.transmit(transmit, out);
            }
            let Some(event) = self.user_agent.poll_event() else {
                return;
            };
            self.dispatch(now, event, out);
        }
    }

    fn transmit(&mut self, transmit: Transmit, out: &mut Outputs<Event>) {
        out.event(Event::Sip {
            direction: Direction::Out,
            peer: transmit.to,
            message: self.secrets.redact(&redacted(&transmit.bytes)),
        });
        match transmit.transport {
            Transport::Udp => out.datagram(self.spec.sip, transmit.to, transmit.bytes),
            Transport::Tcp | Transport::Tls | Transport::Large => {
                self.connections.send(transmit, out)
            }
        }
    }

    fn receive(
        &mut self,
        now: Now,
        transport: Transport,
        from: SocketAddr,
        bytes: &Bytes,
        out: &mut Outputs<Event>,
    ) {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return; // a keep-alive (RFC 5626 section 3.5.1)
        }
        out.event(Event::Sip {
            direction: Direction::In,
            peer: from,
            message: self.secrets.redact(&redacted(bytes)),
        });
        self.user_agent.receive_over(now, transport, from, bytes);
    }

    fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        let due = |deadline: Option<Now>| deadline.is_some_and(|deadline| deadline <= now);
        if due(self.user_agent.deadline()) {
            self.user_agent.tick(now);
        }
        // An answer that comes at the last moment has come in time.
        self.drain_user_agent(now, out);
        if due(self.outgoing.as_ref().and_then(|call| call.timeout)) {
            self.abandon_hop(now, out);
        }
        let accepts = self.incoming.iter().find(|(_, call)| due(call.accept));
        if let Some(session) = accepts.map(|(session, _)| *session) {
            self.accept(now, session, out);
        }
        let declines = self.incoming.iter().find(|(_, call)| due(call.decline));
        if let Some(session) = declines.map(|(session, _)| *session) {
            self.decline(now, session, StatusCode::DECLINE, out);
        }
    }

    fn dispatch(&mut self, now: Now, event: UaEvent, out: &mut Outputs<Event>) {
        match event {
            UaEvent::Request {
                server,
                request,
                from,
            } => self.receive_request(now, server, &request, from, out),
            UaEvent::Response { client, response } => {
                let outcome = match response.is_provisional() {
                    true => Outcome::Pending,
                    false => Outcome::Response(response),
                };
                self.replies.push_back(Reply { client, outcome });
            }
            UaEvent::NoResponse { client, why } => {
                let outcome = Outcome::None(why);
                self.replies.push_back(Reply { client, outcome });
            }
            UaEvent::Pending { client } => {
                let outcome = Outcome::Pending;
                self.replies.push_back(Reply { client, outcome });
            }
            UaEvent::Trying { session } | UaEvent::Progress { session, .. } => {
                self.hop_progressed(session);
            }
            UaEvent::Challenged { session } => self.hop_challenged(now, session),
            UaEvent::Answered { session, sdp } => self.hop_answered(now, session, sdp, out),
            UaEvent::Refused {
                session,
                code,
                headers,
            } => self.hop_refused(now, session, (code, &headers), out),
            UaEvent::Failed { session, why } => {
                let outcome = hops::no_response(why);
                if !self.transfer_failed(now, session, &outcome, out) {
                    self.hop_failed(now, session, outcome, out);
                }
            }
            UaEvent::Confirmed { session, sdp } => self.described(now, session, sdp.as_ref(), out),
            UaEvent::Reinvited { session, sdp } => self.reinvited(now, session, sdp, out),
            UaEvent::Reanswered { session, answer } => self.reanswered(now, session, answer, out),
            UaEvent::Referred {
                session,
                server,
                request,
            } => self.referred(now, session, server, &request, out),
            UaEvent::Cancelled { session } => self.cancelled(session, out),
            UaEvent::Ended { session, why } => self.ended(now, session, why, out),
            // Nothing follows from these; what was on the wire is journalled. A softphone takes
            // every INVITE; what becomes of a call that it has ended does not matter any more, and the user agent
            // itself answers what it cannot read.
            UaEvent::Ack { .. }
            | UaEvent::Alive { .. }
            | UaEvent::Cancel { .. }
            | UaEvent::HungUp { .. }
            | UaEvent::Forked { .. }
            | UaEvent::Malformed { .. } => {}
        }
    }

    /// Ends whatever calls there are.
    fn hang_up(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.leave(now, EndedBy::HungUp, out);
        for session in self.incoming.keys().copied().collect::<Vec<_>>() {
            self.decline(now, session, StatusCode::TEMPORARILY_UNAVAILABLE, out);
        }
    }

    /// Ends whatever keeps this end busy, so that it can place a call: somebody has left it in a
    /// call that should be over.
    pub(super) fn give_way(&mut self, now: Now, out: &mut Outputs<Event>) {
        self.leave(now, EndedBy::GaveWay, out);
        let accepting = self
            .incoming
            .iter()
            .filter(|(_, call)| call.accept.is_some());
        for session in accepting.map(|(session, _)| *session).collect::<Vec<_>>() {
            self.decline(now, session, StatusCode::BUSY_HERE, out);
        }
    }

    /// Ends the call that was placed or answered here.
    fn leave(&mut self, now: Now, by: EndedBy, out: &mut Outputs<Event>) {
        if let Some(call) = self.outgoing.take() {
            self.user_agent.cancel(now, call.session);
            self.close(call.leg, by, out);
        }
        self.abandon_transfer(now);
        if let Some(call) = self.established.take() {
            self.user_agent.hang_up(now, call.session);
            self.close(call.leg, by, out);
        }
    }

    /// The call that has media is over.
    pub(super) fn close(&mut self, leg: CallLeg, by: EndedBy, out: &mut Outputs<Event>) {
        self.media.close(out);
        let call = leg.name;
        out.event(Event::Ended { call, by });
    }

    /// The call that keeps this end busy. Those that are left ringing do not.
    pub(super) fn busy_with(&self) -> Option<&CallLeg> {
        let outgoing = self.outgoing.as_ref().map(|call| &call.leg);
        let established = self.established.as_ref().map(|call| &call.leg);
        let accepting = self.incoming.values().filter(|call| call.accept.is_some());
        outgoing
            .into_iter()
            .chain(established)
            .chain(accepting.map(|call| &call.leg))
            .next()
    }

    pub(super) fn new_leg(&mut self) -> CallLeg {
        self.calls += 1;
        let name = format!("{}/{}", self.spec.name, self.calls);
        // RFC 4566 wants a number; 32 bits are what every implementation reads.
        CallLeg::new(name, u64::from(self.rng.next_u32()))
    }
}
