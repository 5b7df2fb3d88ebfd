//! What faults mean for machines: which links are cut, and which servers are gone.
//!
//! Links come first when a fault is injected, and last when it is healed. So a host that loses its
//! power is silent before its server dies, and no FIN or RST of the dying server is heard; and it
//! is heard again only when its server is up.

use std::collections::BTreeMap;

use model::fault::{Action, Cut};
use model::host::HostName;

/// A direction between two hosts: the sender, and the receiver.
pub(super) type Direction = (HostName, HostName);

/// The directions that are cut while all of these actions are in force, and how. A host without
/// power is cut off from all others, in both directions.
pub(super) fn cuts(actions: &[Action], hosts: &[HostName]) -> BTreeMap<Direction, Cut> {
    let mut cuts = BTreeMap::new();
    for action in actions {
        match *action {
            Action::Kill(_) | Action::Freeze(_) => {}
            Action::PowerOff(dark) => {
                for other in hosts.iter().filter(|other| **other != dark) {
                    cuts.insert((dark, *other), Cut::Silent);
                    cuts.insert((*other, dark), Cut::Silent);
                }
            }
            Action::Cut { from, to, how } => {
                cuts.insert((from, to), how);
            }
        }
    }
    cuts
}

/// Those of `cuts` that are not among `others`.
pub(super) fn without(
    cuts: BTreeMap<Direction, Cut>,
    others: &BTreeMap<Direction, Cut>,
) -> BTreeMap<Direction, Cut> {
    let is_new = |(way, _): &(Direction, Cut)| !others.contains_key(way);
    cuts.into_iter().filter(is_new).collect()
}

/// The hosts that these actions leave without power.
pub(super) fn dark(actions: &[Action]) -> impl Iterator<Item = HostName> + '_ {
    actions.iter().filter_map(|action| match action {
        Action::PowerOff(host) => Some(*host),
        Action::Kill(_) | Action::Freeze(_) | Action::Cut { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_without_power_is_cut_off_from_all_others_in_both_directions() {
        let actions = [Action::PowerOff(HostName::PRIMARY)];
        let cuts = cuts(&actions, &HostName::PAIRED);
        assert_eq!(cuts.len(), 2 * (HostName::PAIRED.len() - 1));
        assert!(cuts.keys().all(|(from, to)| from != to));
        assert_eq!(dark(&actions).collect::<Vec<_>>(), [HostName::PRIMARY]);
    }

    #[test]
    fn a_killed_server_leaves_its_host_in_the_network() {
        let actions = [Action::Kill(HostName::PRIMARY)];
        assert!(cuts(&actions, &HostName::PAIRED).is_empty());
        assert_eq!(dark(&actions).count(), 0);
    }

    #[test]
    fn a_link_that_another_fault_cuts_as_well_is_neither_cut_twice_nor_mended() {
        let first = cuts(&[Action::PowerOff(HostName::PRIMARY)], &HostName::PAIRED);
        let both = [HostName::PRIMARY, HostName::BACKUP].map(Action::PowerOff);
        let both = cuts(&both, &HostName::PAIRED);
        let between = [
            (HostName::PRIMARY, HostName::BACKUP),
            (HostName::BACKUP, HostName::PRIMARY),
        ];
        assert!(between.iter().all(|way| first.contains_key(way)));
        let added = without(both, &first);
        assert!(between.iter().all(|way| !added.contains_key(way)));
        assert_eq!(added.len(), 2 * (HostName::PAIRED.len() - 2));
    }
}
