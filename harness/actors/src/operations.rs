//! The operations of an administrator or an agent that are in progress.
//!
//! An operation is one HTTP exchange, or two steps where the target binds it so: a request that
//! begins it, and one that polls until it has completed.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use model::journal::event::Event;
use model::verb::{Verb, VerbOutcome};
use node::{NoReply, Now, Outputs, RequestId};
use target::binding::BoundVerb;
use target::{Exchange, HttpBinding, PollAnswer, Reading, TwoStep};

use crate::operation::Operation;
use crate::{AddressBook, TargetAdapter};

/// All operations of one actor.
pub(crate) struct Operations {
    adapter: Arc<TargetAdapter>,
    address_book: Arc<AddressBook>,
    in_progress: Vec<Pending>,
    requests: u64,
    /// Variables captured from replies that later operations need.
    captured: BTreeMap<String, String>,
}

/// An operation that has begun and not ended.
struct Pending {
    operation: Operation,
    /// Variables captured from its own replies, and those of earlier operations.
    captured: BTreeMap<String, String>,
    phase: Phase,
    waiting: Waiting,
}

#[derive(Clone, Copy)]
enum Phase {
    /// The only request, or the first of two steps.
    Begin,
    /// The second step, which is repeated until then at the latest.
    Poll { until: Now },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    ForReply(RequestId),
    Until(Now),
}

impl Operations {
    pub(crate) fn new(adapter: Arc<TargetAdapter>, address_book: Arc<AddressBook>) -> Operations {
        Operations {
            adapter,
            address_book,
            in_progress: Vec::new(),
            requests: 0,
            captured: BTreeMap::new(),
        }
    }

    /// Begins `operation`.
    pub(crate) fn begin(&mut self, now: Now, operation: Operation, out: &mut Outputs<Event>) {
        out.event(Event::VerbInvoked {
            verb: operation.verb,
            id: operation.id,
            at: operation.at,
            about: operation.about.clone(),
        });
        let pending = Pending {
            operation,
            captured: self.captured.clone(),
            phase: Phase::Begin,
            waiting: Waiting::Until(now),
        };
        self.send(now, pending, out);
    }

    /// The outcome of an HTTP request.
    pub(crate) fn receive_reply(
        &mut self,
        now: Now,
        id: RequestId,
        reply: Result<Response<Bytes>, NoReply>,
        out: &mut Outputs<Event>,
    ) {
        let waiting = Waiting::ForReply(id);
        let Some(index) = self
            .in_progress
            .iter()
            .position(|pending| pending.waiting == waiting)
        else {
            return;
        };
        let pending = self.in_progress.remove(index);
        let adapter = Arc::clone(&self.adapter);
        match (adapter.bound(&pending.operation), pending.phase) {
            (Some(BoundVerb::Http(http)), _) => {
                let reading = read(&adapter, http, reply);
                self.end(now, pending, reading, out);
            }
            (Some(BoundVerb::TwoStep(steps)), Phase::Begin) => {
                self.begin_replied(now, pending, steps, reply, out);
            }
            (Some(BoundVerb::TwoStep(steps)), Phase::Poll { until }) => {
                self.poll_replied(now, pending, (steps, until), reply, out);
            }
            (Some(BoundVerb::Command(_)) | None, _) => {}
        }
    }

