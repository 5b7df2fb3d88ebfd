//! Agents sign in to groups and out of them. Only a group's parent can tell whether that goes; if
//! that is the partner, it is asked, and has a second to answer.

use std::time::Duration;

use http::Method;
use node::RequestId;
use serde::{Deserialize, Serialize};

use super::sign_ins::{Direction, GroupAt, SignIns};
use super::state::{Next, Pending, Surfaces, View};
use super::update::Update;
use crate::mutant::Mutant;
use crate::pool::http_client::{HttpRequest, Outcome};
use crate::pool::turn::Turn;
use crate::store::entry::{Change, Entry, EntryKey};
use crate::store::object::{Kind, Object};
use crate::store::record::OwnerState;
use crate::store::sign_in::SignIn;
use crate::variant::Variant;
use crate::web::reply::{self, Refusal};

/// What the partner is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInRequest {
    agent: String,
    group: String,
    direction: Direction,
}

impl Surfaces {
    /// Signs an agent in to groups, or out of them.
    pub(super) fn sign_in(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        agent: &str,
        direction: Direction,
        groups: Vec<GroupAt>,
    ) -> Next {
        let sign_ins = SignIns {
            agent: agent.to_owned(),
            direction,
            groups: groups.into(),
            client,
        };
        self.begin_next(turn, sign_ins)
    }

    /// The partner asks on behalf of an agent who asked it.
    pub(super) fn sign_in_for_partner(
        &mut self,
        turn: &mut Turn<'_>,
        client: RequestId,
        asked: SignInRequest,
    ) -> Next {
        let at = GroupAt {
            group: asked.group,
            parent: self.config.name.clone(),
        };
        self.sign_in(turn, client, &asked.agent, asked.direction, vec![at])
    }

    /// A sign-in is done: the next one.
    pub(in crate::pool) fn continue_sign_in(
        &mut self,
        turn: &mut Turn<'_>,
        mut sign_ins: SignIns,
    ) -> Next {
        sign_ins.groups.pop_front();
        self.begin_next(turn, sign_ins)
    }

    fn begin_next(&mut self, turn: &mut Turn<'_>, sign_ins: SignIns) -> Next {
        let Some(at) = sign_ins.groups.front() else {
            turn.respond(sign_ins.client, reply::done());
            return Next::Nothing;
        };
        if at.parent == self.config.name {
            return Next::Update(Update::SignIn(sign_ins));
        }
        let partner = self.config.partner.as_ref();
        match partner.filter(|partner| partner.name == at.parent) {
            Some(partner) => {
                let id = turn.request(&HttpRequest {
                    to: partner.http,
                    method: Method::POST,
                    path: "/partner/sign-in",
                    body: &SignInRequest {
                        agent: sign_ins.agent.clone(),
                        group: at.group.clone(),
                        direction: sign_ins.direction,
                    },
                    timeout: self.config.timing.forward,
                });
                self.pending.insert(id, Pending::SignIn(sign_ins));
            }
            None => {
                let refusal = Refusal::unknown(format!("{} is no pool here", at.parent));
                turn.respond(sign_ins.client, refusal.response());
            }
        }
        Next::Nothing
    }

    /// The partner has answered, or has not.
    pub(super) fn sign_in_answered(
        &self,
        turn: &mut Turn<'_>,
        sign_ins: SignIns,
        outcome: Outcome,
    ) -> Next {
        match outcome {
            Ok(response) if response.status().is_success() => Next::SignedIn(sign_ins),
            Ok(response) => {
                turn.respond(sign_ins.client, response);
                Next::Nothing
            }
            Err(_) if self.grants_unanswered(&sign_ins.agent) => Next::SignedIn(sign_ins),
            Err(_) => {
                let parent = sign_ins.groups.front().map(|at| at.parent.clone());
                let parent = parent.map(|name| name.0).unwrap_or_default();
                let refusal = Refusal::unavailable(format!("{parent} does not answer"));
                turn.respond(sign_ins.client, refusal.response());
                Next::Nothing
            }
        }
    }

