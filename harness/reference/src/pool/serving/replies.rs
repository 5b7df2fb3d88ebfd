//! What follows from the partner's answers.

use node::RequestId;

use super::heartbeat::{self, Heartbeat};
use super::state::{Pending, Serving};
use super::update::Update;
use crate::pool::http_client::Outcome;
use crate::pool::turn::Turn;

/// What follows from an answer of the partner.
pub(in crate::pool) enum Answered {
    /// It has answered a heartbeat.
    Heartbeat(Heartbeat),
    /// It has not, or not as it should.
    NoHeartbeat,
    /// Failback goes on with this.
    Update(Update),
    /// Nothing.
    Nothing,
}

impl Serving {
    /// Takes an outcome that it awaits.
    pub(in crate::pool) fn replied(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outcome: Outcome,
    ) -> Answered {
        match self.pending.remove(&id) {
            Some(Pending::Heartbeat) => {
                heartbeat::read(turn, outcome).map_or(Answered::NoHeartbeat, Answered::Heartbeat)
            }
            Some(Pending::AskToTakeCalls(job)) => match self.has_taken_step(turn, job, outcome) {
                true => Answered::Update(Update::BeginFailback(job)),
                false => Answered::Nothing,
            },
            Some(Pending::TellToOpen(job)) => match self.has_taken_step(turn, job, outcome) {
                true => Answered::Update(Update::CompleteFailback(job)),
                false => Answered::Nothing,
            },
            None => Answered::Nothing,
        }
    }
}
