//! The gate: it holds what comes in until the partner was asked who serves what.
//!
//! A pool that was not there for a while (it has started, or was stopped and goes on) may have
//! been failed over meanwhile, and does not know; and all that was sent to it since comes in at
//! once. So it asks its partner first and handles nothing until the answer is there, or until the
//! partner counts as dead. A pool whose partner counts as dead may likewise be the one that was
//! cut off; so before it begins anything new it asks whether the partner is back, for a moment.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use node::{Input, Now, RequestId};

/// How many inputs are held. What exceeds it is lost, as in the buffer of a socket.
const CAPACITY: usize = 16_384;

/// What is held while the gate is shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Holds {
    /// All of it, and the pool does nothing of its own.
    Everything,
    /// What may begin something new; calls go on.
    Beginnings,
}

/// Whether the gate may open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Opening {
    /// Not yet.
    Wait,
    /// It may: the partner has answered, or counts as dead.
    Open,
    /// It may for a moment, without an answer: whatever came in before the question was asked may go on.
    Unanswered,
}

/// A question to the partner.
#[derive(Clone, Copy, Debug)]
struct PartnerQuery {
    holds: Holds,
    /// The heartbeat that asks. Answers to earlier ones say nothing: they may have been waiting
    /// in a buffer as well.
    id: RequestId,
    asked: Now,
    until: Now,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Open,
    Answered,
    Failed,
}

/// The gate, and what it holds.
#[derive(Debug, Default)]
pub(in crate::pool) struct Gate {
    question: Option<PartnerQuery>,
    held: VecDeque<(Now, Input<Infallible>)>,
}

impl Gate {
    /// Shuts the gate until the partner has answered the heartbeat `id`, or until `patience` has
    /// passed.
    pub(in crate::pool) fn shut(
        &mut self,
        now: Now,
        holds: Holds,
        id: RequestId,
        patience: Duration,
    ) {
        self.question = Some(PartnerQuery {
            holds,
            id,
            asked: now,
            until: now + patience,
            outcome: Outcome::Open,
        });
    }

    /// What is held at present.
    pub(in crate::pool) fn holds(&self) -> Option<Holds> {
        self.question.map(|question| question.holds)
    }

    /// Holds an input.
    pub(in crate::pool) fn hold(&mut self, now: Now, input: Input<Infallible>) {
        if self.held.len() < CAPACITY {
            self.held.push_back((now, input));
        }
    }

    /// The partner has answered the heartbeat `id`, or it is certain that it will not.
    pub(in crate::pool) fn answered(&mut self, id: RequestId, there: bool) {
        if let Some(question) = &mut self.question
            && id >= question.id
        {
            question.outcome = match there {
                true => Outcome::Answered,
                false => Outcome::Failed,
            };
        }
    }

    /// Whether the gate may open.
    pub(in crate::pool) fn opening(&self, now: Now) -> Opening {
        let Some(question) = &self.question else {
            return Opening::Wait;
        };
        match (question.outcome, question.holds) {
            (Outcome::Answered, _) => Opening::Open,
            (Outcome::Failed, Holds::Beginnings) => Opening::Unanswered,
            (Outcome::Open | Outcome::Failed, _) if now < question.until => Opening::Wait,
            (_, Holds::Everything) => Opening::Open,
            (_, Holds::Beginnings) => Opening::Unanswered,
        }
    }

    /// Keeps the gate shut until then, whatever has become of the question.
    pub(in crate::pool) fn prolong(&mut self, until: Now) {
        if let Some(question) = &mut self.question {
            question.until = until;
        }
    }

    /// Opens the gate and gives back what it held.
    pub(in crate::pool) fn open(&mut self) -> VecDeque<(Now, Input<Infallible>)> {
        self.question = None;
        std::mem::take(&mut self.held)
    }

    /// Opens the gate and gives back what had come in when the question was asked. The rest stays
    /// for the next question.
    pub(in crate::pool) fn open_unanswered(&mut self) -> VecDeque<(Now, Input<Infallible>)> {
        let asked = self.question.take().map(|question| question.asked);
        let before = self
            .held
            .partition_point(|(came, _)| asked.is_none_or(|asked| *came <= asked));
        let later = self.held.split_off(before);
        std::mem::replace(&mut self.held, later)
    }

    /// Whether inputs wait for a question that has not been asked yet.
    pub(in crate::pool) fn has_waiting(&self) -> bool {
        !self.held.is_empty()
    }

    /// When the question ends.
    pub(in crate::pool) fn deadline(&self) -> Option<Now> {
        self.question.map(|question| question.until)
    }
}
