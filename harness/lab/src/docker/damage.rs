//! What a fault means for containers: which links are cut, and which servers are struck.
//!
//! Links come first when something is broken, and last when it is mended. So a host that loses its
//! power is silent before its server dies, and no FIN or RST of the dying server is heard; and it
//! is heard again only when its server is up.

use std::collections::BTreeMap;

use model::topology::Host;

use crate::{Action, Cut};

/// What the actions of one fault break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Damage {
    /// The directions that are cut, and how.
    pub(super) cuts: BTreeMap<(Host, Host), Cut>,
    /// The servers that are struck.
    pub(super) strikes: Vec<Strike>,
}

/// What happens to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strike {
    /// It dies.
    Kill(Host),
    /// It is stopped.
    Freeze(Host),
    /// It dies, and its host is silent.
    PowerOff(Host),
}

impl Damage {
    /// What these actions break, all together.
    pub(super) fn of(actions: &[Action]) -> Damage {
        let mut damage = Damage::default();
        for action in actions {
            match *action {
                Action::Kill(host) => damage.strikes.push(Strike::Kill(host)),
                Action::Freeze(host) => damage.strikes.push(Strike::Freeze(host)),
                Action::PowerOff(host) => {
                    damage.strikes.push(Strike::PowerOff(host));
                    damage.silence(host);
                }
                Action::Cut { from, to, how } => {
                    damage.cuts.insert((from, to), how);
                }
            }
        }
        damage
    }

    /// The hosts without power.
    pub(super) fn dark(&self) -> impl Iterator<Item = Host> + '_ {
        self.strikes.iter().filter_map(|strike| match strike {
            Strike::PowerOff(host) => Some(*host),
            Strike::Kill(_) | Strike::Freeze(_) => None,
        })
    }

    fn silence(&mut self, host: Host) {
        for other in Host::ALL.into_iter().filter(|other| *other != host) {
            self.cuts.insert((host, other), Cut::Silent);
            self.cuts.insert((other, host), Cut::Silent);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_without_power_is_cut_off_from_all_others_in_both_directions() {
        let damage = Damage::of(&[Action::PowerOff(Host::Primary)]);
        assert_eq!(damage.cuts.len(), 2 * (Host::ALL.len() - 1));
        assert!(damage.cuts.keys().all(|(from, to)| from != to));
        assert_eq!(damage.dark().collect::<Vec<_>>(), [Host::Primary]);
    }

    #[test]
    fn a_killed_server_leaves_its_host_in_the_network() {
        let damage = Damage::of(&[Action::Kill(Host::Primary)]);
        assert!(damage.cuts.is_empty());
        assert_eq!(damage.dark().count(), 0);
    }
}
