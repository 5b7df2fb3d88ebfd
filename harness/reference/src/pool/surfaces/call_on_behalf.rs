//! Whether an agent may call on behalf of a group, and which pool does it: the owner while it is
//! open, or the pool that stands in for it and has a copy.

use std::time::Duration;

use http::Method;
use node::RequestId;
use serde::{Deserialize, Serialize};

use super::state::{Next, Surfaces, View};
use crate::mutant::Mutant;
use crate::pool::calls::OnBehalfCall;
use crate::pool::http_client::HttpRequest;
use crate::pool::location::Reach;
use crate::pool::turn::Turn;
use crate::recognition::ON_BEHALF;
use crate::store::cache::Store;
use crate::store::object::{Kind, Object};
use crate::store::record::{Epoch, OwnerState, StandInState};
use crate::web::reply::Refusal;

/// What an agent asks for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnBehalf {
    group: String,
    callee: String,
}

/// What the partner is asked for an agent.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallRequest {
    agent: String,
    group: String,
    callee: String,
}

impl Surfaces {
    /// Calls on behalf of a group, or has the partner do it.
    pub(super) fn call_on_behalf(
        &mut self,
        turn: &mut Turn<'_>,
        view: View<'_>,
        client: RequestId,
        agent: &str,
        asked: OnBehalf,
    ) -> Result<Next, Refusal> {
        let asked = CallRequest {
            agent: agent.to_owned(),
            group: asked.group,
            callee: asked.callee,
        };
        if self.served_here(view, &asked).is_none() && self.is_served_by_partner(view, &asked.group)
        {
            return self.ask_partner_to_call(turn, client, &asked);
        }
        self.place_call(turn, view, client, asked)
    }

    /// Calls on behalf of a group, for an agent who asked here or at the partner.
    pub(super) fn place_call(
        &mut self,
        turn: &Turn<'_>,
        view: View<'_>,
        client: RequestId,
        asked: CallRequest,
    ) -> Result<Next, Refusal> {
        let disabled = || {
            let error = format!("calls on behalf of `{}` are disabled now", asked.group);
            Refusal::unavailable(error)
        };
        let workflow = self.served_here(view, &asked).ok_or_else(disabled)?;
        if !is_member(view.storage.store(), &asked.agent, workflow)
            && !self.config.has(Mutant::OnBehalfWithoutCopy)
        {
            let error = format!("{} is no agent of `{}`", asked.agent, asked.group);
            return Err(Refusal::forbidden(error));
        }
        let callee = view.location.uri_of(&asked.callee);
        let Reach::At(callee_at) = view.location.reach_uri(&callee, turn.now) else {
            let error = format!("{} cannot be reached", asked.callee);
            return Err(Refusal::unavailable(error));
        };
        if self.minds(view, workflow, &asked.agent) {
            return Err(disabled());
        }
        let Reach::At(agent_at) = view.location.reach(&asked.agent, turn.now) else {
            let error = format!("the phone of {} cannot be reached", asked.agent);
            return Err(Refusal::unavailable(error));
        };
        let call = OnBehalfCall {
            owner: workflow.owner.clone(),
            group: asked.group,
            agent: asked.agent,
            agent_at,
            callee,
            callee_at,
            client,
        };
        Ok(Next::Call(Box::new(call)))
    }

    /// Whether a mutant minds for which group it is, or who asks.
    fn minds(&self, view: View<'_>, workflow: &Object, agent: &str) -> bool {
        match self.config.mutant {
            Some(Mutant::OnBehalfOfRegularGroupsOnly) => workflow.is_anonymous(),
            Some(Mutant::OnBehalfOfInformalGroupsOnly) => {
                let store = view.storage.store();
                let mut formal = store.formal_groups_of(agent);
                formal.any(|formal| formal.group == workflow.name)
            }
            Some(Mutant::OnBehalfByOwnUsersOnly) => self.is_partners_user(agent),
            Some(Mutant::RestoredOwnerRefusesOwnUsersCalls) => {
                view.serving.was_superseded() && !self.is_partners_user(agent)
            }
            _ => false,
        }
    }

    fn is_partners_user(&self, agent: &str) -> bool {
        let user = self.config.user(agent);
        user.is_some_and(|user| user.home != self.config.name)
    }

