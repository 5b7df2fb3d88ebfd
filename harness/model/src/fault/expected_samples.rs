//! What probes must see while faults are in force: composed from what the faults do, so that no
//! fault has to say how it looks, and several may be in force at once.
//!
//! | a host | asked from outside | its process | questions from it | questions to it |
//! | --- | --- | --- | --- | --- |
//! | whose process is killed | reached | closed | arrive | arrive |
//! | whose process is frozen | reached | silent | arrive | arrive |
//! | without power | silent | silent | cut | cut |
//! | that is cut off outward | silent | silent | cut | arrive |
//! | that is cut off inward | silent | silent | arrive | cut |
//! | that a rejecting network cuts off | unreachable | unreachable | cut | cut |
//!
//! A process is asked where its host is reached. A database is asked by the probe on its own host,
//! where no cut comes in between. Nothing is known of what hosts that one fault affects see of each
//! other: a site may stay whole while it is cut off.
//!
//! Where servers run on machines that the harness has no probe on, only the clients' probe asks, and
//! only for the pools' SIP ports: from there a process that is frozen looks like a host without power.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::action::{Action, Cut};
use super::injectable::Fault;
use crate::host::HostName;
use crate::reach::Reach;
use crate::topology::Pool;

/// Something that a probe can find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeQuestion {
    /// Whether this host answers.
    Host(HostName),
    /// Whether this host's questions arrive.
    Heard(HostName),
    /// Whether this pool's process answers.
    Pool(Pool),
    /// Whether the process of the database on the probe's own host answers.
    Database,
}

/// What a probe finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// What became of its own question.
    Reach(Reach),
    /// The other's questions arrive.
    Heard,
    /// They do not.
    NotHeard,
}

/// What all probes must see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedSamples {
    views: BTreeMap<HostName, View>,
}

/// What the probe on one host must see.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    /// Whether the host has power.
    watches: bool,
    /// Each question, and what must be found, if that is known.
    readings: Vec<(ProbeQuestion, Option<Reading>)>,
}

impl ExpectedSamples {
    /// What probes on these hosts see while all of these faults are in force.
    pub fn of<'f>(faults: impl IntoIterator<Item = &'f Fault>, hosts: &[HostName]) -> Self {
        let broken = Broken::by(faults, hosts);
        let views = hosts.iter().map(|by| (*by, broken.view(*by, hosts)));
        ExpectedSamples {
            views: views.collect(),
        }
    }

    /// The same, where only these hosts have a probe: nobody else watches, and a probe can ask no
    /// host for a probe that it has not. What is left are the pools' SIP ports.
    #[must_use]
    pub fn with_probes_on(mut self, probes: &BTreeSet<HostName>) -> Self {
        self.views.retain(|by, _| probes.contains(by));
        for view in self.views.values_mut() {
            view.readings.retain(|(question, _)| match question {
                ProbeQuestion::Host(host) | ProbeQuestion::Heard(host) => probes.contains(host),
                ProbeQuestion::Pool(_) | ProbeQuestion::Database => true,
            });
        }
        self
    }

    /// The hosts whose probes watch: those that have power.
    pub fn watchers(&self) -> impl Iterator<Item = HostName> + '_ {
        let watching = self.views.iter().filter(|(_, view)| view.watches);
        watching.map(|(host, _)| *host)
    }

    /// What the probe on this host must find, as far as that is known. Of a host without power this
    /// is what a probe that watches nevertheless would find.
    pub fn by(&self, host: HostName) -> impl Iterator<Item = (ProbeQuestion, Reading)> + '_ {
        let view = self.views.get(&host);
        let readings = view.map_or(&[][..], |view| &view.readings);
        let known =
            |(question, reading): &(ProbeQuestion, Option<Reading>)| Some((*question, (*reading)?));
        readings.iter().filter_map(known)
    }

    /// What the probe on this host must find when it asks this; nothing where that is not known.
    pub fn reading(&self, by: HostName, question: ProbeQuestion) -> Option<Reading> {
        let mut readings = self.by(by);
        let (_, reading) = readings.find(|(asked, _)| *asked == question)?;
        Some(reading)
    }

    /// What probes must see when either of the two may be the case: that on which they agree.
    #[must_use]
    pub fn or(mut self, other: &ExpectedSamples) -> Self {
        for (by, view) in &mut self.views {
            view.watches &= other.watchers().any(|watcher| watcher == *by);
            for (question, reading) in &mut view.readings {
                if other.reading(*by, *question) != *reading {
                    *reading = None;
                }
            }
        }
        self
    }
}

