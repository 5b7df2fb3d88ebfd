//! The harness's own lies: a lab that does not do what it says, a probe or an actor that reports
//! what was not. What depends on the lie must not pass.

#![expect(
    clippy::unwrap_used,
    reason = "what a test cannot do without may panic"
)]

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actors::Command;
use lab::{Fault, FaultId, Lab, LabError, Observed};
use model::Verdict;
use model::journal::event::Reach;
use model::journal::{Event, Header, Journal};
use model::topology::Host;
use model::verdict::Finding;
use model::walk::LabKind;
use node::Now;
use rgdrill::{Drill, Labs, SimLabs, Site, hold};

/// What a lab lies about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    /// Its faults do nothing.
    NoFault,
    /// Its faults end by themselves after this time.
    FaultEndsAfter(Duration),
    /// Its probes see everybody at all times.
    ProbesSeeEverybody,
}

#[derive(Debug)]
struct LyingLabs(Lie);

impl Labs for LyingLabs {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn set_up(&self, site: &Site<'_>) -> Result<Box<dyn Lab>, LabError> {
        Ok(Box::new(LyingLab {
            honest: SimLabs.set_up(site)?,
            lie: self.0,
            ends: None,
        }))
    }
}

struct LyingLab {
    honest: Box<dyn Lab>,
    lie: Lie,
    /// The fault that ends by itself, and when.
    ends: Option<(Now, FaultId)>,
}

impl Lab for LyingLab {
    fn kind(&self) -> LabKind {
        self.honest.kind()
    }

    fn now(&self) -> Now {
        self.honest.now()
    }

    fn addresses(&self) -> BTreeMap<Host, IpAddr> {
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
            Lie::ProbesSeeEverybody => self.honest.inject(fault),
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
        let observed = self.honest.next(until)?;
        Ok(observed.map(|observed| match self.lie {
            Lie::ProbesSeeEverybody => all_well(observed),
            _ => observed,
        }))
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

/// What is found on a walk that is held in a lab that lies.
fn findings(walk: &str, lie: Lie) -> Vec<Finding> {
    let scenarios = rgdrill::scenarios().unwrap();
    let target = Arc::new(rgdrill::reference_target().unwrap());
    let walk = scenarios.walks[walk].clone();
    let plan = conductor::Plan {
        topology: scenarios.topologies[&walk.topology].clone(),
        programme: scenarios.programmes[&walk.programme].clone(),
        walk,
    };
    let drill = Drill {
        plans: vec![plan],
        labs: Arc::new(LyingLabs(lie)),
        secrets: target.secrets(|_| None).unwrap(),
        header: Header::new(&target.target, LabKind::Sim, 1, &scenarios.tables_sha256),
        target,
        seed: 1,
        jobs: 1,
    };
    let dir = tempfile::tempdir().unwrap();
    let journal = hold(&drill, dir.path(), &AtomicBool::new(false), |_| {}).unwrap();
    judge::judge(&Journal::load(&journal).unwrap(), &scenarios.tables)
}

/// Every clause whose id begins so is inconclusive, or an error of the harness's own.
fn nothing_is_said(findings: &[Finding], stage: &str) {
    let of_stage = |finding: &&Finding| finding.clause.0.starts_with(stage);
    assert!(findings.iter().any(|finding| of_stage(&finding)));
    for finding in findings.iter().filter(of_stage) {
        let silent = matches!(finding.verdict, Verdict::Inconclusive | Verdict::Error);
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
