//! Who plays in the load of a walk: groups and agents by the hundred.
//!
//! Where a target has a directory of its own they are those of its entries that nobody plays yet. All others have
//! numbers of one exchange, one after the other: nobody looks for them in messages.

use std::collections::{BTreeMap, BTreeSet};

use model::Topology;
use model::clause::CallKind;
use model::directory::{Directory, Listed};
use model::drawn::Drawn;
use model::load::{Load, LoadGroup};
use model::topology::{Agent, Behaviour, Group, Participation, Pool, Routing};

use crate::lots::Lots;

/// The groups of a load, of each kind as many for each pool, with their agents.
pub(crate) fn people(
    load: &Load,
    lots: &mut Lots,
    directory: &Directory,
    drawn: &Drawn,
) -> Vec<LoadGroup> {
    let mut numbers = Numbers {
        directory,
        looked_at: BTreeMap::new(),
        taken: drawn.names.values().cloned().collect(),
        exchange: format!("44{}{}", 300 + lots.below(600), 200 + lots.below(700)),
        next: lots.below(10_000),
    };
    let mut groups = Vec::new();
    for kind in &load.kinds {
        for owner in Pool::BOTH {
            for _ in 0..kind.groups {
                let name = numbers.next(Listed::Groups(owner));
                let homes = [owner, owner.partner()].into_iter().cycle();
                let members = homes.take(kind.agents.into());
                groups.push(LoadGroup {
                    kind: kind.name.clone(),
                    owner,
                    name,
                    members: members
                        .map(|home| (numbers.next(Listed::Agents(home)), home))
                        .collect(),
                });
            }
        }
    }
    groups
}

/// Adds a load's groups and agents to a topology, as the pools are to know them.
pub(crate) fn deploy(load: &Load, groups: &[LoadGroup], topology: &mut Topology) {
    for group in groups {
        let agents = group.members.iter().map(|(name, home)| Agent {
            name: name.clone(),
            home: *home,
            behaviour: Behaviour::Ignore,
        });
        topology.agents.extend(agents);
        let kind = load.kind(&group.kind);
        topology.groups.push(Group {
            name: group.name.clone(),
            owner: group.owner,
            calls: kind.map_or(CallKind::Regular, |kind| kind.calls),
            participation: Participation::Informal,
            routing: Routing::Serial,
            alert_time: Load::ALERT_TIME,
            queue_timeout: None,
            members: group.members.keys().cloned().collect(),
        });
    }
}

/// Names that nobody has.
struct Numbers<'a> {
    directory: &'a Directory,
    /// How many entries of each list were looked at.
    looked_at: BTreeMap<Listed, usize>,
    taken: BTreeSet<String>,
    exchange: String,
    /// The number in the exchange that is given out next.
    next: usize,
}

impl Numbers<'_> {
    fn next(&mut self, listed: Listed) -> String {
        loop {
            let name = self.entry(listed).unwrap_or_else(|| {
                self.next += 1;
                format!("{}{:05}", self.exchange, self.next)
            });
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }

    /// The next entry of the target's directory.
    fn entry(&mut self, listed: Listed) -> Option<String> {
        let entries = self.directory.entries(listed)?;
        let looked_at = self.looked_at.entry(listed).or_default();
        *looked_at += 1;
        entries.at(*looked_at - 1)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;
    use crate::draw::tests::plan;
    use crate::plan::Plan;

    fn loaded() -> Plan {
        let mut plan = plan();
        plan.walk.load = from_value(json!({ "kinds": [
            { "name": "waiting", "groups": 2, "agents": 3, "calls": "regular", "rate": 1, "for": "2s" },
            { "name": "hidden", "groups": 1, "agents": 1, "calls": "anonymous", "rate": 1, "for": "2s" },
        ] }))
        .unwrap();
        plan
    }

    #[test]
    fn each_pool_has_as_many_groups_and_agents_of_each_kind() {
        let drawn = loaded().drawn_by(1, 1, &Directory::default()).drawn;
        for owner in Pool::BOTH {
            let of = |kind: &str| {
                let groups = drawn.load.iter().filter(|group| group.owner == owner);
                let groups = groups.filter(|group| group.kind == kind);
                groups.map(|group| group.members.len()).collect::<Vec<_>>()
            };
            assert_eq!((of("waiting"), of("hidden")), (vec![3, 3], vec![1]));
        }
        let homed = |pool: Pool| {
            let members = drawn.load.iter().flat_map(|group| group.members.values());
            members.filter(|home| **home == pool).count()
        };
        assert_eq!(homed(Pool::Primary), homed(Pool::Backup));
    }

    #[test]
    fn the_load_changes_nothing_else_that_is_drawn() {
        let with = loaded().drawn_by(7, 1, &Directory::default());
        let mut without = plan().drawn_by(7, 1, &Directory::default());
        assert_eq!(with.topology, without.topology);
        assert_eq!(with.programme, without.programme);
        without.drawn.load.clone_from(&with.drawn.load);
        assert_eq!(with.drawn, without.drawn);
        assert_ne!(with, loaded().drawn_by(8, 1, &Directory::default()));
    }

    #[test]
    fn nobody_plays_twice_whatever_the_directory_has() {
        let few = json!({ "agents": { "primary": "100-199", "backup": "200-299" },
            "groups": { "primary": "300-303", "backup": "400-499" } });
        let plan = loaded().drawn_by(1, 1, &from_value(few).unwrap());
        let deployed = plan.deployed();
        let mut names: Vec<&str> = deployed.party_names().collect();
        names.extend(deployed.groups.iter().map(|group| group.name.as_str()));
        let all: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(all.len(), names.len());
        assert_eq!(deployed.groups.len(), plan.topology.groups.len() + 6);
        let of_directory = |name: &&&str| name.len() == 3;
        assert_eq!(all.iter().filter(of_directory).count(), 3 + 14 + 2 + 6);
    }
}
