//! A plan, drawn: who plays which role, what is written, in which order things are known, and when they
//! are done.

use std::collections::{BTreeMap, BTreeSet};

use model::directory::{Directory, Listed};
use model::drawn::Drawn;
use model::programme::{Act, Programme};
use model::{Topology, repetition};

use crate::hours;
use crate::load;
use crate::lots::Lots;
use crate::names::Names;
use crate::order;
use crate::plan::Plan;
use crate::random;
use crate::values;

impl Plan {
    /// The same plan, as it is drawn for a walk of a run with this seed: for its repetition `number`,
    /// from 1, which has the seed that many further. Names are of a target's `directory`, as far as that says
    /// any. It is drawn before it is brought to a target's pace: nothing else that is drawn depends on the target.
    #[must_use]
    pub fn drawn_by(mut self, seed: u64, number: u32, directory: &Directory) -> Plan {
        let seed = repetition::seed(seed, number);
        if let Some(random) = self.walk.random {
            let mut lots = Lots::of(seed, &format!("what is done in {}", self.walk.walk));
            let (walk, topology) = (&self.walk, &self.topology);
            random::add(random, walk, topology, &mut self.programme, &mut lots);
        }
        let mut lots = Lots::of(seed, &self.walk.walk);
        let drawn = Drawn {
            names: names(&self.topology, &mut lots, directory),
            values: values::draw(written(&self.programme), &mut lots),
            load: Vec::new(),
        };
        cast(&mut self.topology, &drawn);
        order::shuffle(&mut self.topology, &mut lots);
        for steps in self.programme.stages.values_mut() {
            for step in steps.iter_mut() {
                recast(&mut step.act, &drawn);
            }
            hours::shift(steps, &mut lots);
        }
        let after = &mut self.programme.after;
        for step in after.iter_mut() {
            recast(&mut step.act, &drawn);
        }
        hours::shift(after, &mut lots);
        self.drawn = drawn;
        if let Some(load) = &self.walk.load {
            let mut lots = Lots::of(seed, &format!("the load of {}", self.walk.walk));
            self.drawn.load = load::people(load, &mut lots, directory, &self.drawn);
        }
        self
    }
}

/// Who plays which role.
fn names(topology: &Topology, lots: &mut Lots, directory: &Directory) -> BTreeMap<String, String> {
    let agents = topology.agents.iter();
    let agents = agents.map(|agent| (agent.name.as_str(), Listed::Agents(agent.home)));
    let callers = topology.caller_names().map(|name| (name, Listed::Callers));
    let callees = topology.callees.iter();
    let callees = callees.map(|name| (name.as_str(), Listed::Callees));
    let groups = topology.groups.iter();
    let groups = groups.map(|group| (group.name.as_str(), Listed::Groups(group.owner)));
    let roles: Vec<(&str, Listed)> = agents.chain(callers).chain(callees).chain(groups).collect();
    let hosts = topology.host_names().map(|host| host.word().to_owned());
    let avoided = roles.iter().map(|(role, _)| (*role).to_owned());
    let mut names = Names::drawn_by(lots, avoided.chain(hosts), directory);
    let roles = roles.into_iter();
    let mut drawn: BTreeMap<String, String> = roles
        .map(|(role, listed)| (role.to_owned(), names.next(listed)))
        .collect();
    for (number, telephone) in (2..).zip(&topology.telephones) {
        let name = format!("{}.{number}", drawn[&telephone.of]);
        drawn.insert(telephone.name.clone(), name);
    }
    drawn
}

/// All that is written into groups.
fn written(programme: &Programme) -> BTreeSet<&str> {
    let steps = programme.stages.values().flatten();
    steps
        .filter_map(|step| match &step.act {
            Act::Modify { value, .. } => Some(value.as_str()),
            _ => None,
        })
        .collect()
}

/// Puts names in the place of a topology's roles.
fn cast(topology: &mut Topology, drawn: &Drawn) {
    let agents = topology.agents.iter_mut().map(|agent| &mut agent.name);
    let callers = topology.callers.iter_mut().map(|caller| &mut caller.name);
    let callees = topology.callees.iter_mut();
    agents
        .chain(callers)
        .chain(callees)
        .for_each(|name| play(name, drawn));
    for telephone in &mut topology.telephones {
        play(&mut telephone.name, drawn);
        play(&mut telephone.of, drawn);
    }
    for group in &mut topology.groups {
        play(&mut group.name, drawn);
        for member in &mut group.members {
            play(member, drawn);
        }
    }
}

/// Puts names in the place of the roles in what is done, and drawn words in that of those written.
fn recast(act: &mut Act, drawn: &Drawn) {
    match act {
        Act::Call { by, to, .. } => {
            play(by, drawn);
            play(to, drawn);
        }
        Act::HangUp { by } | Act::Hold { by } | Act::Resume { by, .. } => play(by, drawn),
        Act::Behave { agent, .. } | Act::GetGroups { agent, .. } => play(agent, drawn),
        Act::Register { telephone }
        | Act::Unregister { telephone }
        | Act::LetExpire { telephone } => play(telephone, drawn),
        Act::List { .. } => {}
        Act::Modify { group, value, .. } => {
            play(group, drawn);
            if let Some(word) = drawn.values.get(value.as_str()) {
                word.clone_into(value);
            }
        }
        Act::SignIn { agent, group, .. }
        | Act::SignOut { agent, group, .. }
        | Act::Intrude { agent, group, .. } => {
            play(agent, drawn);
            play(group, drawn);
        }
        Act::CallOnBehalf {
            agent,
            group,
            callee,
            ..
        } => {
            play(agent, drawn);
            play(group, drawn);
            play(callee, drawn);
        }
    }
}

