//! What the partner is asked to do for a client, and its answer.

use node::RequestId;
use serde::Serialize;

use super::state::{Pending, Surfaces};
use crate::pool::http_client::{HttpRequest, Outcome};
use crate::pool::turn::Turn;
use crate::web::reply::Refusal;

impl Surfaces {
    /// Has the partner do what a client asked for.
    pub(super) fn pass_on<T: Serialize>(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        request: &HttpRequest<'_, T>,
    ) {
        let id = turn.request(request);
        self.pending.insert(id, Pending::PassOn(client));
    }
}

/// Gives a client the partner's answer.
pub(super) fn pass_back(turn: &mut Turn<'_>, client: RequestId, outcome: Outcome) {
    let response =
        outcome.unwrap_or_else(|_| Refusal::unavailable("the partner does not answer").response());
    turn.respond(client, response);
}
