//! How probes see a fault, and its end.
//!
//! Nothing here knows a kind of fault. From the actions that bring it about follows what each
//! probe must find; where that differs from what is found when all is well, it is proof. What no
//! probe is able to ask, as a database whose address nobody has told, is believed to the lab.

use std::collections::BTreeMap;
use std::fmt;

use lab::{Action, Cut, Fault};
use model::host::HostName;
use model::journal::event::Reach;
use model::topology::Pool;
use node::Now;
use timeline::{ProbeSample, Timeline};

/// Something that a probe can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    /// Whether this host answers.
    Host(HostName),
    /// Whether this pool's process answers.
    Pool(Pool),
    /// Whether this host's questions arrive.
    Heard(HostName),
    /// Whether the process of the database on the probe's own host answers.
    Database,
}

/// What a probe finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finding {
    Reach(Reach),
    Heard,
    NotHeard,
}

/// All findings of all probes that can find anything.
type View = BTreeMap<(HostName, Question), Finding>;

/// What probes must find.
pub(crate) struct Proof {
    /// Only findings that were made since then count.
    since: Now,
    findings: View,
}

impl Proof {
    /// That all is well.
    pub(crate) fn of_health(since: Now) -> Proof {
        let findings = view(&[]);
        Proof { since, findings }
    }

    /// That `fault` holds, on every host and in every direction that it strikes.
    pub(crate) fn of(fault: &Fault, since: Now) -> Proof {
        let well = view(&[]);
        let mut findings = view(&fault.actions(&HostName::PAIRED));
        findings.retain(|question, finding| well[question] != *finding);
        Proof { since, findings }
    }

    /// That `fault` no longer holds anywhere.
    pub(crate) fn of_healing(fault: &Fault, since: Now) -> Proof {
        let struck = view(&fault.actions(&HostName::PAIRED));
        let mut findings = view(&[]);
        findings.retain(|question, finding| struck.get(question) != Some(finding));
        Proof { since, findings }
    }

    /// What is not found yet.
    pub(crate) fn missing(&self, timeline: &Timeline) -> Option<String> {
        let since_us = self.since.as_micros();
        let wrong = self.findings.iter().find_map(|((at, question), wanted)| {
            let sample = timeline.last_sample(*at);
            let sample = sample.filter(|sample| sample.position.t_us >= since_us);
            let unasked = |sample: &ProbeSample| sample.database.is_none();
            if *question == Question::Database && sample.is_some_and(unasked) {
                return None;
            }
            let found = sample.and_then(|sample| found(sample, *question));
            (found != Some(*wanted)).then_some((at, question, wanted, found))
        });
        wrong.map(|(at, question, wanted, found)| {
            let found = found.map_or("nothing".to_owned(), |found| found.to_string());
            let at = at.word();
            format!("the probe on {at} to find {question} {wanted}; it found {found}")
        })
    }
}

/// What all probes find while `actions` are in force.
fn view(actions: &[Action]) -> View {
    let mut view = View::new();
    for at in HostName::PAIRED {
        if actions.contains(&Action::PowerOff(at)) {
            continue;
        }
        for other in HostName::PAIRED.into_iter().filter(|other| *other != at) {
            let reach = Finding::Reach(host(actions, at, other));
            view.insert((at, Question::Host(other)), reach);
            let heard = match way(actions, other, at) {
                Way::Open => Finding::Heard,
                Way::Silent | Way::Rejected => Finding::NotHeard,
            };
            view.insert((at, Question::Heard(other)), heard);
        }
        for pool in Pool::BOTH {
            let reach = Finding::Reach(process(actions, at, pool.host()));
            view.insert((at, Question::Pool(pool)), reach);
            if pool.database() == at {
                let reach = Finding::Reach(process(actions, at, at));
                view.insert((at, Question::Database), reach);
            }
        }
    }
    view
}

/// How the process of the pool or database on `to` appears from `from`.
fn process(actions: &[Action], from: HostName, to: HostName) -> Reach {
    match host(actions, from, to) {
        Reach::Reached if actions.contains(&Action::Kill(to)) => Reach::Closed,
        Reach::Reached if actions.contains(&Action::Freeze(to)) => Reach::Silent,
        reach => reach,
    }
}

