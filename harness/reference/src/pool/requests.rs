//! The HTTP exchanges that the pool has begun, and what their answers are for.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use node::{NoReply, RequestId};
use serde::Serialize;

use super::core::Core;
use super::job::JobId;
use super::sign_in::Batch;
use super::surfaces::Listing;
use super::turn::Turn;
use crate::store::object::PoolName;
use crate::web::{credentials, reply};

/// The outcome of an exchange.
pub(super) type Outcome = Result<Response<Bytes>, NoReply>;

/// What an answer is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// To learn whether the partner lives and what its record says.
    Heartbeat,
    /// To learn what the database holds.
    Load,
    /// To have a change made durable.
    Write,
    /// To list what a database holds.
    List(Listing),
    /// To export what the database holds of this owner's groups.
    Export(RequestId, PoolName),
    /// To have the partner sign an agent in or out.
    SignIn(Batch),
    /// To have the partner do what this client asked for.
    PassOn(RequestId),
    /// To have the partner take calls again.
    AskToTakeCalls(JobId),
    /// To tell the partner that failback is complete.
    TellToOpen(JobId),
}

/// What is asked for.
pub(super) struct Ask<'a, T> {
    pub(super) to: SocketAddr,
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) body: &'a T,
    pub(super) timeout: Duration,
}

/// The exchanges under way.
#[derive(Debug, Default)]
pub(super) struct Requests {
    last: u64,
    open: BTreeMap<RequestId, Purpose>,
}

impl Core {
    /// Begins an exchange with the partner or a database.
    pub(super) fn ask<T: Serialize>(
        &mut self,
        turn: &mut Turn<'_>,
        purpose: Purpose,
        ask: &Ask<'_, T>,
    ) -> RequestId {
        self.requests.last += 1;
        let id = RequestId(self.requests.last);
        self.requests.open.insert(id, purpose);
        let authorization = credentials::authorization(&self.here().0, &self.config.password);
        let request = reply::request(ask.method.clone(), ask.path, &authorization, ask.body);
        turn.out.request(id, ask.to, request, ask.timeout);
        id
    }

    /// Takes the outcome of an exchange. If it was a heartbeat: whether the partner is there.
    pub(super) fn reply(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outcome: Outcome,
    ) -> Option<bool> {
        match self.requests.open.remove(&id)? {
            Purpose::Heartbeat => return Some(self.heartbeat_answered(turn, outcome)),
            Purpose::Load => self.loaded(turn, outcome),
            Purpose::Write => self.written(turn, outcome),
            Purpose::List(listing) => self.listed(turn, listing, outcome),
            Purpose::Export(client, owner) => self.exported(turn, client, &owner, outcome),
            Purpose::SignIn(batch) => self.sign_in_answered(turn, batch, outcome),
            Purpose::PassOn(client) => self.pass_back(turn, client, outcome),
            Purpose::AskToTakeCalls(job) => self.asked_to_take_calls(turn, job, outcome),
            Purpose::TellToOpen(job) => self.told_to_open(turn, job, outcome),
        }
        self.signal(turn);
        None
    }
}
