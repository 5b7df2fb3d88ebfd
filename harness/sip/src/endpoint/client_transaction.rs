//! A client transaction: its state machine, with the request that it sends.

use std::net::SocketAddr;

use bytes::Bytes;
use node::Now;

use crate::transaction::{ClientAction, ClientInvite, ClientNonInvite};
use crate::{Method, Request, StatusCode, Timing, Transmit, Transport};

/// A client transaction with its bytes.
#[derive(Debug)]
pub(super) struct ClientTransaction<O> {
    pub(super) machine: ClientMachine,
    pub(super) request: Request,
    pub(super) bytes: Bytes,
    pub(super) to: SocketAddr,
    pub(super) transport: Transport,
    /// `None` for a CANCEL, which is nobody's business but the layer's.
    pub(super) owner: Option<O>,
    pub(super) cancel: Cancel,
    /// The ACK to a refusal, sent again when the refusal is.
    pub(super) ack: Option<Transmit>,
}

impl<O> ClientTransaction<O> {
    /// Something that goes the way of the request.
    pub(super) fn transmit(&self, bytes: Bytes) -> Transmit {
        Transmit {
            to: self.to,
            bytes,
            transport: self.transport,
        }
    }
}

#[derive(Debug)]
pub(super) enum ClientMachine {
    Invite(ClientInvite),
    NonInvite(ClientNonInvite),
}

/// A CANCEL waits until the server has shown that it knows the request (RFC 3261 §9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancel {
    NotWanted,
    Wanted,
    Sent,
}

impl ClientMachine {
    pub(super) fn new(now: Now, timing: Timing, method: &Method) -> Self {
        if *method == Method::INVITE {
            ClientMachine::Invite(ClientInvite::new(now, timing))
        } else {
            ClientMachine::NonInvite(ClientNonInvite::new(now, timing))
        }
    }

    pub(super) fn receive(&mut self, now: Now, code: StatusCode) -> ClientAction {
        match self {
            ClientMachine::Invite(machine) => machine.receive(now, code),
            ClientMachine::NonInvite(machine) => machine.receive(now, code),
        }
    }

    pub(super) fn tick(&mut self, now: Now) -> ClientAction {
        match self {
            ClientMachine::Invite(machine) => machine.tick(now),
            ClientMachine::NonInvite(machine) => machine.tick(now),
        }
    }

    pub(super) fn deadline(&self) -> Option<Now> {
        match self {
            ClientMachine::Invite(machine) => machine.deadline(),
            ClientMachine::NonInvite(machine) => machine.deadline(),
        }
    }

    pub(super) fn is_unanswered(&self) -> bool {
        match self {
            ClientMachine::Invite(machine) => machine.is_unanswered(),
            ClientMachine::NonInvite(machine) => machine.is_unanswered(),
        }
    }

    pub(super) fn is_terminated(&self) -> bool {
        match self {
            ClientMachine::Invite(machine) => machine.is_terminated(),
            ClientMachine::NonInvite(machine) => machine.is_terminated(),
        }
    }
}
