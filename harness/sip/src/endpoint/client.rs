//! Requests that were sent (RFC 3261 §17.1).

use std::net::SocketAddr;

use node::{Now, Unreachable};

use crate::dialog::MAX_FORWARDS;
use crate::message::field;
use crate::transaction::ClientAction;
use crate::{ClientId, Failure, Method, Name, Request, Response, StatusCode, Transmit, Transport};

use super::client_transaction::{Cancel, ClientMachine, ClientTransaction};
use super::compose;
use super::key::ClientKey;
use super::layer::{Endpoint, Event, Transaction};

impl<O: Clone> Endpoint<O> {
    /// Sends a request to `to`, under a new branch. One that begins here (it has no Via) is given
    /// what every request has and this one lacks.
    pub(crate) fn request(
        &mut self,
        now: Now,
        mut request: Request,
        to: SocketAddr,
        owner: O,
    ) -> ClientId {
        if !request.headers.contains(&Name::VIA) {
            self.complete(&mut request);
        }
        let transport = self.add_via(&mut request);
        self.start_client(now, request, (to, transport), Some(owner))
    }

    /// Cancels an INVITE that has no final response (RFC 3261 §9.1).
    pub(crate) fn cancel(&mut self, now: Now, id: ClientId) {
        if let Some(client) = self.clients.get_mut(&id)
            && client.cancel == Cancel::NotWanted
        {
            client.cancel = Cancel::Wanted;
            if let ClientMachine::Invite(machine) = &mut client.machine {
                machine.unwanted();
            }
            self.update_client(id);
            self.cancel_if_proceeding(now, id);
        }
    }

    /// A request as it was sent, and where, until its transaction is over.
    pub(crate) fn sent(&self, id: ClientId) -> Option<(Request, SocketAddr)> {
        let client = self.clients.get(&id)?;
        Some((client.request.clone(), client.to))
    }

    /// Drops a request without a word.
    pub(crate) fn abandon(&mut self, id: ClientId) {
        if let Some(client) = self.clients.remove(&id) {
            self.client_ids
                .remove(&ClientKey::of_request(&client.request));
            self.schedule.set(Transaction::Client(id), None);
        }
    }

    /// What was sent to `to` did not arrive: the requests without any response have failed.
    pub(crate) fn undeliverable(&mut self, to: SocketAddr, why: Unreachable) {
        let lost =
            |client: &ClientTransaction<O>| client.to == to && client.machine.is_unanswered();
        let failed: Vec<ClientId> = self
            .clients
            .iter()
            .filter_map(|(id, client)| lost(client).then_some(*id))
            .collect();
        for id in failed {
            self.fail(id, Failure::Unreachable(why));
        }
    }

    pub(super) fn receive_response(&mut self, now: Now, response: Response) {
        let key = ClientKey::of_response(&response);
        let Some(id) = self.client_ids.get(&key).copied() else {
            if response.is_success() && response.cseq().1 == Method::INVITE {
                self.events.push_back(Event::LateSuccess { response });
            }
            return;
        };
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        match client.machine.receive(now, response.code) {
            ClientAction::Deliver => self.deliver(id, response),
            ClientAction::DeliverAndAcknowledge => {
                self.acknowledge(id, &response);
                self.deliver(id, response);
            }
            ClientAction::Acknowledge => self.acknowledge(id, &response),
            ClientAction::Nothing | ClientAction::Retransmit | ClientAction::TimeOut => {}
        }
        self.cancel_if_proceeding(now, id);
        self.update_client(id);
    }

    pub(super) fn tick_client(&mut self, now: Now, id: ClientId) {
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        match client.machine.tick(now) {
            // A connection loses nothing (§17.1.1.2).
            ClientAction::Retransmit if client.transport.is_reliable() => {}
            ClientAction::Retransmit => {
                let transmit = client.transmit(client.bytes.clone());
                self.transmit(transmit);
            }
            ClientAction::TimeOut => return self.fail(id, Failure::TimedOut),
            _ => {}
        }
        self.update_client(id);
    }

    fn start_client(
        &mut self,
        now: Now,
        request: Request,
        (to, transport): (SocketAddr, Transport),
        owner: Option<O>,
    ) -> ClientId {
        self.next_client += 1;
        let id = ClientId(self.next_client);
        let bytes = request.to_bytes();
        self.client_ids.insert(ClientKey::of_request(&request), id);
        self.transmit(Transmit {
            to,
            bytes: bytes.clone(),
            transport,
        });
        let client = ClientTransaction {
            machine: ClientMachine::new(now, self.timing, &request.method),
            request,
            bytes,
            to,
            transport,
            owner,
            cancel: Cancel::NotWanted,
            ack: None,
        };
        self.clients.insert(id, client);
        self.update_client(id);
        id
    }

    /// Adds what RFC 3261 §8.1.1 demands of every request.
    fn complete(&mut self, request: &mut Request) {
        let tag = self.tokens.tag();
        field::add_tag(&mut request.headers, &Name::FROM, &tag);
        let call_id = self.tokens.call_id();
        let cseq = format!("1 {}", request.method);
        for (name, value) in [
            (Name::MAX_FORWARDS, MAX_FORWARDS.to_string()),
            (Name::CALL_ID, call_id),
            (Name::CSEQ, cseq),
        ] {
            if !request.headers.contains(&name) {
                request.headers.insert(name, value);
            }
        }
    }

    fn deliver(&mut self, client: ClientId, response: Response) {
        let owner = self.clients.get(&client).and_then(|c| c.owner.clone());
        let Some(owner) = owner else {
            return;
        };
        self.events.push_back(match response.code {
            StatusCode::TRYING => Event::Trying { client, owner },
            _ => Event::Response {
                client,
                owner,
                response,
            },
        });
    }

    fn acknowledge(&mut self, id: ClientId, refusal: &Response) {
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        if client.ack.is_none() {
            let ack = compose::ack(&client.request, refusal).to_bytes();
            client.ack = Some(client.transmit(ack));
        }
        if let Some(ack) = client.ack.clone() {
            self.transmit(ack);
        }
    }

    fn cancel_if_proceeding(&mut self, now: Now, id: ClientId) {
        let Some(client) = self.clients.get_mut(&id) else {
            return;
        };
        let ClientMachine::Invite(machine) = &mut client.machine else {
            return;
        };
        if client.cancel != Cancel::Wanted || !machine.is_proceeding() {
            return;
        }
        client.cancel = Cancel::Sent;
        machine.cancelled(now);
        let cancel = compose::cancel(&client.request);
        let to = (client.to, client.transport);
        self.update_client(id);
        self.start_client(now, cancel, to, None);
    }

    fn fail(&mut self, id: ClientId, why: Failure) {
        let owner = self.clients.get(&id).and_then(|c| c.owner.clone());
        if let Some(owner) = owner {
            let client = id;
            self.events.push_back(Event::Failed { client, owner, why });
        }
        self.abandon(id);
    }

    /// Notes the transaction's next deadline, or forgets it when it is over.
    fn update_client(&mut self, id: ClientId) {
        let Some(client) = self.clients.get(&id) else {
            return;
        };
        if client.machine.is_terminated() {
            self.abandon(id);
        } else {
            let deadline = client.machine.deadline();
            self.schedule.set(Transaction::Client(id), deadline);
        }
    }
}