/// What faults have broken.
struct Broken {
    actions: Vec<Action>,
    /// The hosts that each fault affects.
    affected: Vec<Vec<HostName>>,
}

/// What becomes of a packet between two hosts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    Silent,
    Rejected,
}

impl Broken {
    fn by<'f>(faults: impl IntoIterator<Item = &'f Fault>, hosts: &[HostName]) -> Self {
        let faults: Vec<&Fault> = faults.into_iter().collect();
        let actions = faults.iter().flat_map(|fault| fault.actions(hosts));
        Broken {
            actions: actions.collect(),
            affected: faults.iter().map(|fault| fault.hosts.clone()).collect(),
        }
    }

    fn view(&self, by: HostName, hosts: &[HostName]) -> View {
        let others = hosts.iter().filter(|other| **other != by);
        let peers = others.flat_map(|other| {
            let known = !self.are_affected_together(by, *other);
            let host = known.then(|| Reading::Reach(self.host(by, *other)));
            let heard = known.then(|| self.heard(by, *other));
            [
                (ProbeQuestion::Host(*other), host),
                (ProbeQuestion::Heard(*other), heard),
            ]
        });
        let pools = Pool::BOTH.into_iter().map(|pool| {
            let known = !self.are_affected_together(by, pool.host());
            let process = known.then(|| Reading::Reach(self.process(by, pool.host())));
            (ProbeQuestion::Pool(pool), process)
        });
        let watches = !self.does(Action::PowerOff(by));
        let database = watches.then(|| Reading::Reach(self.process(by, by)));
        View {
            watches,
            readings: peers
                .chain(pools)
                .chain([(ProbeQuestion::Database, database)])
                .collect(),
        }
    }

    fn are_affected_together(&self, one: HostName, other: HostName) -> bool {
        let mut faults = self.affected.iter();
        faults.any(|hosts| hosts.contains(&one) && hosts.contains(&other))
    }

    fn does(&self, action: Action) -> bool {
        self.actions.contains(&action)
    }

    /// How the process of the pool or database on `to` appears from `from`.
    fn process(&self, from: HostName, to: HostName) -> Reach {
        match self.host(from, to) {
            Reach::Reached if self.does(Action::Kill(to)) => Reach::Closed,
            Reach::Reached if self.does(Action::Freeze(to)) => Reach::Silent,
            reach => reach,
        }
    }

    /// How the host `to` appears from `from`: a question must get there, and its answer back.
    fn host(&self, from: HostName, to: HostName) -> Reach {
        match (self.way(from, to), self.way(to, from)) {
            (Way::Rejected, _) => Reach::Unreachable,
            (Way::Open, Way::Open) => Reach::Reached,
            _ => Reach::Silent,
        }
    }

    /// Whether questions of `from` arrive at `by`.
    fn heard(&self, by: HostName, from: HostName) -> Reading {
        match self.way(from, by) {
            Way::Open => Reading::Heard,
            Way::Silent | Way::Rejected => Reading::NotHeard,
        }
    }

    /// A host without power is silent, whatever the network says of it.
    fn way(&self, sender: HostName, receiver: HostName) -> Way {
        let mut way = Way::Open;
        for action in &self.actions {
            match *action {
                Action::PowerOff(host) if host == sender || host == receiver => return Way::Silent,
                Action::Cut { from, to, how } if (from, to) == (sender, receiver) => {
                    way = match how {
                        Cut::Silent => Way::Silent,
                        Cut::Reject => Way::Rejected,
                    };
                }
                _ => {}
            }
        }
        way
    }
}

