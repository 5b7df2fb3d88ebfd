//! The agent console: which groups an agent has. It is HTTP, and asks for no registration.

use bytes::Bytes;
use node::{Now, RequestId};
use serde::{Deserialize, Serialize};

use super::sign_ins::{Direction, GroupAt};
use super::state::{Next, Surfaces, View};
use crate::mutant::Mutant;
use crate::pool::turn::Turn;
use crate::store::agent_group::Participation;
use crate::store::directory::{Directory, Listed};
use crate::store::object::PoolName;
use crate::store::record::Epoch;
use crate::store::record::StandInState;
use crate::web::reply::{self, Refusal, no_such_path, parse};

/// A row of the console.
#[derive(Clone, Debug, Serialize)]
struct Row {
    name: String,
    owner: PoolName,
    parent: PoolName,
    formal: bool,
    signed_in: bool,
}

#[derive(Serialize)]
struct Rows {
    groups: Vec<Row>,
}

#[derive(Serialize)]
struct IsAgent {
    is_agent: bool,
}

#[derive(Serialize)]
struct Agent<'a> {
    name: &'a str,
    home: &'a PoolName,
    registered: bool,
}

/// Several groups at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Several {
    groups: Vec<GroupAt>,
}

impl Surfaces {
    /// Carries out an operation of the agent console for `agent`, who is authenticated.
    pub(super) fn serve_console(
        &mut self,
        turn: &mut Turn<'_>,
        view: View<'_>,
        id: RequestId,
        agent: &str,
        operation: &str,
        body: &Bytes,
    ) -> Result<Next, Refusal> {
        let now = turn.now;
        let answer = match operation {
            "IsAgent" => {
                let is_agent = !self.rows(view, agent, now).is_empty();
                reply::ok(&IsAgent { is_agent })
            }
            "GetAgent" => {
                let user = self.config.user(agent);
                let user = user.ok_or_else(|| Refusal::unknown("there is no such user"))?;
                reply::ok(&Agent {
                    name: agent,
                    home: &user.home,
                    registered: view.registrar.is_registered(agent, now),
                })
            }
            "GetGroups" => reply::ok(&Rows {
                groups: self.rows(view, agent, now),
            }),
            "SignIn" => {
                let groups = vec![parse(body)?];
                return Ok(self.sign_in(turn, id, agent, Direction::In, groups));
            }
            "SignOut" => {
                let groups = vec![parse(body)?];
                return Ok(self.sign_in(turn, id, agent, Direction::Out, groups));
            }
            "SignInMultiple" => {
                let Several { groups } = parse(body)?;
                return Ok(self.sign_in(turn, id, agent, Direction::In, groups));
            }
            "SignOutMultiple" => {
                let Several { groups } = parse(body)?;
                return Ok(self.sign_in(turn, id, agent, Direction::Out, groups));
            }
            "CallOnBehalf" => return self.call_on_behalf(turn, view, id, agent, parse(body)?),
            _ => return Err(no_such_path()),
        };
        turn.respond(id, answer);
        Ok(Next::Nothing)
    }

