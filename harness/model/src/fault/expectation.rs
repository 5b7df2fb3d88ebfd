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

use std::collections::BTreeMap;
use std::fmt;

use super::action::{Action, Cut};
use super::affected::Fault;
use crate::host::HostName;
use crate::reach::Reach;
use crate::topology::Pool;

/// Something that a probe can find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
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
pub enum Finding {
    /// What became of its own question.
    Reach(Reach),
    /// The other's questions arrive.
    Heard,
    /// They do not.
    NotHeard,
}

/// What all probes must see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    views: BTreeMap<HostName, View>,
}

/// What the probe on one host must see.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    /// Whether the host has power.
    watches: bool,
    /// Each question, and what must be found, if that is known.
    findings: Vec<(Question, Option<Finding>)>,
}

impl Expectation {
    /// What probes on these hosts see while no fault is in force.
    pub fn all_well(hosts: &[HostName]) -> Self {
        Expectation::of([], hosts)
    }

    /// What probes on these hosts see while all of these faults are in force.
    pub fn of<'f>(faults: impl IntoIterator<Item = &'f Fault>, hosts: &[HostName]) -> Self {
        let broken = Broken::by(faults, hosts);
        let views = hosts.iter().map(|by| (*by, broken.view(*by, hosts)));
        Expectation {
            views: views.collect(),
        }
    }

    /// The hosts whose probes watch: those that have power.
    pub fn watchers(&self) -> impl Iterator<Item = HostName> + '_ {
        let watching = self.views.iter().filter(|(_, view)| view.watches);
        watching.map(|(host, _)| *host)
    }

    /// What the probe on this host must find, as far as that is known. Of a host without power this
    /// is what a probe that watches nevertheless would find.
    pub fn by(&self, host: HostName) -> impl Iterator<Item = (Question, Finding)> + '_ {
        let view = self.views.get(&host);
        let findings = view.map_or(&[][..], |view| &view.findings);
        let known =
            |(question, finding): &(Question, Option<Finding>)| Some((*question, (*finding)?));
        findings.iter().filter_map(known)
    }

    /// What the probe on this host must find when it asks this; nothing where that is not known.
    pub fn finding(&self, by: HostName, question: Question) -> Option<Finding> {
        let mut findings = self.by(by);
        let (_, finding) = findings.find(|(asked, _)| *asked == question)?;
        Some(finding)
    }

    /// What probes must see when either of the two may be the case: that on which they agree.
    #[must_use]
    pub fn or(mut self, other: &Expectation) -> Self {
        for (by, view) in &mut self.views {
            view.watches &= other.watchers().any(|watcher| watcher == *by);
            for (question, finding) in &mut view.findings {
                if other.finding(*by, *question) != *finding {
                    *finding = None;
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
            let host = known.then(|| Finding::Reach(self.host(by, *other)));
            let heard = known.then(|| self.heard(by, *other));
            [
                (Question::Host(*other), host),
                (Question::Heard(*other), heard),
            ]
        });
        let pools = Pool::BOTH.into_iter().map(|pool| {
            let known = !self.are_affected_together(by, pool.host());
            let process = known.then(|| Finding::Reach(self.process(by, pool.host())));
            (Question::Pool(pool), process)
        });
        let watches = !self.does(Action::PowerOff(by));
        let database = watches.then(|| Finding::Reach(self.process(by, by)));
        View {
            watches,
            findings: peers
                .chain(pools)
                .chain([(Question::Database, database)])
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
    fn heard(&self, by: HostName, from: HostName) -> Finding {
        match self.way(from, by) {
            Way::Open => Finding::Heard,
            Way::Silent | Way::Rejected => Finding::NotHeard,
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

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::Host(host) => write!(f, "host {}", host.word()),
            Question::Pool(pool) => write!(f, "the {} pool's SIP port", pool.word()),
            Question::Heard(host) => write!(f, "questions of {}", host.word()),
            Question::Database => f.write_str("its own database"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Reach(reach) => reach.fmt(f),
            Finding::Heard => f.write_str("heard"),
            Finding::NotHeard => f.write_str("not heard"),
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
    const REACHED: Option<Finding> = Some(Finding::Reach(Reach::Reached));
    const SILENT: Option<Finding> = Some(Finding::Reach(Reach::Silent));
    const CLOSED: Option<Finding> = Some(Finding::Reach(Reach::Closed));

    fn fault(kind: FaultKind, hosts: &[HostName]) -> Fault {
        let hosts = hosts.to_vec();
        Fault { kind, hosts }
    }

    fn while_in_force(faults: &[Fault]) -> Expectation {
        Expectation::of(faults, &HostName::PAIRED)
    }

    #[rstest]
    #[case(FaultKind::KILL, Reach::Reached, Reach::Closed, Finding::Heard)]
    #[case(FaultKind::FREEZE, Reach::Reached, Reach::Silent, Finding::Heard)]
    #[case(FaultKind::POWER_OFF, Reach::Silent, Reach::Silent, Finding::NotHeard)]
    #[case(FaultKind::ISOLATE, Reach::Silent, Reach::Silent, Finding::NotHeard)]
    #[case(
        FaultKind::REJECT,
        Reach::Unreachable,
        Reach::Unreachable,
        Finding::NotHeard
    )]
    #[case(
        FaultKind::ONE_WAY_OUT,
        Reach::Silent,
        Reach::Silent,
        Finding::NotHeard
    )]
    #[case(FaultKind::ONE_WAY_IN, Reach::Silent, Reach::Silent, Finding::Heard)]
    fn what_a_client_finds_tells_faults_apart(
        #[case] kind: FaultKind,
        #[case] host: Reach,
        #[case] pool: Reach,
        #[case] heard: Finding,
    ) {
        let seen = while_in_force(&[fault(kind, &[PRIMARY])]);
        let finding = |question| seen.finding(CLIENTS, question);
        assert_eq!(finding(Question::Host(PRIMARY)), Some(Finding::Reach(host)));
        let process = finding(Question::Pool(Pool::Primary));
        assert_eq!(process, Some(Finding::Reach(pool)));
        assert_eq!(finding(Question::Heard(PRIMARY)), Some(heard));
    }

    /// A host that is cut off sees the others as they see it.
    #[rstest]
    #[case(FaultKind::ISOLATE, Reach::Silent, Finding::NotHeard)]
    #[case(FaultKind::REJECT, Reach::Unreachable, Finding::NotHeard)]
    #[case(FaultKind::ONE_WAY_OUT, Reach::Silent, Finding::Heard)]
    #[case(FaultKind::ONE_WAY_IN, Reach::Silent, Finding::NotHeard)]
    fn what_an_affected_host_finds(
        #[case] kind: FaultKind,
        #[case] host: Reach,
        #[case] heard: Finding,
    ) {
        let seen = while_in_force(&[fault(kind, &[PRIMARY])]);
        let finding = |question| seen.finding(PRIMARY, question);
        assert_eq!(finding(Question::Host(CLIENTS)), Some(Finding::Reach(host)));
        assert_eq!(finding(Question::Heard(CLIENTS)), Some(heard));
        let pool = finding(Question::Pool(Pool::Backup));
        assert_eq!(pool, Some(Finding::Reach(host)));
    }

    #[rstest]
    #[case(FaultKind::KILL, CLOSED)]
    #[case(FaultKind::FREEZE, SILENT)]
    #[case(FaultKind::POWER_OFF, None)]
    #[case(FaultKind::ISOLATE, REACHED)]
    #[case(FaultKind::ONE_WAY_IN, REACHED)]
    fn a_database_is_asked_on_its_own_host(
        #[case] kind: FaultKind,
        #[case] database: Option<Finding>,
    ) {
        let seen = while_in_force(&[fault(kind, &[PRIMARY, DATABASE])]);
        assert_eq!(seen.finding(DATABASE, Question::Database), database);
        assert_eq!(
            seen.finding(HostName::BACKUP_DATABASE, Question::Database),
            REACHED
        );
    }

    #[test]
    fn nothing_is_known_of_what_hosts_of_one_fault_see_of_each_other() {
        let site = while_in_force(&[fault(FaultKind::ISOLATE, &[PRIMARY, DATABASE])]);
        assert_eq!(site.finding(PRIMARY, Question::Host(DATABASE)), None);
        assert_eq!(site.finding(PRIMARY, Question::Heard(DATABASE)), None);
        assert_eq!(site.finding(DATABASE, Question::Pool(Pool::Primary)), None);
    }

    #[test]
    fn a_killed_database_at_an_isolated_site_is_seen_as_both() {
        let seen = while_in_force(&[
            fault(FaultKind::KILL, &[DATABASE]),
            fault(FaultKind::ISOLATE, &[PRIMARY, DATABASE]),
        ]);
        assert_eq!(seen.finding(DATABASE, Question::Database), CLOSED);
        assert_eq!(seen.finding(CLIENTS, Question::Host(DATABASE)), SILENT);
        assert_eq!(seen.finding(CLIENTS, Question::Pool(Pool::Primary)), SILENT);
        let backup = Question::Heard(HostName::BACKUP);
        assert_eq!(seen.finding(PRIMARY, backup), Some(Finding::NotHeard));
        assert_eq!(seen.finding(CLIENTS, Question::Pool(Pool::Backup)), REACHED);
    }

    #[test]
    fn two_faults_cut_their_hosts_off_from_each_other() {
        let seen = while_in_force(&[
            fault(FaultKind::ONE_WAY_OUT, &[PRIMARY]),
            fault(FaultKind::KILL, &[DATABASE]),
        ]);
        assert_eq!(seen.finding(PRIMARY, Question::Host(DATABASE)), SILENT);
        let heard = seen.finding(DATABASE, Question::Heard(PRIMARY));
        assert_eq!(heard, Some(Finding::NotHeard));
    }

    #[test]
    fn while_a_fault_may_be_in_force_or_not_only_the_rest_is_known() {
        let kill = fault(FaultKind::KILL, &[DATABASE]);
        let off = fault(FaultKind::POWER_OFF, &[PRIMARY]);
        let either = while_in_force(std::slice::from_ref(&kill)).or(&while_in_force(&[kill, off]));
        assert_eq!(either.finding(DATABASE, Question::Database), CLOSED);
        assert_eq!(either.finding(CLIENTS, Question::Host(PRIMARY)), None);
        assert_eq!(either.finding(CLIENTS, Question::Host(DATABASE)), REACHED);
        assert!(either.watchers().all(|host| host != PRIMARY));
    }
}