/// How the host `to` appears from `from`: a question must get there, and its answer back.
fn host(actions: &[Action], from: HostName, to: HostName) -> Reach {
    match (way(actions, from, to), way(actions, to, from)) {
        (Way::Rejected, _) => Reach::Unreachable,
        (Way::Open, Way::Open) => Reach::Reached,
        _ => Reach::Silent,
    }
}

/// What becomes of a packet between two hosts.
enum Way {
    Open,
    Silent,
    Rejected,
}

fn way(actions: &[Action], sender: HostName, receiver: HostName) -> Way {
    for action in actions {
        match *action {
            Action::Cut { from, to, how } if (from, to) == (sender, receiver) => {
                return match how {
                    Cut::Silent => Way::Silent,
                    Cut::Reject => Way::Rejected,
                };
            }
            Action::PowerOff(host) if host == sender || host == receiver => return Way::Silent,
            _ => {}
        }
    }
    Way::Open
}

/// What a probe's sample says to a question.
fn found(sample: &ProbeSample, question: Question) -> Option<Finding> {
    match question {
        Question::Host(host) => sample.hosts.get(&host).copied().map(Finding::Reach),
        Question::Pool(pool) => sample.pools.get(&pool).copied().map(Finding::Reach),
        Question::Heard(host) if sample.heard.contains(&host) => Some(Finding::Heard),
        Question::Heard(_) => Some(Finding::NotHeard),
        Question::Database => sample.database.map(Finding::Reach),
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::Host(host) => write!(f, "host {}", host.word()),
            Question::Pool(pool) => write!(f, "the pool {}", pool.word()),
            Question::Heard(host) => write!(f, "questions of {}", host.word()),
            Question::Database => f.write_str("its own database"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Finding::Reach(Reach::Reached) => "reached",
            Finding::Reach(Reach::Silent) => "silent",
            Finding::Reach(Reach::Closed) => "closed",
            Finding::Reach(Reach::Unreachable) => "unreachable",
            Finding::Heard => "heard",
            Finding::NotHeard => "not heard",
        })
    }
}

#[cfg(test)]
mod tests {
    use model::Topology;
    use model::walk::FaultKind;
    use rstest::rstest;
    use timeline::Position;

    use super::*;

    const CLIENTS: HostName = HostName::CLIENTS;
    const PRIMARY: HostName = HostName::PRIMARY;

    fn fault(kind: FaultKind) -> Fault {
        let hosts = vec![PRIMARY];
        Fault { kind, hosts }
    }