    /// What the next sign-in of a sign_ins changes here.
    pub(super) fn sign_in_changes(
        &self,
        view: View<'_>,
        sign_ins: &SignIns,
    ) -> Result<Vec<Change>, Refusal> {
        let Some(at) = sign_ins.groups.front() else {
            return Ok(Vec::new());
        };
        let sign_in = self.permitted(view, sign_ins, &at.group)?;
        let store = view.storage.store();
        let is_signed_in = store.is_signed_in(&sign_in);
        match (sign_ins.direction, self.config.mutant) {
            (Direction::In, Some(Mutant::SignInSignsInToAll)) => {
                let all = store.formal_groups_of(&sign_ins.agent);
                return Ok(all.map(|one| Change::Put(Entry::SignIn(one))).collect());
            }
            (Direction::Out, Some(Mutant::SignOutsIgnored)) => return Ok(Vec::new()),
            (Direction::Out, Some(Mutant::SignOutSignsOutOfAll)) => {
                let all = store.formal_groups_of(&sign_ins.agent);
                let all = all.filter(|one| store.is_signed_in(one));
                return Ok(all
                    .map(|one| Change::Delete(EntryKey::SignIn(one)))
                    .collect());
            }
            _ => {}
        }
        Ok(match (sign_ins.direction, is_signed_in) {
            (Direction::In, true) if self.config.varies(Variant::RefusesSecondSignIn) => {
                return Err(Refusal::conflict("the agent is signed in already"));
            }
            (Direction::In, false) => vec![Change::Put(Entry::SignIn(sign_in))],
            (Direction::Out, true) => vec![Change::Delete(EntryKey::SignIn(sign_in))],
            (Direction::In, true) | (Direction::Out, false) => Vec::new(),
        })
    }

    /// Whether an agent may sign in to a group that this pool keeps, or out of it: its own ones while it is
    /// open, copies while it does something for them.
    fn permitted(
        &self,
        view: View<'_>,
        sign_ins: &SignIns,
        group: &str,
    ) -> Result<SignIn, Refusal> {
        let agent = sign_ins.agent.as_str();
        let here = &self.config.name;
        let own = view.storage.store().owned(Kind::AgentGroup, group, here);
        let object = own.or_else(|| view.storage.store().named(Kind::AgentGroup, group).next());
        let unknown = || Refusal::unknown(format!("{here} keeps no agent group `{group}`"));
        let object = object.ok_or_else(unknown)?;
        let members = object.agent_group().ok_or_else(unknown)?;
        if !members.agents.iter().any(|member| member == agent)
            && !self.config.has(Mutant::OutsidersSignIn)
        {
            let error = format!("{agent} is no member of `{group}`");
            return Err(Refusal::forbidden(error));
        }
        if object.owner == *here {
            let signs_out =
                sign_ins.direction == Direction::Out && self.config.has(Mutant::ClosedPoolSignsOut);
            if !signs_out && !self.grants_closed(view, agent, group) {
                view.serving.expect_open(view.storage)?;
            }
            let is_refused = match self.config.mutant {
                Some(Mutant::RestoredOwnerRefusesOwnUsers) => {
                    view.serving.was_superseded() && self.is_homed_here(agent)
                }
                Some(Mutant::PartnersUsersRefused) => !self.is_homed_here(agent),
                _ => false,
            };
            if is_refused {
                let error = format!("{here} does not know {agent}");
                return Err(Refusal::unavailable(error));
            }
        } else if view.serving.record().owner.state == OwnerState::Fenced
            || self.config.has(Mutant::CopiesRefuseSignIn)
            || self.config.has(Mutant::StandInSignsOwnUsersIn) && !self.is_homed_here(agent)
            || !view.serving.record().stand_in.state.shows_copies()
                && !self.config.has(Mutant::CopiesSignInAtAnyTime)
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

    /// Whether a sign-in that the partner does not answer is granted, as only mutants do.
    fn grants_unanswered(&self, agent: &str) -> bool {
        match self.config.mutant {
            Some(Mutant::DeadPoolsSignInGranted) => true,
            Some(Mutant::DeadPoolsUsersSignedIn) => !self.is_homed_here(agent),
            _ => false,
        }
    }

    /// Whether an agent may sign in to the pool's own groups although it is not open, as only
    /// mutants let them.
    fn grants_closed(&self, view: View<'_>, agent: &str, group: &str) -> bool {
        let state = view.serving.record().owner.state;
        let has_been_fenced = |millis| {
            view.serving
                .has_been(OwnerState::Fenced, Duration::from_millis(millis))
        };
        match self.config.mutant {
            Some(Mutant::FenceTiresOfSignIns) => has_been_fenced(4_500),
            Some(Mutant::LongFenceGrantsSignIn) => has_been_fenced(30_000),
            Some(Mutant::FailbackGrantsSignIn) => state == OwnerState::CallsOnly,
            Some(Mutant::FailbackGrantsSignInToAnonymous) => {
                let mut workflows = view.storage.store().named(Kind::Workflow, group);
                state == OwnerState::CallsOnly && workflows.any(Object::is_anonymous)
            }
            Some(Mutant::FencedPoolGrantsSignIn) => state == OwnerState::Fenced,
            Some(Mutant::ClosedPoolSignsOwnUsersIn) => self.is_homed_here(agent),
            _ => false,
        }
    }

    fn is_homed_here(&self, agent: &str) -> bool {
        let user = self.config.user(agent);
        user.is_some_and(|user| user.home == self.config.name)
    }
}
