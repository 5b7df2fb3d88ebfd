//! The errands of an administrator or an agent: verbs on their way to a pool and back.
//!
//! An errand is one HTTP exchange, or two steps where the target binds it so: a first that begins
//! it, and a second that is repeated until it is done.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use model::journal::event::Event;
use model::topology::Pool;
use model::verb::{About, Verb, VerbOutcome};
use node::{NoReply, Now, Outputs, RequestId};
use target::binding::BoundVerb;
use target::{Exchange, HttpBinding, PollAnswer, Reading, TwoStep};

use crate::{Desk, Network};

/// What is added to the id of an errand when the second pool is asked; see [`Command::Verb`].
///
/// [`Command::Verb`]: crate::Command::Verb
const SECOND: u64 = 1 << 32;

/// A verb to be carried out.
#[derive(Clone)]
pub(crate) struct Errand {
    /// Pairs beginning and end in the journal.
    pub(crate) id: u64,
    pub(crate) verb: Verb,
    /// The pool that is asked.
    pub(crate) at: Pool,
    pub(crate) about: About,
    /// The pool that is asked after it, if it gives no answer.
    pub(crate) otherwise: Option<Pool>,
}

/// All errands of one actor.
pub(crate) struct Errands {
    desk: Arc<Desk>,
    network: Arc<Network>,
    running: Vec<Running>,
    requests: u64,
    /// What answers brought that later errands need.
    captured: BTreeMap<String, String>,
}

/// An errand that has begun.
struct Running {
    errand: Errand,
    /// What the answers so far brought, and those to earlier errands.
    captured: BTreeMap<String, String>,
    step: StepNumber,
    waits: Waits,
}

#[derive(Clone, Copy)]
enum StepNumber {
    /// The only one, or the first of two.
    First,
    /// The second, which is given up then.
    Second { until: Now },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    ForReply(RequestId),
    Until(Now),
}

impl Errand {
    pub(crate) fn new(id: u64, verb: Verb, at: Pool, about: About) -> Errand {
        Errand {
            id,
            verb,
            at,
            about,
            otherwise: None,
        }
    }

    /// The same at the next pool, if there is one.
    fn at_next_pool(self) -> Option<Errand> {
        let at = self.otherwise?;
        Some(Errand {
            id: self.id + SECOND,
            at,
            otherwise: None,
            ..self
        })
    }
}

impl Errands {
    pub(crate) fn new(desk: Arc<Desk>, network: Arc<Network>) -> Errands {
        Errands {
            desk,
            network,
            running: Vec::new(),
            requests: 0,
            captured: BTreeMap::new(),
        }
    }

    /// Has `errand` done.
    pub(crate) fn begin(&mut self, now: Now, errand: Errand, out: &mut Outputs<Event>) {
        out.event(Event::VerbInvoked {
            verb: errand.verb,
            id: errand.id,
            at: errand.at,
            about: errand.about.clone(),
        });
        let running = Running {
            errand,
            captured: self.captured.clone(),
            step: StepNumber::First,
            waits: Waits::Until(now),
        };
        self.ask(now, running, out);
    }

    /// The outcome of an HTTP request.
    pub(crate) fn replied(
        &mut self,
        now: Now,
        id: RequestId,
        reply: Result<Response<Bytes>, NoReply>,
        out: &mut Outputs<Event>,
    ) {
        let waits = Waits::ForReply(id);
        let Some(index) = self
            .running
            .iter()
            .position(|running| running.waits == waits)
        else {
            return;
        };
        let running = self.running.remove(index);
        let desk = Arc::clone(&self.desk);
        match (desk.way(&running.errand), running.step) {
            (Some(BoundVerb::Http(http)), _) => {
                let reading = read(&desk, http, reply);
                self.end(now, running, reading, out);
            }
            (Some(BoundVerb::TwoStep(steps)), StepNumber::First) => {
                self.begun(now, running, steps, reply, out);
            }
            (Some(BoundVerb::TwoStep(steps)), StepNumber::Second { until }) => {
                self.polled(now, running, (steps, until), reply, out);
            }
            (Some(BoundVerb::Command(_)) | None, _) => {}
        }
    }

    /// Asks again where it is time to.
    pub(crate) fn tick(&mut self, now: Now, out: &mut Outputs<Event>) {
        let is_due = |running: &mut Running| matches!(running.waits, Waits::Until(at) if at <= now);
        let due: Vec<Running> = self.running.extract_if(.., is_due).collect();
        for running in due {
            self.ask(now, running, out);
        }
    }

