//! A server transaction: its state machine, with the request and the last response.

use std::net::SocketAddr;

use node::Now;

use crate::transaction::{ServerAction, ServerInvite, ServerNonInvite};
use crate::{Method, Request, StatusCode, Timing, Transmit, Transport};

use super::key::ServerKey;

/// A server transaction with its bytes.
#[derive(Debug)]
pub(super) struct ServerTransaction {
    pub(super) key: ServerKey,
    pub(super) machine: ServerMachine,
    pub(super) request: Request,
    pub(super) from: SocketAddr,
    pub(super) transport: Transport,
    /// The tag in To of all responses that have none.
    pub(super) tag: String,
    pub(super) last: Option<Transmit>,
}

#[derive(Debug)]
pub(super) enum ServerMachine {
    Invite(ServerInvite),
    NonInvite(ServerNonInvite),
}

impl ServerMachine {
    pub(super) fn new(now: Now, timing: Timing, method: &Method) -> Self {
        if *method == Method::INVITE {
            ServerMachine::Invite(ServerInvite::new(timing))
        } else {
            ServerMachine::NonInvite(ServerNonInvite::new(now, timing))
        }
    }

    pub(super) fn respond(&mut self, now: Now, code: StatusCode) -> ServerAction {
        match self {
            ServerMachine::Invite(machine) => machine.respond(now, code),
            ServerMachine::NonInvite(machine) => machine.respond(now, code),
        }
    }

    pub(super) fn retransmitted(&self) -> ServerAction {
        match self {
            ServerMachine::Invite(machine) => machine.retransmitted(),
            ServerMachine::NonInvite(machine) => machine.retransmitted(),
        }
    }

    pub(super) fn acknowledged(&mut self, now: Now) -> ServerAction {
        match self {
            ServerMachine::Invite(machine) => machine.acknowledged(now),
            ServerMachine::NonInvite(_) => ServerAction::Nothing,
        }
    }

    pub(super) fn tick(&mut self, now: Now) -> ServerAction {
        match self {
            ServerMachine::Invite(machine) => machine.tick(now),
            ServerMachine::NonInvite(machine) => machine.tick(now),
        }
    }

    pub(super) fn deadline(&self) -> Option<Now> {
        match self {
            ServerMachine::Invite(machine) => machine.deadline(),
            ServerMachine::NonInvite(machine) => machine.deadline(),
        }
    }

    pub(super) fn is_pending(&self) -> bool {
        match self {
            ServerMachine::Invite(machine) => machine.is_proceeding(),
            ServerMachine::NonInvite(machine) => machine.is_pending(),
        }
    }

    pub(super) fn is_terminated(&self) -> bool {
        match self {
            ServerMachine::Invite(machine) => machine.is_terminated(),
            ServerMachine::NonInvite(machine) => machine.is_terminated(),
        }
    }
}
