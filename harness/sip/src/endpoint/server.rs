//! Requests that were received (RFC 3261 §17.2).

use std::net::SocketAddr;

use node::Now;

use crate::message::{field, via};
use crate::transaction::ServerAction;
use crate::{Method, Name, Request, Response, ServerId, StatusCode, Transmit, Transport};

use super::key::ServerKey;
use super::layer::{Endpoint, Event, Transaction};
use super::server_transaction::{ServerMachine, ServerTransaction};

/// A request that waits for its final response.
#[derive(Debug)]
pub(crate) struct Pending<'a> {
    pub(crate) request: &'a Request,
    pub(crate) from: SocketAddr,
    /// The tag that responses get in To.
    pub(crate) tag: &'a str,
}

impl<O: Clone> Endpoint<O> {
    /// The request `id`, if it has no final response yet.
    pub(crate) fn pending(&self, id: ServerId) -> Option<Pending<'_>> {
        let server = self.servers.get(&id)?;
        server.machine.is_pending().then_some(Pending {
            request: &server.request,
            from: server.from,
            tag: &server.tag,
        })
    }

    /// Answers a request, if it has no final response yet.
    pub(crate) fn respond(&mut self, now: Now, id: ServerId, mut response: Response) {
        let Some(server) = self.servers.get_mut(&id) else {
            return;
        };
        if response.code != StatusCode::TRYING {
            field::add_tag(&mut response.headers, &Name::TO, &server.tag);
        }
        if server.machine.respond(now, response.code) == ServerAction::Send {
            let to = match server.transport {
                Transport::Udp => via::response_destination(&server.request.headers, server.from),
                // On the connection that the request came by (§18.2.2).
                Transport::Tcp | Transport::Tls | Transport::Large => server.from,
            };
            let transmit = Transmit {
                to,
                bytes: response.to_bytes(),
                transport: server.transport,
            };
            server.last = Some(transmit.clone());
            self.transmit(transmit);
        }
        self.update_server(id);
    }

    /// Answers a request with nothing but a code.
    pub(crate) fn respond_with(&mut self, now: Now, id: ServerId, code: StatusCode) {
        if let Some(pending) = self.pending(id) {
            let response = Response::to(pending.request, code);
            self.respond(now, id, response);
        }
    }

    /// Sends the 2xx to an INVITE again (RFC 3261 §13.3.1.4).
    pub(crate) fn resend_success(&mut self, id: ServerId) {
        if let Some(server) = self.servers.get(&id)
            && let ServerMachine::Invite(machine) = &server.machine
            && machine.is_accepted()
            && let Some(last) = server.last.clone()
        {
            self.transmit(last);
        }
    }

    /// Sends the last provisional response to an INVITE again (RFC 3262 §3).
    pub(crate) fn resend_provisional(&mut self, id: ServerId) {
        if let Some(server) = self.servers.get(&id)
            && server.machine.is_pending()
            && let Some(last) = server.last.clone()
        {
            self.transmit(last);
        }
    }

    pub(super) fn receive_request(
        &mut self,
        now: Now,
        transport: Transport,
        from: SocketAddr,
        request: Request,
    ) {
        let key = ServerKey::of(&request);
        if request.method == Method::ACK {
            return self.receive_ack(now, from, request, &key);
        }
        if let Some(id) = self.server_ids.get(&key).copied() {
            return self.receive_retransmission(id);
        }
        if request.method == Method::CANCEL {
            return self.receive_cancel(now, (from, transport), request, key);
        }
        let tag = self.tokens.tag();
        let server = self.start_server(now, key, request.clone(), (from, transport), tag);
        if request.method == Method::INVITE {
            self.respond_with(now, server, StatusCode::TRYING);
        }
        self.events.push_back(Event::Request {
            server,
            request,
            from,
        });
    }

    pub(super) fn tick_server(&mut self, now: Now, id: ServerId) {
        let Some(server) = self.servers.get_mut(&id) else {
            return;
        };
        // A connection loses nothing (§17.2.1).
        if server.machine.tick(now) == ServerAction::Resend
            && !server.transport.is_reliable()
            && let Some(last) = server.last.clone()
        {
            self.transmit(last);
        }
        self.update_server(id);
    }

    fn start_server(
        &mut self,
        now: Now,
        key: ServerKey,
        request: Request,
        (from, transport): (SocketAddr, Transport),
        tag: String,
    ) -> ServerId {
        self.next_server += 1;
        let id = ServerId(self.next_server);
        self.server_ids.insert(key.clone(), id);
        let server = ServerTransaction {
            key,
            machine: ServerMachine::new(now, self.timing, &request.method),
            request,
            from,
            transport,
            tag,
            last: None,
        };
        self.servers.insert(id, server);
        self.update_server(id);
        id
    }

    fn receive_retransmission(&mut self, id: ServerId) {
        if let Some(server) = self.servers.get(&id)
            && server.machine.retransmitted() == ServerAction::Resend
            && let Some(last) = server.last.clone()
        {
            self.transmit(last);
        }
    }

    /// An ACK to a refusal ends here; one to a 2xx is the user's.
    fn receive_ack(&mut self, now: Now, from: SocketAddr, request: Request, key: &ServerKey) {
        let id = self.server_ids.get(&key.of_invite()).copied();
        let invite = id.and_then(|id| Some((id, self.servers.get_mut(&id)?)));
        let action = match invite {
            None => ServerAction::Deliver,
            Some((id, server)) => {
                let action = server.machine.acknowledged(now);
                self.update_server(id);
                action
            }
        };
        if action == ServerAction::Deliver {
            self.events.push_back(Event::Ack { request, from });
        }
    }

    /// RFC 3261 §9.2. A CANCEL of an INVITE that was answered already changes nothing.
    fn receive_cancel(
        &mut self,
        now: Now,
        from: (SocketAddr, Transport),
        request: Request,
        key: ServerKey,
    ) {
        let invite = self.server_ids.get(&key.of_invite()).copied();
        let cancelled = invite.and_then(|id| self.servers.get(&id));
        let tag = cancelled.map(|server| server.tag.clone());
        let is_pending = cancelled.is_some_and(|server| server.machine.is_pending());
        let code = match tag {
            Some(_) => StatusCode::OK,
            None => StatusCode::CALL_OR_TRANSACTION_DOES_NOT_EXIST,
        };
        let tag = tag.unwrap_or_else(|| self.tokens.tag());
        let cancel = self.start_server(now, key, request, from, tag);
        self.respond_with(now, cancel, code);
        if let Some(server) = invite
            && is_pending
        {
            self.events.push_back(Event::Cancel { server });
        }
    }

    /// Notes the transaction's next deadline, or forgets it when it is over.
    fn update_server(&mut self, id: ServerId) {
        let Some(server) = self.servers.get(&id) else {
            return;
        };
        let deadline = server.machine.deadline();
        if server.machine.is_terminated() {
            self.server_ids.remove(&server.key);
            self.servers.remove(&id);
        }
        self.schedule.set(Transaction::Server(id), deadline);
    }
}
