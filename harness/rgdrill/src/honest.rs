//! The honesty probe: small labs, made for it and thrown away. In simulation there are two, with an
//! agent in one and pools in the other that do not exist; elsewhere, where a lab takes seconds, one
//! as walks have it, in which neither can be asked about.
//!
//! Journals have nothing of it, so that they stay those of the walks alone.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use conductor::{HonestyError, Plan, honesty};
use lab::sim::{Deployment, SimLab};
use lab::{Addresses, LabError};
use miette::{Diagnostic, IntoDiagnostic as _};
use model::Topology;
use model::impairment::Links;
use model::parallel::join;
use model::walk::LabKind;
use target::Target;

use crate::hold::Drill;
use crate::labs::Site;
use crate::pools::ReferencePools;
use crate::trouble::Trouble;

/// A target whose answers cannot be relied on.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{0}")]
#[diagnostic(help(
    "its verdicts would mean nothing: correct in the target's file how this verb is bound, and how its answers are read (`read:`)"
))]
struct Dishonest(HonestyError);

/// Asks the target what cannot be and what is there for certain, before any walk is held.
pub(crate) fn check_honesty(drill: &Drill) -> Result<(), Trouble> {
    let Some(plan) = drill.plans.first() else {
        return Ok(());
    };
    let logs = tempfile::tempdir();
    let logs = logs.into_diagnostic().map_err(Trouble::harness)?;
    let found = match drill.labs.kind() {
        LabKind::Sim => probe_in_simulation(drill, plan),
        _ => probe(drill, plan, logs.path()),
    };
    found.map_err(|error| match error {
        HonestyError::Lab(trouble) => Trouble::harness(miette::miette!("{trouble}")),
        error => Trouble::usage(Dishonest(error)),
    })
}

/// In a lab as walks have it.
fn probe(drill: &Drill, plan: &Plan, logs: &Path) -> Result<(), HonestyError> {
    let site = Site {
        plan,
        target: &drill.target,
        secrets: &drill.secrets,
        seed: drill.seed,
        dir: logs,
    };
    let mut lab = drill.labs.set_up(&site)?;
    honesty::ask_without_stranger(lab.as_mut(), &plan.topology, &drill.target)
}

fn probe_in_simulation(drill: &Drill, plan: &Plan) -> Result<(), HonestyError> {
    let target = &drill.target;
    let ask = || {
        let with_stranger = honesty::with_stranger(&plan.topology);
        let mut lab = lab(drill, plan, with_stranger, Arc::clone(target))?;
        honesty::ask(&mut lab, &plan.topology, target)
    };
    let ask_of_no_pool = || {
        let of_no_pool = Arc::new(honesty::of_no_pool(target));
        let mut lab = lab(drill, plan, plan.topology.clone(), of_no_pool)?;
        honesty::ask_of_no_pool(&mut lab, target)
    };
    thread::scope(|scope| {
        let of_no_pool = scope.spawn(ask_of_no_pool);
        let of_pools = ask();
        of_pools.and(join(of_no_pool))
    })
}

/// A lab with these actors, whose pools were told of the plan's only.
fn lab(
    drill: &Drill,
    plan: &Plan,
    topology: Topology,
    target: Arc<Target>,
) -> Result<SimLab, LabError> {
    let timing = plan.walk.timing;
    let deployment = Deployment {
        topology,
        timing,
        links: Links::default(),
        target,
        secrets: drill.secrets.clone(),
        seed: drill.seed,
    };
    let pools = ReferencePools::new(Addresses::SIMULATED, &plan.topology, &timing);
    SimLab::new(&deployment, Arc::new(pools))
}
