//! A fault: a kind, the hosts that it strikes, and the actions that bring it about.

use std::fmt;

use model::host::HostName;
use model::walk::{FaultKind, Outage};

use crate::action::{Action, Cut};

/// A fault that can be injected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind.
    pub kind: FaultKind,
    /// The hosts that it strikes.
    pub hosts: Vec<HostName>,
}

/// A fault that is in force, as the lab numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultId(pub u64);

/// A direction, as seen from the hosts that are struck.
#[derive(Clone, Copy)]
enum Direction {
    Outward,
    Inward,
}

impl Fault {
    /// What a lab with these hosts does to bring it about, in order. Undone in the opposite order, it
    /// is healed.
    ///
    /// Hosts that are struck together are never cut off from each other.
    pub fn actions(&self, all: &[HostName]) -> Vec<Action> {
        use Direction::{Inward, Outward};
        match self.kind {
            FaultKind::Kill => self.on_each(Action::Kill),
            FaultKind::PowerOff => self.on_each(Action::PowerOff),
            FaultKind::Freeze => self.on_each(Action::Freeze),
            FaultKind::Isolate => self.cut(&[Outward, Inward], Cut::Silent, all),
            FaultKind::Reject => self.cut(&[Outward, Inward], Cut::Reject, all),
            FaultKind::OneWayOut => self.cut(&[Outward], Cut::Silent, all),
            FaultKind::OneWayIn => self.cut(&[Inward], Cut::Silent, all),
        }
    }

    fn on_each(&self, action: impl Fn(HostName) -> Action) -> Vec<Action> {
        self.hosts.iter().map(|host| action(*host)).collect()
    }

    /// Cuts these directions between each struck host and each other one.
    fn cut(&self, directions: &[Direction], how: Cut, all: &[HostName]) -> Vec<Action> {
        let mut cuts = Vec::new();
        for direction in directions {
            for (struck, other) in self.across(all) {
                let (from, to) = match direction {
                    Direction::Outward => (struck, other),
                    Direction::Inward => (other, struck),
                };
                cuts.push(Action::Cut { from, to, how });
            }
        }
        cuts
    }

    /// Each pair of a struck host and one that is not.
    fn across(&self, all: &[HostName]) -> impl Iterator<Item = (HostName, HostName)> {
        let is_other = |host: &&HostName| !self.hosts.contains(host);
        let others = all.iter().filter(is_other);
        others.flat_map(|other| self.hosts.iter().map(move |struck| (*struck, *other)))
    }
}

impl From<&Outage> for Fault {
    fn from(outage: &Outage) -> Fault {
        Fault {
            kind: outage.fault,
            hosts: outage.hosts.clone(),
        }
    }
}

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rstest::rstest;

    use super::*;

    const SITE: [HostName; 2] = [HostName::PRIMARY, HostName::PRIMARY_DATABASE];

    fn cuts(kind: FaultKind) -> BTreeSet<(HostName, HostName)> {
        let hosts = SITE.to_vec();
        let actions = Fault { kind, hosts }.actions(&HostName::PAIRED).into_iter();
        actions
            .filter_map(|action| match action {
                Action::Cut { from, to, .. } => Some((from, to)),
                _ => None,
            })
            .collect()
    }

    #[rstest]
    #[case(FaultKind::Isolate)]
    #[case(FaultKind::Reject)]
    fn a_site_is_cut_off_in_both_directions_but_not_within_itself(#[case] kind: FaultKind) {
        let cuts = cuts(kind);
        assert_eq!(cuts.len(), 2 * 3 * 2);
        for (from, to) in &cuts {
            assert_ne!(SITE.contains(from), SITE.contains(to), "{from:?} to {to:?}");
            assert!(cuts.contains(&(*to, *from)));
        }
    }

    #[test]
    fn a_one_way_fault_leaves_the_other_direction_alone() {
        let out = cuts(FaultKind::OneWayOut);
        assert!(out.iter().all(|(from, _)| SITE.contains(from)));
        let inward = cuts(FaultKind::OneWayIn);
        assert!(inward.iter().all(|(_, to)| SITE.contains(to)));
        assert_eq!((out.len(), inward.len()), (6, 6));
    }
}
