//! Answers to the pool's own requests: each is for the part that awaits it.

use node::RequestId;

use super::parts::Parts;
use crate::pool::http_client::Outcome;
use crate::pool::serving::{Answered, Heartbeat};
use crate::pool::turn::Turn;

impl Parts {
    /// Takes the outcome of a request. If it was a heartbeat: whether the partner is there.
    pub(in crate::pool) fn reply(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outcome: Outcome,
    ) -> Option<bool> {
        if self.storage.awaits(id) {
            if let Some(exchanged) = self.storage.replied(turn, outcome) {
                self.exchanged(turn, exchanged);
            }
        } else if self.serving.awaits(id) {
            match self.serving.replied(turn, id, outcome) {
                Answered::Heartbeat(heartbeat) => {
                    return Some(self.heartbeat_answered(turn, heartbeat));
                }
                Answered::NoHeartbeat => return Some(false),
                Answered::Update(update) => self.enqueue(turn, update.into()),
                Answered::Nothing => {}
            }
        } else if self.surfaces.awaits(id) {
            let next = self.surfaces.replied(turn, id, outcome);
            self.carry_out(turn, next);
        } else {
            return None;
        }
        self.signal(turn);
        None
    }

    /// Takes the answer to a heartbeat; whether it says who serves what.
    fn heartbeat_answered(&mut self, turn: &mut Turn<'_>, heartbeat: Heartbeat) -> bool {
        let knows_itself = heartbeat.has_record();
        self.learn(turn, heartbeat).is_ok() && knows_itself
    }
}
