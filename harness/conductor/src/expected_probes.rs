//! How probes see a fault, and its end.
//!
//! From what faults do follows what each probe must find
//! ([`ExpectedSamples`](model::fault::expected_samples)); where that differs from what is found when all is
//! well, it shows the fault. What no probe is able to ask, as a database whose address nobody has
//! told, is believed to the lab.

use model::fault::{ExpectedSamples, Fault, ProbeQuestion, Reading};
use model::host::HostName;
use node::Now;
use timeline::{ProbeSample, Timeline};

/// What probes must find before the walk goes on.
pub(crate) struct ExpectedProbes {
    /// Only readings that were made since then count.
    since: Now,
    readings: Vec<(HostName, ProbeQuestion, Reading)>,
}

impl ExpectedProbes {
    /// That all is well but for these faults, wherever probes of the walk look.
    pub(crate) fn beside(faults: &[Fault], timeline: &Timeline, since: Now) -> Self {
        let readings = readings(&timeline.expected(faults)).collect();
        ExpectedProbes { since, readings }
    }

    /// Of all this, what answers these questions only.
    pub(crate) fn about(mut self, asked: impl Fn(&ProbeQuestion) -> bool) -> Self {
        self.readings.retain(|(_, question, _)| asked(question));
        self
    }

    /// That these faults are in force, on every host and in every direction that they affect.
    pub(crate) fn of(faults: &[Fault], timeline: &Timeline, since: Now) -> Self {
        let (well, affected) = (timeline.expected([]), timeline.expected(faults));
        let shows = |(by, question, reading): &(HostName, ProbeQuestion, Reading)| {
            well.reading(*by, *question) != Some(*reading)
        };
        let readings = readings(&affected).filter(shows).collect();
        ExpectedProbes { since, readings }
    }

    /// That these faults are no longer in force anywhere.
    pub(crate) fn of_healing(faults: &[Fault], timeline: &Timeline, since: Now) -> Self {
        let (well, affected) = (timeline.expected([]), timeline.expected(faults));
        let shows = |(by, question, reading): &(HostName, ProbeQuestion, Reading)| {
            affected.reading(*by, *question) != Some(*reading)
        };
        let readings = readings(&well).filter(shows).collect();
        ExpectedProbes { since, readings }
    }

    /// What is not found yet.
    pub(crate) fn missing(&self, timeline: &Timeline) -> Option<String> {
        let since_us = self.since.as_micros();
        self.readings.iter().find_map(|(at, question, wanted)| {
            let sample = timeline.last_sample(*at);
            let unasked = |sample: &ProbeSample| sample.database.is_none();
            if *question == ProbeQuestion::Database && sample.is_none_or(unasked) {
                return None;
            }
            let sample = sample.filter(|sample| sample.position.t_us >= since_us);
            let found = sample.and_then(|sample| sample.found(*question));
            if found == Some(*wanted) {
                return None;
            }
            let found = found.map_or("none".to_owned(), |found| found.to_string());
            let at = at.word();
            Some(format!(
                "the probe on {at} to see {question} {wanted} (last sample: {found})"
            ))
        })
    }
}

