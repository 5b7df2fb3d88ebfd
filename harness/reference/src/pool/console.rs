//! The agent console: which groups an agent has. It is HTTP, and asks for no registration.

use bytes::Bytes;
use node::{Now, RequestId};
use serde::{Deserialize, Serialize};

use super::core::Core;
use super::sign_in::{Direction, Item};
use super::turn::Turn;
use super::web::{no_such_path, parse};
use crate::mutant::Mutant;
use crate::store::agent_group::Participation;
use crate::store::directory::{Directory, Listed};
use crate::store::object::PoolName;
use crate::web::reply::{self, Refusal};

/// A row of the console.
#[derive(Debug, Serialize)]
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
    groups: Vec<Item>,
}

impl Core {
    /// Carries out an operation of the agent console for `agent`, who is authenticated.
    pub(super) fn serve_console(
        &mut self,
        turn: &mut Turn<'_>,
        id: RequestId,
        agent: &str,
        operation: &str,
        body: &Bytes,
    ) -> Result<(), Refusal> {
        let now = turn.now;
        let answer = match operation {
            "IsAgent" => {
                let is_agent = !self.rows(agent, now).is_empty();
                reply::ok(&IsAgent { is_agent })
            }
            "GetAgent" => {
                let user = self.config.user(agent);
                let user = user.ok_or_else(|| Refusal::unknown("there is no such user"))?;
                reply::ok(&Agent {
                    name: agent,
                    home: &user.home,
                    registered: self.bindings.contact(agent, now).is_some(),
                })
            }
            "GetGroups" => reply::ok(&Rows {
                groups: self.rows(agent, now),
            }),
            "SignIn" => return self.sign_in(turn, id, agent, Direction::In, vec![parse(body)?]),
            "SignOut" => return self.sign_in(turn, id, agent, Direction::Out, vec![parse(body)?]),
            "SignInMultiple" => {
                let Several { groups } = parse(body)?;
                return self.sign_in(turn, id, agent, Direction::In, groups);
            }
            "SignOutMultiple" => {
                let Several { groups } = parse(body)?;
                return self.sign_in(turn, id, agent, Direction::Out, groups);
            }
            "CallOnBehalf" => return self.call_on_behalf(turn, id, agent, parse(body)?),
            _ => return Err(no_such_path()),
        };
        turn.respond(id, answer);
        Ok(())
    }

    /// The rows of an agent: of the groups that this pool keeps, and of those that its partner
    /// keeps, as the directories of the two say. So both consoles show the same rows.
    fn rows(&self, agent: &str, now: Now) -> Vec<Row> {
        let own = Directory::of(self.here(), &self.store, &self.record);
        let is_registered = self.bindings.contact(agent, now).is_some();
        let mut rows = Vec::new();
        let mut add = |directory: &Directory, parent: &PoolName| {
            let shown = self.shown(directory, parent);
            let of_agent = shown.filter(|group| group.agents.iter().any(|name| name == agent));
            rows.extend(of_agent.map(|group| row(group, parent, agent, is_registered)));
        };
        add(&own, self.here());
        let hidden = !self.link.is_alive() && self.mutant(Mutant::DeadPartnersGroupsHidden);
        if let Some(partner) = self.config.partner_name().filter(|_| !hidden) {
            add(&self.known.directory, partner);
        }
        rows.sort_by(|a, b| (&a.name, &a.owner, &a.parent).cmp(&(&b.name, &b.owner, &b.parent)));
        rows
    }
}

impl Core {
    /// The groups of a directory that are shown: a pool's own ones always, copies while the pool
    /// does something for them.
    fn shown<'a>(
        &self,
        directory: &'a Directory,
        parent: &'a PoolName,
    ) -> impl Iterator<Item = &'a Listed> {
        let copies = match self.config.mutant {
            Some(Mutant::CopiesAlwaysShown) => true,
            Some(Mutant::CopiesNeverShown) => false,
            _ => directory.stand_in.shows_copies(),
        };
        let groups = directory.groups.iter();
        groups.filter(move |group| group.owner == *parent || copies)
    }
}

/// Who is registered is signed in to informal groups.
fn row(group: &Listed, parent: &PoolName, agent: &str, is_registered: bool) -> Row {
    let by_hand = group.signed_in.iter().any(|name| name == agent);
    let formal = group.participation == Participation::Formal;
    Row {
        name: group.name.clone(),
        owner: group.owner.clone(),
        parent: parent.clone(),
        formal,
        signed_in: by_hand || (!formal && is_registered),
    }
}