fn play(role: &mut String, drawn: &Drawn) {
    *role = drawn.name(role).to_owned();
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{from_value, json};

    use super::*;

    pub(crate) fn plan() -> Plan {
        let walk = json!({
            "walk": "walk", "about": "", "labs": ["sim"], "topology": "small",
            "programme": "programme", "imports": "none", "judges": ["*"],
        });
        let topology = json!({
            "topology": "small", "about": "",
            "agents": [
                { "name": "paul", "home": "primary" },
                { "name": "pia", "home": "primary" },
                { "name": "ben", "home": "backup" },
            ],
            "callers": [{ "name": "rita" }, { "name": "bart", "asks-first": "backup" }],
            "callees": ["carol"],
            "telephones": [{ "name": "paul-2", "of": "paul" }],
            "groups": [
                { "name": "sales", "owner": "primary", "calls": "regular", "routing": "serial",
                  "members": ["paul", "pia", "ben"] },
                { "name": "desk", "owner": "backup", "calls": "anonymous", "members": ["ben"] },
            ],
        });
        let programme = json!({
            "programme": "programme", "about": "",
            "stages": { "healthy": [
                { "at": "1s", "do": { "call": { "by": "rita", "to": "sales", "for": "2s" } } },
                { "at": "1s", "do": { "modify": { "at": "primary", "surface": "shell",
                    "group": "sales", "parent": "primary", "value": "healthy" } } },
                { "at": "2s", "do": { "modify": { "at": "backup", "surface": "shell",
                    "group": "desk", "parent": "backup", "value": "healthy" } } },
                { "at": "3s", "do": { "call-on-behalf": { "agent": "paul", "group": "sales",
                    "callee": "carol" } } },
                { "at": "4s", "do": { "unregister": { "telephone": "paul-2" } } },
            ] },
        });
        Plan {
            walk: from_value(walk).unwrap(),
            topology: from_value(topology).unwrap(),
            programme: from_value(programme).unwrap(),
            drawn: Drawn::default(),
            provisioning: Vec::new(),
        }
    }

    #[test]
    fn a_telephone_is_called_after_its_agent() {
        let Plan {
            topology,
            programme,
            drawn,
            ..
        } = plan().drawn_by(1, 1, &Directory::default());
        let [telephone] = &topology.telephones[..] else {
            unreachable!("it has one");
        };
        assert_eq!(telephone.of, drawn.name("paul"));
        assert_eq!(telephone.name, format!("{}.2", telephone.of));
        let last = programme.stages.values().flatten().next_back().unwrap();
        let telephone = telephone.name.clone();
        assert_eq!(last.act, Act::Unregister { telephone });
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_something_else() {
        let drawn = |seed, number| plan().drawn_by(seed, number, &Directory::default());
        assert_eq!(drawn(1, 1), drawn(1, 1));
        assert_ne!(drawn(1, 1), drawn(2, 1));
        assert_eq!(drawn(1, 2), drawn(2, 1));
    }

    #[test]
    fn what_is_drawn_means_the_same() {
        for seed in 0..20 {
            let (written, drawn) = (plan(), plan().drawn_by(seed, 1, &Directory::default()));
            for agent in &written.topology.agents {
                let name = drawn.drawn.name(&agent.name);
                assert_ne!(name, agent.name);
                assert_eq!(drawn.topology.agent(name).unwrap().home, agent.home);
            }
            for group in &written.topology.groups {
                let played = drawn.topology.group(drawn.drawn.name(&group.name)).unwrap();
                let members = played.members.iter().map(|name| drawn.drawn.role(name));
                assert_eq!(members.collect::<Vec<_>>(), group.members);
                assert_eq!((played.owner, played.calls), (group.owner, group.calls));
            }
            let bart = drawn.topology.caller(drawn.drawn.name("bart")).unwrap();
            assert_eq!(bart.asks_first, model::topology::Pool::Backup);
        }
    }

    #[test]
    fn nothing_of_the_files_words_is_left() {
        let drawn = plan().drawn_by(1, 1, &Directory::default());
        let text = format!("{:?} {:?}", drawn.topology, drawn.programme.stages);
        let roles = drawn.drawn.names.keys().chain(drawn.drawn.values.keys());
        for word in roles {
            assert!(!text.contains(&format!("{word:?}")), "{word} in {text}");
        }
    }

    #[test]
    fn the_same_is_written_where_the_same_was() {
        let drawn = plan().drawn_by(1, 1, &Directory::default());
        let steps = &drawn.programme.stages[0];
        let values = steps.iter().filter_map(|step| match &step.act {
            Act::Modify { value, .. } => Some(value),
            _ => None,
        });
        let values: BTreeSet<&String> = values.collect();
        assert_eq!(values.len(), 1);
    }
}