    /// As in the table of the probe's own documentation.
    #[rstest]
    #[case(FaultKind::Kill, Reach::Reached, Reach::Closed, Finding::Heard)]
    #[case(FaultKind::Freeze, Reach::Reached, Reach::Silent, Finding::Heard)]
    #[case(FaultKind::PowerOff, Reach::Silent, Reach::Silent, Finding::NotHeard)]
    #[case(FaultKind::Isolate, Reach::Silent, Reach::Silent, Finding::NotHeard)]
    #[case(
        FaultKind::Reject,
        Reach::Unreachable,
        Reach::Unreachable,
        Finding::NotHeard
    )]
    #[case(FaultKind::OneWayOut, Reach::Silent, Reach::Silent, Finding::NotHeard)]
    #[case(FaultKind::OneWayIn, Reach::Silent, Reach::Silent, Finding::Heard)]
    fn what_a_client_finds_tells_faults_apart(
        #[case] kind: FaultKind,
        #[case] host: Reach,
        #[case] pool: Reach,
        #[case] heard: Finding,
    ) {
        let view = view(&fault(kind).actions(&HostName::PAIRED));
        let finding = |question| view[&(CLIENTS, question)];
        assert_eq!(finding(Question::Host(PRIMARY)), Finding::Reach(host));
        assert_eq!(finding(Question::Pool(Pool::Primary)), Finding::Reach(pool));
        assert_eq!(finding(Question::Heard(PRIMARY)), heard);
    }

    #[test]
    fn a_fault_is_proven_in_each_direction() {
        let proof = Proof::of(&fault(FaultKind::OneWayIn), Now::ZERO);
        let deaf = |other| proof.findings.get(&(PRIMARY, Question::Heard(other)));
        for other in HostName::PAIRED
            .into_iter()
            .filter(|other| *other != PRIMARY)
        {
            assert_eq!(deaf(other), Some(&Finding::NotHeard), "{other:?}");
            let heard = (other, Question::Heard(PRIMARY));
            assert_eq!(proof.findings.get(&heard), None, "as when all is well");
        }
    }

    #[test]
    fn a_database_without_its_process_is_seen_by_the_probe_beside_it() {
        let fault = Fault {
            kind: FaultKind::Kill,
            hosts: vec![PRIMARY, HostName::PRIMARY_DATABASE],
        };
        let proof = Proof::of(&fault, Now::ZERO);
        let seen = proof
            .findings
            .get(&(HostName::PRIMARY_DATABASE, Question::Database));
        assert_eq!(seen, Some(&Finding::Reach(Reach::Closed)));
        let other = (HostName::BACKUP_DATABASE, Question::Database);
        assert_eq!(proof.findings.get(&other), None, "as when all is well");
    }

    #[test]
    fn a_database_that_no_probe_can_ask_is_believed_to_the_lab() {
        let fault = fault(FaultKind::Kill);
        let mut timeline = watched(&fault, 0);
        for sample in &mut timeline.samples {
            sample.database = None;
        }
        assert_eq!(Proof::of(&fault, Now::ZERO).missing(&timeline), None);
    }

    #[test]
    fn a_host_without_power_is_asked_nothing_until_it_is_healed() {
        let fault = fault(FaultKind::PowerOff);
        let by_primary = |proof: Proof| proof.findings.keys().any(|(at, _)| *at == PRIMARY);
        assert!(!by_primary(Proof::of(&fault, Now::ZERO)));
        assert!(by_primary(Proof::of_healing(&fault, Now::ZERO)));
    }

    #[test]
    fn a_site_goes_on_within_itself() {
        let site = Fault {
            kind: FaultKind::Isolate,
            hosts: vec![PRIMARY, HostName::PRIMARY_DATABASE],
        };
        let within = (PRIMARY, Question::Host(HostName::PRIMARY_DATABASE));
        assert_eq!(
            view(&site.actions(&HostName::PAIRED))[&within],
            Finding::Reach(Reach::Reached)
        );
    }

    #[test]
    fn what_was_found_before_the_fault_proves_nothing() {
        let fault = fault(FaultKind::Kill);
        let timeline = watched(&fault, 10);
        let since = Now::from_micros;
        assert_eq!(Proof::of(&fault, since(10)).missing(&timeline), None);
        let missing = Proof::of(&fault, since(11)).missing(&timeline);
        assert_eq!(
            missing.as_deref(),
            Some("the probe on primary to find the pool primary closed; it found nothing")
        );
    }

    /// A walk of which nothing is known but that all probes saw this fault at an instant.
    fn watched(fault: &Fault, t_us: u64) -> Timeline {
        let topology = Topology {
            topology: String::new(),
            about: String::new(),
            agents: Vec::new(),
            callers: Vec::new(),
            callees: Vec::new(),
            groups: Vec::new(),
            hosts: Vec::new(),
        };
        let mut timeline = Timeline::new(topology, BTreeMap::new());
        let samples = HostName::PAIRED.map(|by| sample(fault, by, t_us));
        timeline.samples.extend(samples);
        timeline
    }

    fn sample(fault: &Fault, by: HostName, t_us: u64) -> ProbeSample {
        let mut sample = ProbeSample {
            position: Position { t_us, n: 0 },
            by,
            hosts: BTreeMap::new(),
            heard: Vec::new(),
            pools: BTreeMap::new(),
            database: None,
        };
        for ((_, question), finding) in view(&fault.actions(&HostName::PAIRED))
            .iter()
            .filter(|((host, _), _)| *host == by)
        {
            match (question, finding) {
                (Question::Host(host), Finding::Reach(reach)) => {
                    sample.hosts.insert(*host, *reach);
                }
                (Question::Pool(pool), Finding::Reach(reach)) => {
                    sample.pools.insert(*pool, *reach);
                }
                (Question::Heard(host), Finding::Heard) => sample.heard.push(*host),
                (Question::Database, Finding::Reach(reach)) => sample.database = Some(*reach),
                _ => {}
            }
        }
        sample
    }
}
