//! Agents sign in to groups and out of them. Only a group's parent can tell whether that goes; if
//! that is the partner, it is asked, and has a second to answer.

use std::collections::VecDeque;

use http::Method;
use node::RequestId;
use serde::{Deserialize, Serialize};

use super::core::Core;
use super::requests::{Ask, Outcome, Purpose};
use super::task::Task;
use super::turn::Turn;
use crate::mutant::Mutant;
use crate::store::entry::{Change, Entry, EntryKey};
use crate::store::object::{Kind, PoolName};
use crate::store::record::OwnerState;
use crate::store::sign_in::SignIn;
use crate::web::reply::{self, Refusal};

/// In or out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Direction {
    In,
    Out,
}

/// A group, at the pool that keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Item {
    group: String,
    parent: PoolName,
}

/// An agent's sign-ins, one after the other. What was done stays done if a later one is refused.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    agent: String,
    direction: Direction,
    items: VecDeque<Item>,
    client: RequestId,
}

/// What the partner is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Forwarded {
    agent: String,
    group: String,
    direction: Direction,
}

impl Core {
    /// Signs an agent in to groups, or out of them.
    pub(super) fn sign_in(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        agent: &str,
        direction: Direction,
        items: Vec<Item>,
    ) -> Result<(), Refusal> {
        let batch = Batch {
            agent: agent.to_owned(),
            direction,
            items: items.into(),
            client,
        };
        self.go_on_with(turn, batch);
        Ok(())
    }

    /// The partner asks on behalf of an agent who asked it.
    pub(super) fn sign_in_for_partner(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: Forwarded,
    ) -> Result<(), Refusal> {
        let item = Item {
            group: asked.group,
            parent: self.here().clone(),
        };
        self.sign_in(turn, client, &asked.agent, asked.direction, vec![item])
    }

    fn go_on_with(&mut self, turn: &mut Turn<'_>, batch: Batch) {
        let Some(item) = batch.items.front() else {
            return turn.respond(batch.client, reply::done());
        };
        let partner = self.config.partner.as_ref();
        match partner.filter(|partner| partner.name == item.parent) {
            _ if item.parent == *self.here() => self.enqueue(turn, Task::SignIn(batch)),
            Some(partner) => {
                let ask = Ask {
                    to: partner.http,
                    method: Method::POST,
                    path: "/partner/sign-in",
                    body: &Forwarded {
                        agent: batch.agent.clone(),
                        group: item.group.clone(),
                        direction: batch.direction,
                    },
                    timeout: self.config.timing.forward,
                };
                self.ask(turn, Purpose::SignIn(batch), &ask);
            }
            None => {
                let refusal = Refusal::unknown(format!("{} is no pool here", item.parent));
                turn.respond(batch.client, refusal.response());
            }
        }
    }

    /// The partner has answered, or has not.
    pub(super) fn sign_in_answered(&mut self, turn: &mut Turn<'_>, batch: Batch, outcome: Outcome) {
        match outcome {
            Ok(response) if response.status().is_success() => self.signed_in(turn, batch),
            Ok(response) => turn.respond(batch.client, response),
            Err(_) if self.mutant(Mutant::DeadPoolsSignInGranted) => self.signed_in(turn, batch),
            Err(_) => {
                let parent = batch.items.front().map(|item| item.parent.clone());
                let parent = parent.map(|name| name.0).unwrap_or_default();
                let refusal = Refusal::unavailable(format!("{parent} does not answer"));
                turn.respond(batch.client, refusal.response());
            }
        }
    }

    /// What the next sign-in of a batch changes here.
    pub(super) fn sign_in_changes(&self, batch: &Batch) -> Result<Vec<Change>, Refusal> {
        let Some(item) = batch.items.front() else {
            return Ok(Vec::new());
        };
        let sign_in = self.permitted(&batch.agent, &item.group)?;
        let is_signed_in = self.store.is_signed_in(&sign_in);
        Ok(match (batch.direction, is_signed_in) {
            (Direction::In, false) => vec![Change::Put(Entry::SignIn(sign_in))],
            (Direction::Out, true) => vec![Change::Delete(EntryKey::SignIn(sign_in))],
            (Direction::In, true) | (Direction::Out, false) => Vec::new(),
        })
    }

    /// Whether an agent may sign in to a group that this pool keeps: to its own ones while it is
    /// open, to copies while it does something for them.
    fn permitted(&self, agent: &str, group: &str) -> Result<SignIn, Refusal> {
        let here = self.here();
        let own = self.store.owned(Kind::AgentGroup, group, here);
        let object = own.or_else(|| self.store.named(Kind::AgentGroup, group).next());
        let unknown = || Refusal::unknown(format!("{here} keeps no agent group `{group}`"));
        let object = object.ok_or_else(unknown)?;
        let members = object.agent_group().ok_or_else(unknown)?;
        if !members.agents.iter().any(|member| member == agent) {
            let error = format!("{agent} is no member of `{group}`");
            return Err(Refusal::forbidden(error));
        }
        if object.owner == *here {
            let state = self.record.owner.state;
            let granted =
                state == OwnerState::CallsOnly && self.mutant(Mutant::FailbackGrantsSignIn);
            if !granted {
                self.expect_open()?;
            }
        } else if self.record.owner.state == OwnerState::Fenced
            || self.mutant(Mutant::CopiesRefuseSignIn)
            || !self.record.stand_in.state.shows_copies()
        {
            let error = format!("{here} does not serve the groups of {}", object.owner);
            return Err(Refusal::unavailable(error));
        }
        Ok(SignIn {
            owner: object.owner.clone(),
            group: group.to_owned(),
            agent: agent.to_owned(),
        })
    }

    /// A sign-in is done: the next one.
    pub(super) fn signed_in(&mut self, turn: &mut Turn<'_>, mut batch: Batch) {
        batch.items.pop_front();
        self.hunt_for_all(turn);
        self.go_on_with(turn, batch);
    }

    /// A sign-in is refused, and with it what is left of the batch.
    pub(super) fn sign_in_refused(&mut self, turn: &mut Turn<'_>, batch: Batch, why: &Refusal) {
        turn.respond(batch.client, why.response());
    }
}
