//! Whom a fault affects.

use super::action::{Action, Cut};
use crate::host::HostName;

/// Whom a fault affects, and who else is there.
///
/// Hosts that one fault affects are never cut off from each other.
#[derive(Debug)]
pub struct Affected<'a> {
    hosts: &'a [HostName],
    others: Vec<HostName>,
}

impl<'a> Affected<'a> {
    /// Of all hosts, those that are affected.
    pub(super) fn among(all: &[HostName], affected: &'a [HostName]) -> Self {
        let others = all.iter().filter(|host| !affected.contains(host));
        Affected {
            hosts: affected,
            others: others.copied().collect(),
        }
    }

    /// The same on each affected host.
    pub fn each(&self, action: impl Fn(HostName) -> Action) -> Vec<Action> {
        self.hosts.iter().map(|host| action(*host)).collect()
    }

    /// Cuts each affected host's way to each other one.
    pub fn cut_outward(&self, how: Cut) -> Vec<Action> {
        let cut = |(from, to)| Action::Cut { from, to, how };
        self.across().map(cut).collect()
    }

    /// Cuts each other host's way to each affected one.
    pub fn cut_inward(&self, how: Cut) -> Vec<Action> {
        let cut = |(to, from)| Action::Cut { from, to, how };
        self.across().map(cut).collect()
    }

    /// Each pair of an affected host and one that is not.
    fn across(&self) -> impl Iterator<Item = (HostName, HostName)> + '_ {
        let others = self.others.iter();
        others.flat_map(|other| self.hosts.iter().map(move |host| (*host, *other)))
    }
}
