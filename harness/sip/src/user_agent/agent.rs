//! The user agent: how a node drives it, and who gets what arrives.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;

use bytes::Bytes;
use node::{Now, Unreachable};
use rand_chacha::ChaCha8Rng;

use crate::digest::Credentials;
use crate::endpoint::{Endpoint, Event};
use crate::message::field;
use crate::schedule::Schedule;
use crate::{Method, Name, Request, Response, SipUri, StatusCode, Timing, uri, uri_text, user_of};

use super::abilities::{Abilities, refusal_of};
use super::event::{ClientId, Failure, ServerId, SessionId, Transmit, Transport, UaEvent};
use super::reliable;
use super::sent_invite::{InviteKey, SentInvites};
use super::session::{Session, SessionState};

/// The user agent core (RFC 3261 §8, §12 to §15) of one UDP port: sessions begun by INVITE, and
/// everything else as plain requests. A proxy or a registrar uses the plain half of the same object.
///
/// A node hands in what arrives with [`receive`](Self::receive) and
/// [`undeliverable`](Self::undeliverable), and the time with [`tick`](Self::tick). After each
/// call of any method it drains [`poll_transmit`](Self::poll_transmit) and
/// [`poll_event`](Self::poll_event) and asks for the next [`deadline`](Self::deadline).
///
/// Methods that name a session or a request which is gone, or whose state they do not fit, do
/// nothing: what the node wanted has been overtaken by an event that it has yet to see.
#[derive(Debug)]
pub struct UserAgent {
    local: SocketAddr,
    contact_user: Option<String>,
    transport: Transport,
    pub(super) abilities: Abilities,
    /// What challenges within sessions are answered with.
    pub(super) credentials: Option<Credentials>,
    malformed: u64,
    next_session: u64,
    pub(super) timing: Timing,
    pub(super) endpoint: Endpoint<Owner>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    /// Sessions by Call-ID and our tag.
    dialogs: HashMap<(String, String), SessionId>,
    /// The INVITEs of sessions that have no final response from us.
    pub(super) unanswered: BTreeMap<ServerId, SessionId>,
    pub(super) sent: SentInvites,
    schedule: Schedule<SessionId>,
    events: VecDeque<UaEvent>,
}

/// Whose request it was.
#[derive(Clone, Debug)]
pub(super) enum Owner {
    /// The node's own.
    Plain,
    /// An INVITE of a session.
    Invite(InviteKey),
    /// The BYE of a session.
    Bye(SessionId),
    /// A request that refreshes a session.
    Refresh(SessionId),
    /// The question whether the peer of a session is there.
    Probe(SessionId),
    /// Another request within a session, whose outcome changes nothing.
    Within(SessionId),
    /// Nobody waits for the response.
    Nobody,
}

impl UserAgent {
    /// A user agent whose address, for Via and Contact, is `local`. All its random strings come
    /// from `seed`.
    pub fn new(local: SocketAddr, seed: ChaCha8Rng, timing: Timing) -> Self {
        UserAgent {
            local,
            contact_user: None,
            transport: Transport::Udp,
            abilities: Abilities::Sessions,
            credentials: None,
            malformed: 0,
            next_session: 0,
            timing,
            endpoint: Endpoint::new(local, seed, timing),
            sessions: BTreeMap::new(),
            dialogs: HashMap::new(),
            unanswered: BTreeMap::new(),
            sent: SentInvites::default(),
            schedule: Schedule::new(),
            events: VecDeque::new(),
        }
    }

    /// Sets the user part of Contact, which is else that of whoever calls or is called.
    #[must_use]
    pub fn with_contact_user(mut self, user: &str) -> Self {
        self.contact_user = Some(user.to_owned());
        self
    }

    /// Lets it understand what telephones do, as [`UaEvent`] tells: reliable provisional responses
    /// (RFC 3262), UPDATE (RFC 3311), session timers (RFC 4028), transfers (RFC 3515, RFC 3891).
    #[must_use]
    pub fn as_telephone(mut self) -> Self {
        self.abilities = Abilities::Telephone;
        self.endpoint.set_transport(self.transport);
        self
    }

    /// Has it refuse requests that begin something while it has so many transactions: 503, with
    /// Retry-After, of which nothing is remembered. Requests within dialogs, and CANCEL, are refused
    /// from twice as many on.
    #[must_use]
    pub fn with_capacity(mut self, transactions: usize) -> Self {
        self.endpoint.set_capacity(transactions);
        self
    }

    /// Lets it answer challenges to the requests of its sessions (RFC 3261 §22).
    #[must_use]
    pub fn with_credentials(mut self, credentials: Option<Credentials>) -> Self {
        self.credentials = credentials;
        self
    }

    /// The same, from now on.
    pub fn set_credentials(&mut self, credentials: Option<Credentials>) {
        self.credentials = credentials;
    }

    /// Has a telephone's requests go by `transport` where the address of their next hop says nothing
    /// else. What is too large for a datagram goes over a connection anyway.
    pub fn set_transport(&mut self, transport: Transport) {
        self.transport = transport;
        self.endpoint.set_transport(transport);
    }