    /// Sends the polls that are due.
    pub(crate) fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        let is_due =
            |pending: &mut Pending| matches!(pending.waiting, Waiting::Until(at) if at <= now);
        let due: Vec<Pending> = self.in_progress.extract_if(.., is_due).collect();
        for pending in due {
            self.send(now, pending, out);
        }
    }

    /// When [`Operations::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let until = |pending: &Pending| match pending.waiting {
            Waiting::Until(at) => Some(at),
            Waiting::ForReply(_) => None,
        };
        self.in_progress.iter().filter_map(until).min()
    }

    /// Sends the request of the phase that the operation is in.
    fn send(&mut self, now: Now, pending: Pending, out: &mut Outputs<Event>) {
        let adapter = Arc::clone(&self.adapter);
        let step = match (adapter.bound(&pending.operation), pending.phase) {
            (None, _) => return self.end(now, pending, without(VerbOutcome::Unsupported), out),
            (Some(BoundVerb::Http(http)), _) => Some(http),
            (Some(BoundVerb::Command(_)), _) => None,
            (Some(BoundVerb::TwoStep(steps)), Phase::Begin) => http_of(&steps.begin),
            (Some(BoundVerb::TwoStep(steps)), Phase::Poll { until }) if now < until => {
                http_of(&steps.finish.ask)
            }
            (Some(BoundVerb::TwoStep(steps)), Phase::Poll { .. }) => {
                let why = format!(
                    "timed out after {} waiting for it to be done",
                    steps.finish.within
                );
                return self.end(now, pending, no_answer(why), out);
            }
        };
        let Some(http) = step else {
            // Nodes do no I/O: whoever can run commands has to do so before a node is told.
            let why = "the target binds this to a command, and this lab does not run commands";
            return self.end(now, pending, no_answer(why), out);
        };
        match adapter.request(
            http,
            &pending.operation,
            &pending.captured,
            &self.address_book,
        ) {
            Ok(request) => {
                self.requests += 1;
                let id = RequestId(self.requests);
                out.request(id, request.to, request.request, request.timeout);
                let waiting = Waiting::ForReply(id);
                self.in_progress.push(Pending { waiting, ..pending });
            }
            Err(why) => self.end(now, pending, no_answer(why.to_string()), out),
        }
    }

    /// The reply to the first of two steps.
    fn begin_replied(
        &mut self,
        now: Now,
        mut pending: Pending,
        steps: &TwoStep,
        reply: Result<Response<Bytes>, NoReply>,
        out: &mut Outputs<Event>,
    ) {
        let Some(http) = http_of(&steps.begin) else {
            return;
        };
        let reading = read(&self.adapter, http, reply);
        if reading.outcome != VerbOutcome::Done {
            return self.end(now, pending, reading, out);
        }
        pending.captured.extend(reading.captured);
        pending.phase = Phase::Poll {
            until: now + steps.finish.within.get(),
        };
        pending.waiting = Waiting::Until(now + steps.finish.every.get());
        self.in_progress.push(pending);
    }

    /// The reply to a poll. That there is none means nothing yet: the pool may be busy with what
    /// it was asked to do.
    fn poll_replied(
        &mut self,
        now: Now,
        mut pending: Pending,
        (steps, until): (&TwoStep, Now),
        reply: Result<Response<Bytes>, NoReply>,
        out: &mut Outputs<Event>,
    ) {
        let answer = reply.map(|response| {
            let status = response.status().as_u16();
            steps
                .finish
                .read(status, response.body(), self.adapter.words())
        });
        match answer {
            Ok(PollAnswer::Ended(reading)) => self.end(now, pending, reading, out),
            Ok(PollAnswer::Pending) | Err(_) => {
                let again = now + steps.finish.every.get();
                pending.waiting = Waiting::Until(again.min(until));
                self.in_progress.push(pending);
            }
        }
    }

    /// The operation has ended, or goes on at the next pool.
    fn end(&mut self, now: Now, pending: Pending, reading: Reading, out: &mut Outputs<Event>) {
        let operation = pending.operation;
        if reading.outcome == VerbOutcome::Done && is_kept(operation.verb) {
            self.captured.extend(pending.captured);
            self.captured.extend(reading.captured.clone());
        }
        let reading = self.adapter.redacted(reading);
        let is_unanswered = matches!(reading.outcome, VerbOutcome::NoAnswer { .. });
        out.event(Event::VerbEnded {
            verb: operation.verb,
            id: operation.id,
            at: operation.at,
            about: operation.about.clone(),
            outcome: reading.outcome,
            rows: reading.rows,
        });
        if is_unanswered && let Some(next) = operation.at_next_pool() {
            self.begin(now, next, out);
        }
    }
}

/// Whether what `verb` captured is of use to later verbs: an export's file is.
fn is_kept(verb: Verb) -> bool {
    matches!(verb, Verb::Export | Verb::RemoveExported)
}

fn http_of(exchange: &Exchange) -> Option<&HttpBinding> {
    match exchange {
        Exchange::Http(http) => Some(http),
        Exchange::Command(_) => None,
    }
}

fn read(
    adapter: &TargetAdapter,
    http: &HttpBinding,
    reply: Result<Response<Bytes>, NoReply>,
) -> Reading {
    match reply {
        Ok(response) => http.read(response.status().as_u16(), response.body(), adapter.words()),
        Err(NoReply::Refused) => no_answer("the port is closed"),
        Err(NoReply::Unreachable) => no_answer("the host cannot be reached"),
        Err(NoReply::Reset) => no_answer("the connection broke"),
        Err(NoReply::TimedOut) => no_answer(format!("no reply within {}", http.timeout)),
    }
}

fn no_answer(why: impl Into<String>) -> Reading {
    without(VerbOutcome::NoAnswer { why: why.into() })
}

fn without(outcome: VerbOutcome) -> Reading {
    Reading {
        outcome,
        rows: None,
        captured: BTreeMap::new(),
    }
}
