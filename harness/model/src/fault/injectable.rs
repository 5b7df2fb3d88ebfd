//! A fault with the hosts that it affects.

use super::action::Action;
use super::affected::Affected;
use super::kind::FaultKind;
use crate::host::HostName;

/// A fault that can be injected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The kind.
    pub kind: FaultKind,
    /// The hosts that it affects.
    pub hosts: Vec<HostName>,
}

impl Fault {
    /// What a lab of these hosts does to bring it about, in order. Undone in the opposite order, it
    /// is healed.
    pub fn actions(&self, hosts: &[HostName]) -> Vec<Action> {
        self.kind.actions(&Affected::among(hosts, &self.hosts))
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
    #[case(FaultKind::ISOLATE)]
    #[case(FaultKind::REJECT)]
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
        let out = cuts(FaultKind::ONE_WAY_OUT);
        assert!(out.iter().all(|(from, _)| SITE.contains(from)));
        let inward = cuts(FaultKind::ONE_WAY_IN);
        assert!(inward.iter().all(|(_, to)| SITE.contains(to)));
        assert_eq!((out.len(), inward.len()), (6, 6));
    }
}