    /// Takes a datagram. What is no SIP message is refused if possible, counted and reported.
    pub fn receive(&mut self, now: Now, from: SocketAddr, bytes: &Bytes) {
        self.receive_over(now, Transport::Udp, from, bytes);
    }

    /// Takes a message that came so.
    pub fn receive_over(
        &mut self,
        now: Now,
        transport: Transport,
        from: SocketAddr,
        bytes: &Bytes,
    ) {
        self.endpoint.receive(now, transport, from, bytes);
        self.dispatch(now);
    }

    /// Takes the network's notice that a datagram to `to` was not delivered. Requests that went
    /// there and have no response yet have failed.
    pub fn undeliverable(&mut self, now: Now, to: SocketAddr, why: Unreachable) {
        self.endpoint.undeliverable(to, why);
        self.dispatch(now);
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Now) {
        self.endpoint.tick(now);
        self.dispatch(now);
        while let Some(session) = self.schedule.pop_due(now) {
            self.session_due(now, session);
        }
        self.sent.expire(now);
    }

    /// When [`tick`](Self::tick) is next wanted.
    pub fn deadline(&self) -> Option<Now> {
        [self.endpoint.deadline(), self.schedule.next()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The next datagram to be sent.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.endpoint.poll_transmit()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<UaEvent> {
        self.events.pop_front()
    }

    /// A session, until the event that says that it is gone.
    pub fn session(&self, session: SessionId) -> Option<&Session> {
        self.sessions.get(&session)
    }

    /// How many datagrams were no SIP messages.
    pub fn malformed(&self) -> u64 {
        self.malformed
    }

    /// The address of Via and Contact.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    fn dispatch(&mut self, now: Now) {
        while let Some(event) = self.endpoint.poll_event() {
            match event {
                Event::Request {
                    server,
                    request,
                    from,
                } => self.received(now, server, request, from),
                Event::Ack { request, from } => self.received_ack(now, request, from),
                Event::Cancel { server } => self.received_cancel(now, server),
                Event::Trying { client, owner } => self.trying(client, owner),
                Event::Response {
                    client,
                    owner,
                    response,
                } => self.answered(now, client, owner, response),
                Event::Failed { client, owner, why } => self.failed(now, client, owner, why),
                Event::LateSuccess { response } => self.invite_succeeded(now, response),
                Event::Malformed { from, error } => {
                    self.malformed += 1;
                    self.emit(UaEvent::Malformed { from, error });
                }
            }
        }
    }

    fn trying(&mut self, client: ClientId, owner: Owner) {
        match owner {
            Owner::Plain => self.emit(UaEvent::Pending { client }),
            Owner::Invite(key) => {
                if let Some(session) = self.sent.get(&key).map(|sent| sent.session) {
                    self.emit(UaEvent::Trying { session });
                }
            }
            _ => {}
        }
    }

    fn answered(&mut self, now: Now, client: ClientId, owner: Owner, response: Response) {
        if self.ask_again(now, client, &owner, &response) {
            return;
        }
        match owner {
            Owner::Plain => {
                let response = Box::new(response);
                self.emit(UaEvent::Response { client, response });
            }
            Owner::Invite(key) => self.invite_answered(now, &key, response),
            Owner::Bye(session) if !response.is_provisional() => self.bye_answered(session),
            Owner::Refresh(session) => self.refresh_answered(now, session, &response),
            Owner::Probe(session) => self.probe_answered(session, response.code),
            Owner::Bye(_) | Owner::Within(_) | Owner::Nobody => {}
        }
    }

    fn failed(&mut self, now: Now, client: ClientId, owner: Owner, why: Failure) {
        match owner {
            Owner::Plain => self.emit(UaEvent::NoResponse { client, why }),
            Owner::Invite(key) => self.invite_failed(now, key, why),
            Owner::Bye(session) => self.bye_failed(session, why),
            Owner::Refresh(session) => self.refresh_failed(now, session, why),
            Owner::Probe(_) | Owner::Within(_) | Owner::Nobody => {}
        }
    }

    /// A request goes to the session whose dialog it is in, else to the node.
    fn received(&mut self, now: Now, server: ServerId, request: Request, from: SocketAddr) {
        let Some(session) = self.session_of(&request) else {
            let request = Box::new(request);
            return self.emit(UaEvent::Request {
                server,
                request,
                from,
            });
        };
        let in_order = match self.sessions.get_mut(&session) {
            Some(session) => session.dialog_of(&request).accept(&request),
            None => Ok(()),
        };
        if let Err(code) = in_order {
            return self.endpoint.respond_with(now, server, code);
        }
        if let Some(objection) = self.abilities.objection(&request) {
            return self.endpoint.respond(now, server, objection);
        }
        match request.method {
            Method::INVITE => self.received_reinvite(now, session, server, &request),
            Method::BYE => self.received_bye(now, session, server),
            Method::OPTIONS => self.respond_with_allow(now, server, &request, StatusCode::OK),
            _ => self.received_within(now, session, server, request),
        }
    }

    /// Answers a request with nothing but a code and the methods that sessions understand (RFC
    /// 3261 §20.5): to OPTIONS, or to a method that is not among them.
    pub fn respond_with_allow(
        &mut self,
        now: Now,
        server: ServerId,
        request: &Request,
        code: StatusCode,
    ) {
        let mut response = Response::to(request, code);
        self.add_abilities(&mut response.headers);
        self.endpoint.respond(now, server, response);
    }

    /// Refuses a request of a method that nobody deals with: 405, or 501 if it is not even known.
    pub fn refuse_method(&mut self, now: Now, server: ServerId, request: &Request) {
        let code = refusal_of(&request.method);
        self.respond_with_allow(now, server, request, code);
    }

    /// Refuses a request that demands an extension which is not understood (420, §8.2.2.3).
    /// Whether it did.
    pub fn refuse_extension(&mut self, now: Now, server: ServerId, request: &Request) -> bool {
        let objection = self.abilities.objection(request);
        let is_refused = objection.is_some();
        if let Some(objection) = objection {
            self.endpoint.respond(now, server, objection);
        }
        is_refused
    }

    /// Refuses a request that was forked on its way, and has come here by another one already (482,
    /// §8.2.2.2). Whether it did.
    pub fn refuse_merged(&mut self, now: Now, server: ServerId) -> bool {
        let is_merged = !self.endpoint.take(server);
        if is_merged {
            self.endpoint
                .respond_with(now, server, StatusCode::LOOP_DETECTED);
        }
        is_merged
    }

    /// The session in whose dialog a request is.
    pub(super) fn session_of(&self, request: &Request) -> Option<SessionId> {
        let key = (request.call_id().to_owned(), request.to_tag()?.to_owned());
        let id = *self.dialogs.get(&key)?;
        let session = self.sessions.get(&id)?;
        let is_of = |tag: Option<&str>| tag == request.from_tag();
        let mut early = session.early.keys();
        let is_of_session = is_of(session.dialog.remote_tag()) || early.any(|tag| is_of(Some(tag)));
        is_of_session.then_some(id)
    }

    pub(super) fn emit(&mut self, event: UaEvent) {
        self.events.push_back(event);
    }

    pub(super) fn next_session(&mut self) -> SessionId {
        self.next_session += 1;
        SessionId(self.next_session)
    }

    pub(super) fn add(&mut self, id: SessionId, session: Session) {
        self.dialogs.insert(dialog_key(&session), id);
        self.sessions.insert(id, session);
    }

    /// Takes a session away; INVITEs that were sent in it are remembered for late answers.
    pub(super) fn remove(&mut self, id: SessionId) -> Option<Session> {
        let session = self.sessions.remove(&id)?;
        self.dialogs.remove(&dialog_key(&session));
        if let Some(server) = session.unanswered() {
            self.unanswered.remove(&server);
        }
        self.schedule.set(id, None);
        Some(session)
    }

    /// Notes the next deadline of a session.
    pub(super) fn reschedule(&mut self, id: SessionId) {
        let session = self.sessions.get(&id);
        let deadline = session.and_then(Session::deadline);
        self.schedule.set(id, deadline);
    }

    /// Our Contact, as a header value, for a session of the user in `own` with somebody who is spoken
    /// with so: where nothing else is set, that is how we want to be spoken with as well.
    pub(super) fn contact(&self, own: &SipUri, peers: Transport) -> String {
        let user = self.contact_user.as_deref().unwrap_or(user_of(own));
        let uri = uri_text(&uri(user, self.local));
        let transport = match self.transport {
            Transport::Udp => peers,
            ours => ours,
        };
        format!("<{uri}{}>", transport.parameter())
    }

    /// Adds what the peer needs to send requests of its own: to an INVITE or its 2xx.
    pub(super) fn add_contact_and_abilities(&self, headers: &mut crate::Headers, contact: &str) {
        headers.insert(Name::CONTACT, contact);
        self.add_abilities(headers);
    }

    /// Adds what is understood (§20.5, §20.37).
    fn add_abilities(&self, headers: &mut crate::Headers) {
        headers.insert(Name::ALLOW, self.abilities.allow());
        if let Some(supported) = self.abilities.supported() {
            headers.insert(Name::SUPPORTED, supported);
        }
    }

    /// Keeps whoever is called from making its offer in a reliable provisional response, which would have to be answered
    /// in the PRACK (RFC 3262 section 5): offers of the other end are answered in the ACK.
    pub(super) fn wants_no_early_offer(&self, headers: &mut crate::Headers) {
        if let Some(supported) = self.abilities.supported() {
            let others = supported
                .split(", ")
                .filter(|option| *option != reliable::OPTION);
            let others: Vec<&str> = others.collect();
            field::replace(headers, &Name::SUPPORTED, [others.join(", ")]);
        }
    }

    /// The state of a session that is still there.
    pub(super) fn state(&self, id: SessionId) -> Option<SessionState> {
        self.sessions.get(&id).map(|session| session.state)
    }
}

fn dialog_key(session: &Session) -> (String, String) {
    let dialog = &session.dialog;
    (dialog.call_id().to_owned(), dialog.local_tag().to_owned())
}
