//! The harness's own lies: a lab that does not do what it says, a probe or an actor that reports
//! what was not. What depends on the lie must not pass.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actors::Command;
use campaign::{Campaign, LabFactory, LabSpec, MutantFactory, SimFactory, run};
use lab::{FaultId, Lab, LabError, Observed};
use model::Verdict;
use model::fault::Fault;
use model::finding::Finding;
use model::host::HostName;
use model::journal::{Event, Header, Journal, Quality};
use model::reach::Reach;
use model::walk::LabKind;
use node::Now;
use reference::Mutant;
use tokio_util::sync::CancellationToken;

const SECOND: Duration = Duration::from_secs(1);

/// What a lab lies about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// Its faults do nothing.
    NoFault,
    /// Its faults end by themselves after this time.
    FaultEndsAfter(Duration),
    /// Its probes see everybody at all times.
    ProbesSeeEverybody,
    /// Whatever comes from this host goes on for ever, its actors say, call or no call.
    MediaGoesOnFrom(HostName),
}

#[derive(Debug)]
struct LyingLabs {
    honest: Arc<dyn LabFactory>,
    lie: Lie,
}

impl LabFactory for LyingLabs {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        Ok(Box::new(LyingLab {
            honest: self.honest.create(spec)?,
            lie: self.lie,
            ends: None,
            flows: BTreeMap::new(),
            invented: VecDeque::new(),
        }))
    }
}

struct LyingLab {
    honest: Box<dyn Lab>,
    lie: Lie,
    /// The fault that ends by itself, and when.
    ends: Option<(Now, FaultId)>,
    /// The flows that go on for ever: until when each was told of.
    flows: BTreeMap<Flow, Now>,
    /// What was never observed.
    invented: VecDeque<Observed>,
}

/// What somebody hears in a call, from somewhere.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Flow {
    actor: String,
    call: String,
    from: SocketAddr,
    hears: Option<String>,
}

impl LyingLab {
    /// The next observation, and another second of every flow that there ever was.
    fn media_goes_on(&mut self, host: HostName, until: Now) -> Result<Option<Observed>, LabError> {
        if let Some(invented) = self.invented.pop_front() {
            return Ok(Some(invented));
        }
        let Some(observed) = self.honest.next(until)? else {
            return Ok(None);
        };
        for (flow, told) in &mut self.flows {
            while *told + SECOND <= observed.at {
                self.invented.push_back(Observed {
                    host: flow.actor.clone(),
                    event: flow.a_second_from(*told),
                    ..observed.clone()
                });
                *told += SECOND;
            }
        }
        if let Event::MediaStarted { call, from, hears } = &observed.event
            && self.addresses()[&host] == from.ip()
        {
            let flow = Flow {
                actor: observed.host.clone(),
                call: call.clone(),
                from: *from,
                hears: hears.clone(),
            };
            self.flows.entry(flow).or_insert(observed.at);
        }
        Ok(Some(observed))
    }
}

impl Flow {
    fn a_second_from(&self, told: Now) -> Event {
        Event::Media {
            call: self.call.clone(),
            from: self.from,
            hears: self.hears.clone(),
            packets: 50,
            lost: 0,
            first_us: told.as_micros(),
            last_us: (told + SECOND).as_micros() - 20_000,
            longest_gap_us: 20_000,
            quality: Quality {
                payload_types: [0].into(),
                audio_us: 1_000_000,
                sounding: 50,
                ..Quality::default()
            }
            .into(),
        }
    }
}

impl Lab for LyingLab {
    fn kind(&self) -> LabKind {
        self.honest.kind()
    }

    fn now(&self) -> Now {
        self.honest.now()
    }

    fn addresses(&self) -> BTreeMap<HostName, IpAddr> {
        self.honest.addresses()
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), LabError> {
        self.honest.command(actor, command)
    }

    fn inject(&mut self, fault: &Fault) -> Result<FaultId, LabError> {
        match self.lie {
            Lie::NoFault => Ok(FaultId(0)),
            Lie::FaultEndsAfter(time) => {
                let id = self.honest.inject(fault)?;
                self.ends = Some((self.now() + time, id));
                Ok(id)
            }
            Lie::ProbesSeeEverybody | Lie::MediaGoesOnFrom(_) => self.honest.inject(fault),
        }
    }

    fn heal(&mut self, fault: FaultId) -> Result<(), LabError> {
        match (self.lie, self.ends.take()) {
            (Lie::NoFault, _) | (Lie::FaultEndsAfter(_), None) => Ok(()),
            _ => self.honest.heal(fault),
        }
    }

    fn next(&mut self, until: Now) -> Result<Option<Observed>, LabError> {
        if let Some((at, fault)) = self.ends.filter(|(at, _)| *at <= until) {
            if let Some(observed) = self.honest.next(at)? {
                return Ok(Some(observed));
            }
            self.ends = None;
            self.honest.heal(fault)?;
        }
        match self.lie {
            Lie::MediaGoesOnFrom(host) => self.media_goes_on(host, until),
            Lie::ProbesSeeEverybody => Ok(self.honest.next(until)?.map(all_well)),
            Lie::NoFault | Lie::FaultEndsAfter(_) => self.honest.next(until),
        }
    }
}

