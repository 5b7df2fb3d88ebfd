//! Whether an agent may call on behalf of a group, and which pool does it: the owner while it is
//! open, or the pool that stands in for it and has a copy.

use http::Method;
use node::RequestId;
use serde::{Deserialize, Serialize};
use sip::{SipUri, uri};

use super::calls::on_behalf::OnBehalfCall;
use super::core::Core;
use super::reach::Reach;
use super::requests::{Ask, Outcome, Purpose};
use super::turn::Turn;
use crate::mutant::Mutant;
use crate::store::object::{Kind, Object};
use crate::store::record::{OwnerState, StandInState};
use crate::web::reply::Refusal;

/// What an agent asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    group: String,
    callee: String,
}

/// What the partner is asked for an agent.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedFor {
    agent: String,
    group: String,
    callee: String,
}

impl Core {
    /// Calls on behalf of a group, or has the partner do it.
    pub(super) fn call_on_behalf(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        agent: &str,
        asked: Asked,
    ) -> Result<(), Refusal> {
        let asked = AskedFor {
            agent: agent.to_owned(),
            group: asked.group,
            callee: asked.callee,
        };
        if self.served_here(&asked.group).is_none() && self.is_served_by_partner(&asked.group) {
            return self.ask_partner_to_call(turn, client, &asked);
        }
        self.call_for_partner(turn, client, asked)
    }

    /// Calls on behalf of a group, for an agent who asked here or at the partner.
    pub(super) fn call_for_partner(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: AskedFor,
    ) -> Result<(), Refusal> {
        let disabled = || {
            let error = format!("calls on behalf of `{}` are disabled now", asked.group);
            Refusal::unavailable(error)
        };
        let workflow = self.served_here(&asked.group).ok_or_else(disabled)?;
        if !self.is_member(&asked.agent, workflow) && !self.mutant(Mutant::OnBehalfWithoutCopy) {
            let error = format!("{} is no agent of `{}`", asked.agent, asked.group);
            return Err(Refusal::forbidden(error));
        }
        let callee: SipUri = asked
            .callee
            .parse()
            .unwrap_or_else(|_| uri(&asked.callee, self.config.sip));
        let Reach::At(callee_at) = self.reach_uri(&callee, turn.now) else {
            let error = format!("{} cannot be reached", asked.callee);
            return Err(Refusal::unavailable(error));
        };
        let Reach::At(agent_at) = self.reach(&asked.agent, turn.now) else {
            let error = format!("the phone of {} cannot be reached", asked.agent);
            return Err(Refusal::unavailable(error));
        };
        let asked = OnBehalfCall {
            owner: workflow.owner.clone(),
            group: asked.group,
            agent: asked.agent,
            agent_at,
            callee,
            callee_at,
            client,
        };
        self.begin_on_behalf(turn, asked);
        Ok(())
    }

    /// The workflow on behalf of which this pool may call now.
    fn served_here(&self, group: &str) -> Option<&Object> {
        if let Some(own) = self.store.owned(Kind::Workflow, group, self.here()) {
            return (self.record.owner.state == OwnerState::Open).then_some(own);
        }
        let copy = match self.store.named(Kind::Workflow, group).next() {
            None if self.mutant(Mutant::OnBehalfWithoutCopy) => {
                self.store.objects_of(Kind::Workflow).next()?
            }
            copy => copy?,
        };
        let stands_in = self.record.stand_in.state == StandInState::StandingIn;
        let may = match self.config.mutant {
            Some(Mutant::OnBehalfByAnyCopy) => true,
            Some(Mutant::OnBehalfByOwnerOnly) => false,
            _ => stands_in,
        };
        may.then_some(copy)
    }

    /// Whether the partner may call on behalf of the group now, as far as this pool knows.
    fn is_served_by_partner(&self, group: &str) -> bool {
        let Some((_, state)) = self.live_partner() else {
            return false;
        };
        let is_ours = self
            .store
            .owned(Kind::Workflow, group, self.here())
            .is_some();
        match is_ours {
            true => self
                .known
                .record
                .is_some_and(|record| record.stand_in.state == StandInState::StandingIn),
            false => {
                state == OwnerState::Open
                    && self
                        .known
                        .directory
                        .workflows
                        .iter()
                        .any(|name| name == group)
            }
        }
    }

    /// Whether an agent is in one of the groups that a workflow's queue searches.
    fn is_member(&self, agent: &str, workflow: &Object) -> bool {
        let owner = &workflow.owner;
        let queue = workflow
            .workflow()
            .and_then(|workflow| self.store.referred(Kind::Queue, &workflow.queue, owner));
        let groups = queue
            .and_then(Object::queue)
            .map(|queue| &queue.agent_groups);
        groups.into_iter().flatten().any(|name| {
            let group = self.store.referred(Kind::AgentGroup, name, owner);
            let group = group.and_then(Object::agent_group);
            group.is_some_and(|group| group.agents.iter().any(|member| member == agent))
        })
    }

    fn ask_partner_to_call(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: &AskedFor,
    ) -> Result<(), Refusal> {
        let partner = self.config.partner.as_ref();
        let to = partner
            .map(|partner| partner.http)
            .ok_or_else(|| Refusal::unavailable("there is no partner"))?;
        let ask = Ask {
            to,
            method: Method::POST,
            path: "/partner/call-on-behalf",
            body: asked,
            timeout: self.config.timing.on_behalf,
        };
        self.ask(turn, Purpose::PassOn(client), &ask);
        Ok(())
    }

    /// Gives a client the partner's answer.
    pub(super) fn pass_back(&mut self, turn: &mut Turn<'_>, client: RequestId, outcome: Outcome) {
        let response = outcome
            .unwrap_or_else(|_| Refusal::unavailable("the partner does not answer").response());
        turn.respond(client, response);
    }
}
