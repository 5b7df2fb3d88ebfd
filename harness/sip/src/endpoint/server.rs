//! Requests that were received (RFC 3261 §17.2).

use std::net::SocketAddr;

use node::Now;

use crate::message::{field, via};
use crate::stateless;
use crate::transaction::ServerAction;
use crate::{Method, Name, Request, Response, ServerId, StatusCode, Transmit, Transport};

use super::key::{ForkedKey, ServerKey};
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

    /// Takes a request for a user agent; whether it has not taken the same one that came another way.
    pub(crate) fn take(&mut self, id: ServerId) -> bool {
        let Some(server) = self.servers.get(&id) else {
            return true;
        };
        let key = ForkedKey::of(&server.request);
        *self.taken.entry(key).or_insert(id) == id
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
        if self.is_full_for(&request) {
            return self.turn_away(transport, from, &request);
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

    /// Whether there are too many transactions for one more. What belongs to a call, and may end it, is
    /// taken when new calls are not.
    fn is_full_for(&self, request: &Request) -> bool {
        let belongs_to_call = request.is_in_dialog() || request.method == Method::CANCEL;
        let most = match belongs_to_call {
            true => self.capacity.saturating_mul(2),
            false => self.capacity,
        };
        self.servers.len() + self.clients.len() >= most
    }

    /// Refuses a request for now, and remembers nothing of it (RFC 3261 §8.2.7, §21.5.4).
    fn turn_away(&mut self, transport: Transport, from: SocketAddr, request: &Request) {
        let tag = stateless::tag(request);
        let mut refusal = stateless::respond(from, Response::overloaded(request), &tag);
        refusal.transport = transport;
        self.transmit(refusal);
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
            let taken = ForkedKey::of(&server.request);
            if self.taken.get(&taken) == Some(&id) {
                self.taken.remove(&taken);
            }
            self.server_ids.remove(&server.key);
            self.servers.remove(&id);
        }
        self.schedule.set(Transaction::Server(id), deadline);
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rstest::rstest;

    use super::*;
    use crate::{Message, Timing, UserAgent};

    /// The codes of the responses to a request.
    fn responses(ua: &mut UserAgent, method: &str, branch: &str, to_tag: &str) -> Vec<Response> {
        let text = format!(
            "{method} sip:b@198.18.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 198.18.0.1;branch=z9hG4bK{branch}\r\n\
             From: <sip:a@198.18.0.1>;tag=1\r\nTo: <sip:b@198.18.0.2>{to_tag}\r\nCall-ID: {branch}\r\n\
             CSeq: 1 {method}\r\n\r\n"
        );
        let from = "198.18.0.1:5060".parse().unwrap();
        ua.receive(Now::ZERO, from, &text.into());
        let sent = std::iter::from_fn(|| ua.poll_transmit());
        let read = sent.map(|transmit| Message::parse(&transmit.bytes).unwrap());
        read.filter_map(|message| match message {
            Message::Response(response) => Some(response),
            Message::Request(_) => None,
        })
        .collect()
    }

    fn full() -> UserAgent {
        let seed = ChaCha8Rng::from_seed([1; 32]);
        let local = "198.18.0.2:5060".parse().unwrap();
        let mut ua = UserAgent::new(local, seed, Timing::default()).with_capacity(1);
        assert_eq!(
            responses(&mut ua, "INVITE", "first", "")[0].code,
            StatusCode::TRYING
        );
        ua
    }

    #[rstest]
    #[case("INVITE")]
    #[case("REGISTER")]
    fn what_begins_something_beyond_the_capacity_is_told_when_to_come_again(#[case] method: &str) {
        let mut ua = full();
        let refusals = responses(&mut ua, method, "second", "");
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0].code, StatusCode::SERVICE_UNAVAILABLE);
        assert!(refusals[0].header(&Name::RETRY_AFTER).is_some());
        let again = responses(&mut ua, method, "second", "");
        assert_eq!(
            again[0].to_tag(),
            refusals[0].to_tag(),
            "it is the same one"
        );
    }

    #[test]
    fn what_is_there_is_served_beyond_the_capacity() {
        let mut ua = full();
        let repeated = responses(&mut ua, "INVITE", "first", "");
        assert_eq!(repeated[0].code, StatusCode::TRYING);
        let cancelled = responses(&mut ua, "CANCEL", "first", "");
        assert_eq!(cancelled[0].code, StatusCode::OK);
    }

    #[test]
    fn nothing_is_begun_beyond_twice_the_capacity() {
        let mut ua = full();
        assert!(
            responses(&mut ua, "BYE", "second", ";tag=2").is_empty(),
            "it is the node's"
        );
        let refusals = responses(&mut ua, "BYE", "third", ";tag=2");
        assert_eq!(refusals[0].code, StatusCode::SERVICE_UNAVAILABLE);
    }
}