    /// The rows of an agent: of the groups that this pool keeps, and of those that its partner
    /// keeps, as the directories of the two say. So both consoles show the same rows.
    fn rows(&self, view: View<'_>, agent: &str, now: Now) -> Vec<Row> {
        let own = match self.seen.front() {
            Some((_, own, _)) => own.clone(),
            None => view.serving.directory(view.storage.store()),
        };
        let partners = match self.seen.front() {
            Some((_, _, partners)) => partners,
            None => view.serving.partners_directory(),
        };
        let stands_in = view.serving.record().stand_in.state == StandInState::StandingIn;
        let is_ignored = match self.config.mutant {
            Some(Mutant::InformalGroupsShownSignedOut) => true,
            Some(Mutant::StandInShowsInformalSignedOut) => stands_in,
            _ => false,
        };
        let is_registered = view.registrar.is_registered(agent, now) && !is_ignored
            || self.config.has(Mutant::InformalGroupsShownSignedIn);
        let mut rows = Vec::new();
        let mut add = |directory: &Directory, parent: &PoolName| {
            let shown = self.shown(view, directory, parent);
            let of_agent = shown.filter(|group| {
                is_member(group, agent) || self.config.has(Mutant::ConsoleShowsOthersGroups)
            });
            rows.extend(of_agent.map(|group| row(group, parent, agent, is_registered)));
        };
        add(&own, &self.config.name);
        let hidden =
            !view.serving.is_partner_alive() && self.config.has(Mutant::DeadPartnersGroupsHidden);
        if let Some(partner) = self.config.partner_name().filter(|_| !hidden) {
            add(partners, partner);
        }
        self.misshow(&mut rows, || {
            let here = &self.config.name;
            let formal = own.groups.iter().filter(|group| is_formal(group));
            let outside = formal.filter(|group| group.owner == *here);
            let outside = outside.map(|group| row(group, &self.config.name, agent, is_registered));
            outside.collect()
        });
        rows.sort_by(|a, b| (&a.name, &a.owner, &a.parent).cmp(&(&b.name, &b.owner, &b.parent)));
        rows
    }
}

impl Surfaces {
    /// The groups of a directory that are shown: a pool's own ones always, copies while the pool
    /// does something for them.
    fn shown<'a>(
        &self,
        view: View<'_>,
        directory: &'a Directory,
        parent: &'a PoolName,
    ) -> impl Iterator<Item = &'a Listed> {
        let copies = match self.config.mutant {
            Some(Mutant::CopiesAlwaysShown) => true,
            Some(Mutant::CopiesNeverShown) => false,
            Some(mutant) if self.shows_copies_wrongly(view, mutant) => true,
            _ => directory.stand_in.shows_copies(),
        };
        let groups = directory.groups.iter();
        groups.filter(move |group| group.owner == *parent || copies)
    }

    /// Whether a mutant shows copies now, whatever the pool does for them.
    fn shows_copies_wrongly(&self, view: View<'_>, mutant: Mutant) -> bool {
        let has_stood_in = view.serving.record().stand_in.epoch > Epoch::default();
        match mutant {
            Mutant::DeadPartnersCopiesShown => !view.serving.is_partner_alive(),
            Mutant::LivePartnersCopiesShown => view.serving.is_partner_alive(),
            Mutant::CopiesShownBeforeFailover => !has_stood_in,
            Mutant::CopiesShownAfterFailback => has_stood_in,
            _ => false,
        }
    }
}

impl Surfaces {
    /// What mutants make of an agent's rows; `formal` are those of this pool's formal groups, whoever
    /// is in them.
    fn misshow(&self, rows: &mut Vec<Row>, formal: impl FnOnce() -> Vec<Row>) {
        match self.config.mutant {
            Some(Mutant::ConsoleShowsGroupTwice) => rows.extend(rows.first().cloned()),
            Some(Mutant::ConsoleShowsFourRows) => rows.truncate(4),
            Some(Mutant::OutsidersSeeFormalGroups) if !rows.iter().any(|row| row.formal) => {
                rows.extend(formal());
            }
            Some(Mutant::PartnersMarksForgotten) => {
                let here = &self.config.name;
                let partners = rows.iter_mut().filter(|row| row.parent != *here);
                partners.for_each(|row| row.signed_in &= !row.formal);
            }
            _ => {}
        }
    }
}

fn is_member(group: &Listed, agent: &str) -> bool {
    group.agents.iter().any(|name| name == agent)
}

fn is_formal(group: &Listed) -> bool {
    group.participation == Participation::Formal
}

/// Who is registered is signed in to informal groups.
fn row(group: &Listed, parent: &PoolName, agent: &str, is_registered: bool) -> Row {
    let by_hand = group.signed_in.iter().any(|name| name == agent);
    let formal = is_formal(group);
    Row {
        name: group.name.clone(),
        owner: group.owner.clone(),
        parent: parent.clone(),
        formal,
        signed_in: by_hand || (!formal && is_registered),
    }
}