    /// The workflow on behalf of which this pool may call now.
    fn served_here<'a>(&self, view: View<'a>, asked: &CallRequest) -> Option<&'a Object> {
        let group = asked.group.as_str();
        let store = view.storage.store();
        if let Some(own) = store.owned(Kind::Workflow, group, &self.config.name) {
            let may = match view.serving.record().owner.state {
                OwnerState::Open => {
                    let restored = view.serving.was_superseded();
                    let has_stood_in = view.serving.record().stand_in.epoch > Epoch::default();
                    match self.config.mutant {
                        Some(Mutant::RestoredOwnerNeverOnBehalf) => !restored,
                        Some(Mutant::StoodInNeverOnBehalf) => !has_stood_in,
                        _ => true,
                    }
                }
                state @ OwnerState::CallsOnly => match self.config.mutant {
                    Some(Mutant::FailbackCallsOnBehalf) => true,
                    Some(Mutant::FailbackCallsOnBehalfOfAnonymous) => own.is_anonymous(),
                    Some(Mutant::FailbackCallsOnBehalfLate) => {
                        view.serving.has_been(state, Duration::from_millis(3_500))
                    }
                    _ => false,
                },
                OwnerState::Fenced => {
                    self.config.has(Mutant::FenceCallsOnBehalfOfAnonymous) && own.is_anonymous()
                }
            };
            return may.then_some(own);
        }
        let copy = match store.named(Kind::Workflow, group).next() {
            None if self.config.has(Mutant::OnBehalfWithoutCopy) => {
                store.objects_of(Kind::Workflow).next()?
            }
            copy => copy?,
        };
        let stands_in = view.serving.record().stand_in.state == StandInState::StandingIn;
        let may = match self.config.mutant {
            Some(Mutant::OnBehalfByAnyCopy) => true,
            Some(Mutant::OnBehalfByAnyAnonymousCopy) if copy.is_anonymous() => true,
            Some(Mutant::OnlyKnownAgentsRefused) if !ON_BEHALF.contains(&asked.agent.as_str()) => {
                true
            }
            Some(Mutant::OnBehalfByOwnerOnly) => false,
            Some(Mutant::OnBehalfOfLivePartnersCopies) => {
                stands_in || view.serving.is_partner_alive()
            }
            _ => stands_in,
        };
        may.then_some(copy)
    }

    /// Whether the partner may call on behalf of the group now, as far as this pool knows.
    fn is_served_by_partner(&self, view: View<'_>, group: &str) -> bool {
        let Some((_, state)) = view.serving.live_partner() else {
            return false;
        };
        let store = view.storage.store();
        let is_ours = store.owned(Kind::Workflow, group, &self.config.name);
        match is_ours.is_some() {
            true => view
                .serving
                .partners_record()
                .is_some_and(|record| record.stand_in.state == StandInState::StandingIn),
            false => state == OwnerState::Open && view.serving.is_partners_workflow(group),
        }
    }

    fn ask_partner_to_call(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: &CallRequest,
    ) -> Result<Next, Refusal> {
        let partner = self.config.partner.as_ref();
        let to = partner
            .map(|partner| partner.http)
            .ok_or_else(|| Refusal::unavailable("there is no partner"))?;
        let request = HttpRequest {
            to,
            method: Method::POST,
            path: "/partner/call-on-behalf",
            body: asked,
            timeout: self.config.timing.on_behalf,
        };
        self.pass_on(turn, client, &request);
        Ok(Next::Nothing)
    }
}

/// Whether an agent is in one of the groups that a workflow's queue searches.
fn is_member(store: &Store, agent: &str, workflow: &Object) -> bool {
    let owner = &workflow.owner;
    let queue = workflow
        .workflow()
        .and_then(|workflow| store.referred(Kind::Queue, &workflow.queue, owner));
    let groups = queue
        .and_then(Object::queue)
        .map(|queue| &queue.agent_groups);
    groups.into_iter().flatten().any(|name| {
        let group = store.referred(Kind::AgentGroup, name, owner);
        let group = group.and_then(Object::agent_group);
        group.is_some_and(|group| group.agents.iter().any(|member| member == agent))
    })
}