/// The probe has reached everybody, whatever it has seen.
fn all_well(mut observed: Observed) -> Observed {
    if let Event::Probed {
        hosts,
        heard,
        pools,
        database,
    } = &mut observed.event
    {
        *heard = hosts.keys().copied().collect();
        hosts.values_mut().for_each(|reach| *reach = Reach::Reached);
        pools.values_mut().for_each(|reach| *reach = Reach::Reached);
        *database = database.map(|_| Reach::Reached);
    }
    observed
}

/// What is found on a walk that is run in a lab that lies.
fn findings(walk: &str, lie: Lie) -> Vec<Finding> {
    let honest = Arc::new(SimFactory);
    findings_in(walk, Arc::new(LyingLabs { honest, lie }))
}

/// What is found on a walk that is run in such labs.
fn findings_in(walk: &str, labs: Arc<dyn LabFactory>) -> Vec<Finding> {
    let scenarios = rgdrill::scenarios().unwrap();
    let target = Arc::new(rgdrill::reference_target().unwrap());
    let walk = scenarios.walks[walk].clone();
    let plan = drawing::Plan::of(&walk, &scenarios);
    let drill = Campaign {
        plans: vec![plan],
        labs,
        secrets: target.secrets(|_| None).unwrap(),
        header: Header::new(&target.target, LabKind::Sim, 1, &scenarios.tables_sha256),
        target,
        seed: 1,
        jobs: 1,
    };
    let dir = tempfile::tempdir().unwrap();
    let journal = run(&drill, dir.path(), &CancellationToken::new(), |_| {}).unwrap();
    judge::judge(&Journal::load(&journal).unwrap(), &scenarios.tables)
}

/// Every clause whose id begins so is inconclusive, or an error of the harness's own.
fn nothing_is_said(findings: &[Finding], stage: &str) {
    let of_stage = |finding: &&Finding| finding.clause.0.starts_with(stage);
    assert!(findings.iter().any(|finding| of_stage(&finding)));
    for finding in findings.iter().filter(of_stage) {
        let silent = matches!(
            finding.result.verdict,
            Verdict::Inconclusive | Verdict::Error
        );
        assert!(silent, "{finding:#?}");
    }
}

#[test]
fn nothing_is_said_of_a_fault_that_does_nothing() {
    for walk in ["imported-kill", "not-imported-isolate", "imported-freeze"] {
        nothing_is_said(&findings(walk, Lie::NoFault), "");
    }
}

#[test]
fn nothing_is_said_of_the_stages_after_a_fault_has_ended_too_early() {
    let lie = Lie::FaultEndsAfter(Duration::from_secs(6));
    for walk in ["imported-isolate", "imported-freeze", "imported-kill"] {
        let findings = findings(walk, lie);
        nothing_is_said(&findings, "outage.");
        nothing_is_said(&findings, "failover.");
    }
}

#[test]
fn nothing_is_said_of_a_fault_that_no_probe_has_seen() {
    for walk in ["imported-kill", "not-imported-isolate"] {
        nothing_is_said(&findings(walk, Lie::ProbesSeeEverybody), "");
    }
}

/// A dead pool's music and what it relayed are said to go on.
#[test]
fn nothing_is_said_of_media_from_a_pool_that_probes_find_silent() {
    let lie = Lie::MediaGoesOnFrom(HostName::PRIMARY);
    for walk in [
        "imported-kill",
        "imported-freeze",
        "imported-late-power-off",
        "imported-one-way-out",
        "imported-reject",
        "not-imported-isolate",
    ] {
        nothing_is_said(&findings(walk, lie), "");
    }
}

/// Regular calls that stay in the pool are lost with it; who says that they go on is not believed.
#[test]
fn no_call_is_saved_by_media_that_never_came() {
    const LOST: &str = "outage.connected.regular";
    let anchored = || Arc::new(MutantFactory(Mutant::RegularCallsAnchored));
    let is_lost = |finding: &&Finding| finding.clause.0 == LOST;
    let honest = findings_in("imported-kill", anchored());
    let honest = honest.iter().find(is_lost).unwrap();
    assert_eq!(honest.result.verdict, Verdict::Fail, "{honest:#?}");
    let labs = LyingLabs {
        honest: anchored(),
        lie: Lie::MediaGoesOnFrom(HostName::PRIMARY),
    };
    nothing_is_said(&findings_in("imported-kill", Arc::new(labs)), LOST);
}

/// What one actor is said to hear of another is compared with what that one says of itself.
#[test]
fn nothing_is_said_of_media_of_an_actor_who_does_not_speak() {
    const ENDED: &str = "failed-over.connected.regular";
    let ending = || Arc::new(MutantFactory(Mutant::FenceEndsHandedOverCalls));
    let is_ended = |finding: &&Finding| finding.clause.0 == ENDED;
    let honest = findings_in("imported-isolate", ending());
    let honest = honest.iter().find(is_ended).unwrap();
    assert_eq!(honest.result.verdict, Verdict::Fail, "{honest:#?}");
    let labs = LyingLabs {
        honest: ending(),
        lie: Lie::MediaGoesOnFrom(HostName::CLIENTS),
    };
    nothing_is_said(&findings_in("imported-isolate", Arc::new(labs)), ENDED);
}
