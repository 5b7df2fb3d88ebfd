//! What follows from the answers of the partner and of databases.

use node::RequestId;

use super::pass_on::pass_back;
use super::state::{Next, Pending, Surfaces};
use crate::pool::http_client::Outcome;
use crate::pool::turn::Turn;

impl Surfaces {
    /// Takes an outcome that a surface awaits.
    pub(in crate::pool) fn replied(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        outcome: Outcome,
    ) -> Next {
        match self.pending.remove(&id) {
            Some(Pending::List(listing)) => self.listed(turn, listing, outcome),
            Some(Pending::Export(client, owner)) => self.exported(turn, client, &owner, outcome),
            Some(Pending::SignIn(sign_ins)) => {
                return self.sign_in_answered(turn, sign_ins, outcome);
            }
            Some(Pending::PassOn(client)) => pass_back(turn, client, outcome),
            None => {}
        }
        Next::Nothing
    }
}
