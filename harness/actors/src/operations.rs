//! The operations of an administrator or an agent that are in progress.
//!
//! An operation is one HTTP exchange or one command, or two steps where the target binds it so: one that
//! begins it, and one that polls until it has completed.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use model::journal::event::Event;
use model::shared::Shared;
use model::verb::{Verb, VerbOutcome};
use node::{NoReply, Now, Outputs, RequestId};
use target::binding::BoundVerb;
use target::{CommandBinding, Exchange, HttpBinding, Poll, PollAnswer, Reading, TwoStep, Words};

use crate::operation::Operation;
use crate::run::RunEnd;
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

/// What is asked.
#[derive(Clone, Copy)]
enum Step<'a> {
    Http(&'a HttpBinding),
    Command(&'a CommandBinding),
}

/// What came of it.
enum Answer {
    Reply(Result<Response<Bytes>, NoReply>),
    End(RunEnd),
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
            about: Box::new(operation.about.clone()),
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
        self.receive(now, id, Answer::Reply(reply), out);
    }

    /// The end of a command.
    pub(crate) fn receive_end(&mut self, now: Now, id: u64, end: RunEnd, out: &mut Outputs<Event>) {
        self.receive(now, RequestId(id), Answer::End(end), out);
    }

    fn receive(&mut self, now: Now, id: RequestId, answer: Answer, out: &mut Outputs<Event>) {
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
                let reading = answer.read(Step::Http(http), adapter.words());
                self.end(now, pending, reading, out);
            }
            (Some(BoundVerb::Command(command)), _) => {
                let reading = answer.read(Step::Command(command), adapter.words());
                self.end(now, pending, reading, out);
            }
            (Some(BoundVerb::TwoStep(steps)), Phase::Begin) => {
                self.begin_answered(now, pending, steps, answer, out);
            }
            (Some(BoundVerb::TwoStep(steps)), Phase::Poll { until }) => {
                self.poll_answered(now, pending, (steps, until), answer, out);
            }
            (None, _) => {}
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

    /// Asks what is due in the phase that the operation is in.
    fn send(&mut self, now: Now, pending: Pending, out: &mut Outputs<Event>) {
        let adapter = Arc::clone(&self.adapter);
        let step = match (adapter.bound(&pending.operation), pending.phase) {
            (None, _) => return self.end(now, pending, without(VerbOutcome::Unsupported), out),
            (Some(BoundVerb::Http(http)), _) => Step::Http(http),
            (Some(BoundVerb::Command(command)), _) => Step::Command(command),
            (Some(BoundVerb::TwoStep(steps)), Phase::Begin) => Step::of(&steps.begin),
            (Some(BoundVerb::TwoStep(steps)), Phase::Poll { until }) if now < until => {
                Step::of(&steps.finish.ask)
            }
            (Some(BoundVerb::TwoStep(steps)), Phase::Poll { .. }) => {
                let why = format!(
                    "timed out after {} waiting for it to be done",
                    steps.finish.within
                );
                return self.end(now, pending, no_answer(why), out);
            }
        };
        self.requests += 1;
        let id = RequestId(self.requests);
        match self.ask(step, &pending, id, out) {
            Ok(()) => {
                let waiting = Waiting::ForReply(id);
                self.in_progress.push(Pending { waiting, ..pending });
            }
            Err(why) => self.end(now, pending, no_answer(why), out),
        }
    }

    /// Sends a request, or wants a command run.
    fn ask(
        &self,
        step: Step<'_>,
        pending: &Pending,
        id: RequestId,
        out: &mut Outputs<Event>,
    ) -> Result<(), String> {
        let (adapter, operation) = (&self.adapter, &pending.operation);
        match step {
            Step::Http(http) => {
                let request =
                    adapter.request(http, operation, &pending.captured, &self.address_book);
                let request = request.map_err(|why| why.to_string())?;
                out.request(id, request.to, request.request, request.timeout);
            }
            Step::Command(_) if !adapter.runs_commands() => {
                let why = "the target binds this to a command, and this lab does not run commands";
                return Err(why.to_owned());
            }
            Step::Command(command) => {
                let request = adapter.run_request(command, operation, &pending.captured);
                let request = request.map_err(|why| why.to_string())?;
                out.run(
                    id,
                    serde_json::to_vec(&request).map_err(|why| why.to_string())?,
                );
            }
        }
        Ok(())
    }

    /// The answer to the first of two steps.
    fn begin_answered(
        &mut self,
        now: Now,
        mut pending: Pending,
        steps: &TwoStep,
        answer: Answer,
        out: &mut Outputs<Event>,
    ) {
        let reading = answer.read(Step::of(&steps.begin), self.adapter.words());
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

    /// The answer to a poll. That there is none means nothing yet: the pool may be busy with what
    /// it was asked to do.
    fn poll_answered(
        &mut self,
        now: Now,
        mut pending: Pending,
        (steps, until): (&TwoStep, Now),
        answer: Answer,
        out: &mut Outputs<Event>,
    ) {
        match answer.read_poll(&steps.finish, self.adapter.words()) {
            Some(PollAnswer::Ended(reading)) => self.end(now, pending, reading, out),
            Some(PollAnswer::Pending) | None => {
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
            about: Box::new(operation.about.clone()),
            outcome: reading.outcome,
            rows: reading.rows.map(Shared::from),
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

impl<'a> Step<'a> {
    fn of(exchange: &'a Exchange) -> Step<'a> {
        match exchange {
            Exchange::Http(http) => Step::Http(http),
            Exchange::Command(command) => Step::Command(command),
        }
    }
}

impl Answer {
    /// What it means, as an answer to this step.
    fn read(self, step: Step<'_>, words: &Words) -> Reading {
        match (step, self) {
            (Step::Http(http), Answer::Reply(Ok(response))) => {
                http.read(response.status().as_u16(), response.body(), words)
            }
            (Step::Http(http), Answer::Reply(Err(why))) => match why {
                NoReply::Refused => no_answer("the port is closed"),
                NoReply::Unreachable => no_answer("the host cannot be reached"),
                NoReply::Reset => no_answer("the connection broke"),
                NoReply::TimedOut => no_answer(format!("no reply within {}", http.timeout)),
            },
            (
                Step::Command(command),
                Answer::End(RunEnd::Exited {
                    code,
                    stdout,
                    stderr,
                }),
            ) => command.read(code, stdout.as_bytes(), stderr.as_bytes(), words),
            (_, Answer::End(RunEnd::Unknown { why })) => no_answer(why),
            (Step::Command(_), Answer::Reply(_)) | (Step::Http(_), Answer::End(_)) => {
                no_answer("the answer is to something else")
            }
        }
    }

    /// What it means, as an answer to a poll; nothing if it is none.
    fn read_poll(self, poll: &Poll, words: &Words) -> Option<PollAnswer> {
        match self {
            Answer::Reply(reply) => {
                let response = reply.ok()?;
                Some(poll.read(response.status().as_u16(), response.body(), words))
            }
            Answer::End(RunEnd::Exited {
                code,
                stdout,
                stderr,
            }) => Some(poll.read_exit(code, stdout.as_bytes(), stderr.as_bytes(), words)),
            Answer::End(RunEnd::Unknown { .. }) => None,
        }
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