    /// When [`Errands::tick`] next has something to do.
    pub(crate) fn deadline(&self) -> Option<Now> {
        let until = |running: &Running| match running.waits {
            Waits::Until(at) => Some(at),
            Waits::ForReply(_) => None,
        };
        self.running.iter().filter_map(until).min()
    }

    /// Takes the step that the errand has come to.
    fn ask(&mut self, now: Now, running: Running, out: &mut Outputs<Event>) {
        let desk = Arc::clone(&self.desk);
        let step = match (desk.way(&running.errand), running.step) {
            (None, _) => return self.end(now, running, without(VerbOutcome::Unsupported), out),
            (Some(BoundVerb::Http(http)), _) => Some(http),
            (Some(BoundVerb::Command(_)), _) => None,
            (Some(BoundVerb::TwoStep(steps)), StepNumber::First) => http_of(&steps.begin),
            (Some(BoundVerb::TwoStep(steps)), StepNumber::Second { until }) if now < until => {
                http_of(&steps.finish.ask)
            }
            (Some(BoundVerb::TwoStep(steps)), StepNumber::Second { .. }) => {
                let why = format!("it was not done within {}", steps.finish.within);
                return self.end(now, running, no_answer(why), out);
            }
        };
        let Some(http) = step else {
            // Nodes do no I/O: whoever can run commands has to do so before a node is told.
            let why = "the target binds this to a command, which this lab does not run";
            return self.end(now, running, no_answer(why), out);
        };
        match desk.question(http, &running.errand, &running.captured, &self.network) {
            Ok(question) => {
                self.requests += 1;
                let id = RequestId(self.requests);
                out.request(id, question.to, question.request, question.timeout);
                let waits = Waits::ForReply(id);
                self.running.push(Running { waits, ..running });
            }
            Err(why) => self.end(now, running, no_answer(why.to_string()), out),
        }
    }

    /// The first of two steps was answered.
    fn begun(
        &mut self,
        now: Now,
        mut running: Running,
        steps: &TwoStep,
        reply: Result<Response<Bytes>, NoReply>,
        out: &mut Outputs<Event>,
    ) {
        let Some(http) = http_of(&steps.begin) else {
            return;
        };
        let reading = read(&self.desk, http, reply);
        if reading.outcome != VerbOutcome::Done {
            return self.end(now, running, reading, out);
        }
        running.captured.extend(reading.captured);
        running.step = StepNumber::Second {
            until: now + steps.finish.within.get(),
        };
        running.waits = Waits::Until(now + steps.finish.every.get());
        self.running.push(running);
    }

    /// The second of two steps was answered. That nobody answers means nothing yet: the pool may
    /// be busy with what it was asked to do.
    fn polled(
        &mut self,
        now: Now,
        mut running: Running,
        (steps, until): (&TwoStep, Now),
        reply: Result<Response<Bytes>, NoReply>,
        out: &mut Outputs<Event>,
    ) {
        let answer = reply.map(|response| {
            let status = response.status().as_u16();
            steps
                .finish
                .read(status, response.body(), self.desk.words())
        });
        match answer {
            Ok(PollAnswer::Ended(reading)) => self.end(now, running, reading, out),
            Ok(PollAnswer::Pending) | Err(_) => {
                let again = now + steps.finish.every.get();
                running.waits = Waits::Until(again.min(until));
                self.running.push(running);
            }
        }
    }

    /// The errand has ended, or goes on at the next pool.
    fn end(&mut self, now: Now, running: Running, reading: Reading, out: &mut Outputs<Event>) {
        let errand = running.errand;
        if reading.outcome == VerbOutcome::Done && is_kept(errand.verb) {
            self.captured.extend(running.captured);
            self.captured.extend(reading.captured.clone());
        }
        let reading = self.desk.redacted(reading);
        let is_unanswered = matches!(reading.outcome, VerbOutcome::NoAnswer { .. });
        out.event(Event::VerbEnded {
            verb: errand.verb,
            id: errand.id,
            at: errand.at,
            about: errand.about.clone(),
            outcome: reading.outcome,
            rows: reading.rows,
        });
        if is_unanswered && let Some(next) = errand.at_next_pool() {
            self.begin(now, next, out);
        }
    }
}

/// Whether what `verb` captured is of use to later verbs: an export's file is.
fn is_kept(verb: Verb) -> bool {
    matches!(verb, Verb::Export | Verb::RemoveExported)
}

fn http_of(step: &Exchange) -> Option<&HttpBinding> {
    match step {
        Exchange::Http(http) => Some(http),
        Exchange::Command(_) => None,
    }
}

fn read(desk: &Desk, http: &HttpBinding, reply: Result<Response<Bytes>, NoReply>) -> Reading {
    match reply {
        Ok(response) => http.read(response.status().as_u16(), response.body(), desk.words()),
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
