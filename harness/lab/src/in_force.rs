//! Which faults are in force in a lab, and whether another one may be injected beside them.

use std::collections::BTreeMap;

use model::fault::{Action, Fault};
use model::host::HostName;

use crate::{FaultId, LabError};

/// The faults that are in force.
#[derive(Debug)]
pub(crate) struct FaultsInForce {
    /// All hosts of the lab.
    hosts: Vec<HostName>,
    injected: u64,
    faults: BTreeMap<FaultId, Vec<Action>>,
}

impl FaultsInForce {
    /// None yet, in a lab with these hosts.
    pub(crate) fn among(hosts: impl IntoIterator<Item = HostName>) -> Self {
        FaultsInForce {
            hosts: hosts.into_iter().collect(),
            injected: 0,
            faults: BTreeMap::new(),
        }
    }

    /// The actions of a fault, if all of them can be carried out, and be undone later without
    /// undoing a part of another fault.
    ///
    /// # Errors
    ///
    /// [`LabError::NoServer`], [`LabError::Overlap`].
    pub(crate) fn check(
        &self,
        fault: &Fault,
        has_server: impl Fn(HostName) -> bool,
    ) -> Result<Vec<Action>, LabError> {
        let (kind, actions) = (fault.kind, fault.actions(&self.hosts));
        let mut machines = actions.iter().filter_map(|action| action.machine());
        if let Some(host) = machines.find(|host| !has_server(*host)) {
            return Err(LabError::NoServer { kind, host });
        }
        let overlaps = |other: &Action| actions.iter().any(|action| action.overlaps(*other));
        let mut others = self.faults.iter();
        match others.find(|(_, others)| others.iter().any(overlaps)) {
            Some((&other, _)) => Err(LabError::Overlap { kind, other }),
            None => Ok(actions),
        }
    }

    /// All that the faults in force do.
    pub(crate) fn actions(&self) -> Vec<Action> {
        self.faults.values().flatten().copied().collect()
    }

    /// Whether something that one of these hosts sends to the other is lost.
    pub(crate) fn separate(&self, one: HostName, other: HostName) -> bool {
        let hosts = [one, other];
        self.actions().into_iter().any(|action| match action {
            Action::PowerOff(dark) => hosts.contains(&dark),
            Action::Cut { from, to, .. } => hosts.contains(&from) && hosts.contains(&to),
            Action::Kill(_) | Action::Freeze(_) => false,
        })
    }

    /// A fault is in force from now on.
    pub(crate) fn add(&mut self, actions: Vec<Action>) -> FaultId {
        let id = FaultId(self.injected);
        self.injected += 1;
        self.faults.insert(id, actions);
        id
    }

    /// A fault is no longer in force; gives what it did.
    ///
    /// # Errors
    ///
    /// [`LabError::UnknownFault`] if it was not.
    pub(crate) fn remove(&mut self, fault: FaultId) -> Result<Vec<Action>, LabError> {
        let actions = self.faults.remove(&fault);
        actions.ok_or(LabError::UnknownFault(fault))
    }
}

#[cfg(test)]
mod tests {
    use model::fault::FaultKind;
    use rstest::rstest;

    use super::*;

    fn fault(kind: FaultKind, hosts: &[HostName]) -> Fault {
        let hosts = hosts.to_vec();
        Fault { kind, hosts }
    }

    fn in_force(fault: &Fault) -> FaultsInForce {
        let mut faults = FaultsInForce::among(HostName::PAIRED);
        let actions = faults.check(fault, |_| true).unwrap();
        faults.add(actions);
        faults
    }

    #[rstest]
    #[case::a_process_twice(FaultKind::KILL, &[HostName::PRIMARY], FaultKind::FREEZE)]
    #[case::a_process_and_its_host(FaultKind::KILL, &[HostName::PRIMARY], FaultKind::POWER_OFF)]
    #[case::a_link_twice(FaultKind::ISOLATE, &[HostName::BACKUP], FaultKind::ONE_WAY_OUT)]
    #[case::a_silent_host_that_rejects(FaultKind::POWER_OFF, &[HostName::PRIMARY], FaultKind::REJECT)]
    fn faults_that_do_the_same_thing_are_refused(
        #[case] first: FaultKind,
        #[case] hosts: &[HostName],
        #[case] second: FaultKind,
    ) {
        let faults = in_force(&fault(first, hosts));
        let refused = faults.check(&fault(second, &[HostName::PRIMARY]), |_| true);
        let other = FaultId(0);
        assert_eq!(
            refused,
            Err(LabError::Overlap {
                kind: second,
                other
            })
        );
    }

    #[rstest]
    #[case::a_process_on_a_host_that_is_cut_off(FaultKind::ISOLATE, FaultKind::KILL)]
    #[case::the_power_of_a_host_that_is_cut_off(FaultKind::ISOLATE, FaultKind::POWER_OFF)]
    #[case::one_direction_beside_the_other(FaultKind::ONE_WAY_OUT, FaultKind::ONE_WAY_IN)]
    fn faults_that_do_different_things_may_be_in_force_at_once(
        #[case] first: FaultKind,
        #[case] second: FaultKind,
    ) {
        let faults = in_force(&fault(first, &[HostName::PRIMARY]));
        let checked = faults.check(&fault(second, &[HostName::PRIMARY]), |_| true);
        assert!(checked.is_ok(), "{checked:?}");
    }

    #[rstest]
    #[case::a_dead_process_in_a_live_host(FaultKind::KILL, false)]
    #[case::a_silent_host(FaultKind::POWER_OFF, true)]
    #[case::no_way(FaultKind::ISOLATE, true)]
    #[case::no_way_there(FaultKind::ONE_WAY_IN, true)]
    #[case::no_way_back(FaultKind::ONE_WAY_OUT, true)]
    fn hosts_are_separate_where_something_between_them_is_lost(
        #[case] kind: FaultKind,
        #[case] separate: bool,
    ) {
        let faults = in_force(&fault(kind, &[HostName::PRIMARY]));
        let (primary, backup) = (HostName::PRIMARY, HostName::BACKUP);
        assert_eq!(faults.separate(HostName::CLIENTS, primary), separate);
        assert!(!faults.separate(HostName::CLIENTS, backup));
    }

    #[test]
    fn a_fault_is_healed_once() {
        let mut faults = in_force(&fault(FaultKind::KILL, &[HostName::BACKUP]));
        let id = FaultId(0);
        assert_eq!(faults.remove(id), Ok(vec![Action::Kill(HostName::BACKUP)]));
        assert_eq!(faults.remove(id), Err(LabError::UnknownFault(id)));
    }
}