/// What the probes of hosts that have power must find, as far as that is known.
fn readings(
    expected: &ExpectedSamples,
) -> impl Iterator<Item = (HostName, ProbeQuestion, Reading)> + '_ {
    let watchers = expected.watchers();
    watchers.flat_map(|by| {
        let readings = expected.by(by);
        readings.map(move |(question, reading)| (by, question, reading))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::IpAddr;

    use model::Topology;
    use model::fault::FaultKind;
    use model::reach::Reach;
    use model::shared::Shared;
    use model::topology::Pool;
    use timeline::Position;

    use super::*;

    const PRIMARY: HostName = HostName::PRIMARY;

    fn fault(kind: FaultKind) -> Fault {
        let hosts = vec![PRIMARY];
        Fault { kind, hosts }
    }

    fn expected(fault: &Fault, since: Now) -> ExpectedProbes {
        ExpectedProbes::of(std::slice::from_ref(fault), &nothing_known(), since)
    }

    fn healed(fault: &Fault) -> ExpectedProbes {
        ExpectedProbes::of_healing(std::slice::from_ref(fault), &nothing_known(), Now::ZERO)
    }

    fn reading(
        expected: &ExpectedProbes,
        by: HostName,
        question: ProbeQuestion,
    ) -> Option<Reading> {
        let mut readings = expected.readings.iter();
        let (.., reading) = readings.find(|(at, asked, _)| (*at, *asked) == (by, question))?;
        Some(*reading)
    }

    #[test]
    fn where_servers_have_no_probe_the_clients_ask_for_their_sip_ports_and_nothing_else() {
        let mut timeline = nothing_known();
        timeline.probes = BTreeSet::from([HostName::CLIENTS]);
        let faults = [fault(FaultKind::KILL)];
        let expected = ExpectedProbes::of(&faults, &timeline, Now::ZERO);
        let question = ProbeQuestion::Pool(Pool::Primary);
        let closed = Reading::Reach(Reach::Closed);
        assert_eq!(expected.readings, [(HostName::CLIENTS, question, closed)]);
        let healed = ExpectedProbes::of_healing(&faults, &timeline, Now::ZERO);
        let reached = Reading::Reach(Reach::Reached);
        assert_eq!(healed.readings, [(HostName::CLIENTS, question, reached)]);
    }

    #[test]
    fn a_fault_is_seen_in_each_direction() {
        let expected = expected(&fault(FaultKind::ONE_WAY_IN), Now::ZERO);
        for other in HostName::PAIRED
            .into_iter()
            .filter(|other| *other != PRIMARY)
        {
            let deaf = reading(&expected, PRIMARY, ProbeQuestion::Heard(other));
            assert_eq!(deaf, Some(Reading::NotHeard), "{other:?}");
            let heard = reading(&expected, other, ProbeQuestion::Heard(PRIMARY));
            assert_eq!(heard, None, "as when all is well");
        }
    }

    #[test]
    fn a_database_without_its_process_is_seen_by_the_probe_beside_it() {
        let fault = Fault {
            kind: FaultKind::KILL,
            hosts: vec![PRIMARY, HostName::PRIMARY_DATABASE],
        };
        let expected = expected(&fault, Now::ZERO);
        let seen = reading(
            &expected,
            HostName::PRIMARY_DATABASE,
            ProbeQuestion::Database,
        );
        assert_eq!(seen, Some(Reading::Reach(Reach::Closed)));
        let other = reading(
            &expected,
            HostName::BACKUP_DATABASE,
            ProbeQuestion::Database,
        );
        assert_eq!(other, None, "as when all is well");
    }

    #[test]
    fn a_database_that_no_probe_can_ask_is_believed_to_the_lab() {
        let fault = fault(FaultKind::KILL);
        let mut timeline = watched(&fault, 0);
        for sample in &mut timeline.samples {
            sample.database = None;
        }
        assert_eq!(expected(&fault, Now::ZERO).missing(&timeline), None);
    }

    #[test]
    fn a_host_without_power_is_asked_nothing_until_it_is_healed() {
        let fault = fault(FaultKind::POWER_OFF);
        let by_primary = |expected: ExpectedProbes| {
            let mut readings = expected.readings.iter();
            readings.any(|(at, ..)| *at == PRIMARY)
        };
        assert!(!by_primary(expected(&fault, Now::ZERO)));
        assert!(by_primary(healed(&fault)));
    }

    #[test]
    fn two_faults_are_seen_together_and_both_must_end() {
        let kill = Fault {
            kind: FaultKind::KILL,
            hosts: vec![HostName::PRIMARY_DATABASE],
        };
        let isolate = fault(FaultKind::ISOLATE);
        let faults = [kill.clone(), isolate];
        let both = ExpectedProbes::of(&faults, &nothing_known(), Now::ZERO);
        let database = reading(&both, HostName::PRIMARY_DATABASE, ProbeQuestion::Database);
        assert_eq!(database, Some(Reading::Reach(Reach::Closed)));
        let cut_off = reading(&both, HostName::CLIENTS, ProbeQuestion::Host(PRIMARY));
        assert_eq!(cut_off, Some(Reading::Reach(Reach::Silent)));
        assert!(both.missing(&watched(&kill, 0)).is_some());
        let well = ExpectedProbes::of_healing(&faults, &nothing_known(), Now::ZERO);
        assert!(well.missing(&watched(&kill, 0)).is_some());
    }

    #[test]
    fn what_was_found_before_the_fault_shows_nothing() {
        let fault = fault(FaultKind::KILL);
        let timeline = watched(&fault, 10);
        let since = Now::from_micros;
        assert_eq!(expected(&fault, since(10)).missing(&timeline), None);
        let missing = expected(&fault, since(11)).missing(&timeline);
        assert_eq!(
            missing.as_deref(),
            Some(
                "the probe on primary-database to see the primary pool's SIP port closed \
                 (last sample: none)"
            )
        );
    }

    /// A walk of which nothing is known but that all probes saw this fault at an instant.
    fn watched(fault: &Fault, t_us: u64) -> Timeline {
        let mut timeline = nothing_known();
        let samples = HostName::PAIRED.map(|by| sample(fault, by, t_us));
        timeline.samples.extend(samples);
        timeline
    }

    /// A walk of which nothing is known but its hosts.
    fn nothing_known() -> Timeline {
        let topology = Topology {
            topology: String::new(),
            about: String::new(),
            agents: Vec::new(),
            callers: Vec::new(),
            callees: Vec::new(),
            telephones: Vec::new(),
            groups: Vec::new(),
            hosts: Vec::new(),
        };
        let somewhere = IpAddr::from([198, 18, 0, 1]);
        Timeline::new(
            topology,
            HostName::PAIRED.map(|host| (host, somewhere)).into(),
        )
    }

    fn sample(fault: &Fault, by: HostName, t_us: u64) -> ProbeSample {
        let mut sample = ProbeSample {
            position: Position { t_us, n: 0 },
            by,
            hosts: Shared::default(),
            heard: Shared::default(),
            pools: Shared::default(),
            database: None,
        };
        let is_database = Pool::BOTH.iter().any(|pool| pool.database() == by);
        for (question, reading) in ExpectedSamples::of([fault], &HostName::PAIRED).by(by) {
            match (question, reading) {
                (ProbeQuestion::Host(host), Reading::Reach(reach)) => {
                    sample.hosts.insert(host, reach);
                }
                (ProbeQuestion::Pool(pool), Reading::Reach(reach)) => {
                    sample.pools.insert(pool, reach);
                }
                (ProbeQuestion::Heard(host), Reading::Heard) => sample.heard.push(host),
                (ProbeQuestion::Database, Reading::Reach(reach)) if is_database => {
                    sample.database = Some(reach);
                }
                _ => {}
            }
        }
        sample
    }
}
