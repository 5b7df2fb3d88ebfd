//! A fault: a kind, the hosts that it strikes, and the actions that bring it about.

use std::fmt;

use model::topology::Host;
use model::walk::{FaultKind, Outage};

use crate::action::{Action, Cut};

/// A fault that can be injected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind.
    pub kind: FaultKind,
    /// The hosts that it strikes.
    pub hosts: Vec<Host>,
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
    /// What a lab does to bring it about, in order. Undone in the opposite order, it is healed.
    ///
    /// Hosts that are struck together are never cut off from each other.
    pub fn actions(&self) -> Vec<Action> {
        use Direction::{Inward, Outward};
        match self.kind {
            FaultKind::Kill => self.on_each(Action::Kill),
            FaultKind::PowerOff => self.on_each(Action::PowerOff),
            FaultKind::Freeze => self.on_each(Action::Freeze),
            FaultKind::Isolate => self.cut(&[Outward, Inward], Cut::Silent),
            FaultKind::Reject => self.cut(&[Outward, Inward], Cut::Reject),
            FaultKind::OneWayOut => self.cut(&[Outward], Cut::Silent),
            FaultKind::OneWayIn => self.cut(&[Inward], Cut::Silent),
        }
    }

    fn on_each(&self, action: impl Fn(Host) -> Action) -> Vec<Action> {
        self.hosts.iter().map(|host| action(*host)).collect()
    }

    /// Cuts these directions between each struck host and each other one.
    fn cut(&self, directions: &[Direction], how: Cut) -> Vec<Action> {
        let mut cuts = Vec::new();
        for direction in directions {
            for (struck, other) in self.across() {
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
    fn across(&self) -> impl Iterator<Item = (Host, Host)> + '_ {
        let is_other = |host: &Host| !self.hosts.contains(host);
        let others = Host::ALL.into_iter().filter(is_other);
        others.flat_map(|other| self.hosts.iter().map(move |struck| (*struck, other)))
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

    const SITE: [Host; 2] = [Host::Primary, Host::PrimaryDatabase];

    fn cuts(kind: FaultKind) -> BTreeSet<(Host, Host)> {
        let hosts = SITE.to_vec();
        let actions = Fault { kind, hosts }.actions().into_iter();
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