impl fmt::Display for ProbeQuestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProbeQuestion::Host(host) => write!(f, "host {}", host.word()),
            ProbeQuestion::Pool(pool) => write!(f, "the {} pool's SIP port", pool.word()),
            ProbeQuestion::Heard(host) => write!(f, "questions of {}", host.word()),
            ProbeQuestion::Database => f.write_str("its own database"),
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reading::Reach(reach) => reach.fmt(f),
            Reading::Heard => f.write_str("heard"),
            Reading::NotHeard => f.write_str("not heard"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::fault::FaultKind;

    const CLIENTS: HostName = HostName::CLIENTS;
    const PRIMARY: HostName = HostName::PRIMARY;
    const DATABASE: HostName = HostName::PRIMARY_DATABASE;
    const REACHED: Option<Reading> = Some(Reading::Reach(Reach::Reached));
    const SILENT: Option<Reading> = Some(Reading::Reach(Reach::Silent));
    const CLOSED: Option<Reading> = Some(Reading::Reach(Reach::Closed));

    fn fault(kind: FaultKind, hosts: &[HostName]) -> Fault {
        let hosts = hosts.to_vec();
        Fault { kind, hosts }
    }

    fn while_in_force(faults: &[Fault]) -> ExpectedSamples {
        ExpectedSamples::of(faults, &HostName::PAIRED)
    }

    #[rstest]
    #[case(FaultKind::KILL, Reach::Reached, Reach::Closed, Reading::Heard)]
    #[case(FaultKind::FREEZE, Reach::Reached, Reach::Silent, Reading::Heard)]
    #[case(FaultKind::POWER_OFF, Reach::Silent, Reach::Silent, Reading::NotHeard)]
    #[case(FaultKind::ISOLATE, Reach::Silent, Reach::Silent, Reading::NotHeard)]
    #[case(
        FaultKind::REJECT,
        Reach::Unreachable,
        Reach::Unreachable,
        Reading::NotHeard
    )]
    #[case(
        FaultKind::ONE_WAY_OUT,
        Reach::Silent,
        Reach::Silent,
        Reading::NotHeard
    )]
    #[case(FaultKind::ONE_WAY_IN, Reach::Silent, Reach::Silent, Reading::Heard)]
    fn what_a_client_finds_tells_faults_apart(
        #[case] kind: FaultKind,
        #[case] host: Reach,
        #[case] pool: Reach,
        #[case] heard: Reading,
    ) {
        let seen = while_in_force(&[fault(kind, &[PRIMARY])]);
        let reading = |question| seen.reading(CLIENTS, question);
        assert_eq!(
            reading(ProbeQuestion::Host(PRIMARY)),
            Some(Reading::Reach(host))
        );
        let process = reading(ProbeQuestion::Pool(Pool::Primary));
        assert_eq!(process, Some(Reading::Reach(pool)));
        assert_eq!(reading(ProbeQuestion::Heard(PRIMARY)), Some(heard));
    }

    /// A host that is cut off sees the others as they see it.
    #[rstest]
    #[case(FaultKind::ISOLATE, Reach::Silent, Reading::NotHeard)]
    #[case(FaultKind::REJECT, Reach::Unreachable, Reading::NotHeard)]
    #[case(FaultKind::ONE_WAY_OUT, Reach::Silent, Reading::Heard)]
    #[case(FaultKind::ONE_WAY_IN, Reach::Silent, Reading::NotHeard)]
    fn what_an_affected_host_finds(
        #[case] kind: FaultKind,
        #[case] host: Reach,
        #[case] heard: Reading,
    ) {
        let seen = while_in_force(&[fault(kind, &[PRIMARY])]);
        let reading = |question| seen.reading(PRIMARY, question);
        assert_eq!(
            reading(ProbeQuestion::Host(CLIENTS)),
            Some(Reading::Reach(host))
        );
        assert_eq!(reading(ProbeQuestion::Heard(CLIENTS)), Some(heard));
        let pool = reading(ProbeQuestion::Pool(Pool::Backup));
        assert_eq!(pool, Some(Reading::Reach(host)));
    }

    #[rstest]
    #[case(FaultKind::KILL, CLOSED)]
    #[case(FaultKind::FREEZE, SILENT)]
    #[case(FaultKind::POWER_OFF, None)]
    #[case(FaultKind::ISOLATE, REACHED)]
    #[case(FaultKind::ONE_WAY_IN, REACHED)]
    fn a_database_is_asked_on_its_own_host(
        #[case] kind: FaultKind,
        #[case] database: Option<Reading>,
    ) {
        let seen = while_in_force(&[fault(kind, &[PRIMARY, DATABASE])]);
        assert_eq!(seen.reading(DATABASE, ProbeQuestion::Database), database);
        assert_eq!(
            seen.reading(HostName::BACKUP_DATABASE, ProbeQuestion::Database),
            REACHED
        );
    }

    #[rstest]
    #[case(FaultKind::KILL, Reach::Closed)]
    #[case(FaultKind::FREEZE, Reach::Silent)]
    #[case(FaultKind::ISOLATE, Reach::Silent)]
    #[case(FaultKind::REJECT, Reach::Unreachable)]
    fn without_probes_on_the_pools_hosts_their_sip_ports_tell_faults(
        #[case] kind: FaultKind,
        #[case] pool: Reach,
    ) {
        let seen = while_in_force(&[fault(kind, &[PRIMARY])]);
        let seen = seen.with_probes_on(&BTreeSet::from([CLIENTS]));
        assert_eq!(seen.watchers().collect::<Vec<_>>(), [CLIENTS]);
        let asked = seen.by(CLIENTS);
        let asked = asked.filter(|(question, _)| *question != ProbeQuestion::Database);
        let expected = [
            (ProbeQuestion::Pool(Pool::Primary), Reading::Reach(pool)),
            (
                ProbeQuestion::Pool(Pool::Backup),
                Reading::Reach(Reach::Reached),
            ),
        ];
        assert_eq!(asked.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn nothing_is_known_of_what_hosts_of_one_fault_see_of_each_other() {
        let site = while_in_force(&[fault(FaultKind::ISOLATE, &[PRIMARY, DATABASE])]);
        assert_eq!(site.reading(PRIMARY, ProbeQuestion::Host(DATABASE)), None);
        assert_eq!(site.reading(PRIMARY, ProbeQuestion::Heard(DATABASE)), None);
        assert_eq!(
            site.reading(DATABASE, ProbeQuestion::Pool(Pool::Primary)),
            None
        );
    }

    #[test]
    fn a_killed_database_at_an_isolated_site_is_seen_as_both() {
        let seen = while_in_force(&[
            fault(FaultKind::KILL, &[DATABASE]),
            fault(FaultKind::ISOLATE, &[PRIMARY, DATABASE]),
        ]);
        assert_eq!(seen.reading(DATABASE, ProbeQuestion::Database), CLOSED);
        assert_eq!(seen.reading(CLIENTS, ProbeQuestion::Host(DATABASE)), SILENT);
        assert_eq!(
            seen.reading(CLIENTS, ProbeQuestion::Pool(Pool::Primary)),
            SILENT
        );
        let backup = ProbeQuestion::Heard(HostName::BACKUP);
        assert_eq!(seen.reading(PRIMARY, backup), Some(Reading::NotHeard));
        assert_eq!(
            seen.reading(CLIENTS, ProbeQuestion::Pool(Pool::Backup)),
            REACHED
        );
    }

    #[test]
    fn two_faults_cut_their_hosts_off_from_each_other() {
        let seen = while_in_force(&[
            fault(FaultKind::ONE_WAY_OUT, &[PRIMARY]),
            fault(FaultKind::KILL, &[DATABASE]),
        ]);
        assert_eq!(seen.reading(PRIMARY, ProbeQuestion::Host(DATABASE)), SILENT);
        let heard = seen.reading(DATABASE, ProbeQuestion::Heard(PRIMARY));
        assert_eq!(heard, Some(Reading::NotHeard));
    }

    #[test]
    fn while_a_fault_may_be_in_force_or_not_only_the_rest_is_known() {
        let kill = fault(FaultKind::KILL, &[DATABASE]);
        let off = fault(FaultKind::POWER_OFF, &[PRIMARY]);
        let either = while_in_force(std::slice::from_ref(&kill)).or(&while_in_force(&[kill, off]));
        assert_eq!(either.reading(DATABASE, ProbeQuestion::Database), CLOSED);
        assert_eq!(either.reading(CLIENTS, ProbeQuestion::Host(PRIMARY)), None);
        assert_eq!(
            either.reading(CLIENTS, ProbeQuestion::Host(DATABASE)),
            REACHED
        );
        assert!(either.watchers().all(|host| host != PRIMARY));
    }
}
