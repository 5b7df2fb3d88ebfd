//! The honesty probe: small labs, made for it and thrown away. In simulation there are two, with an
//! agent in one and pools in the other that do not exist; elsewhere, where a lab takes seconds, one
//! as walks have it, in which neither can be asked about.
//!
//! Journals have nothing of it, so that they stay those of the walks alone.

use std::sync::Arc;
use std::thread;

use conductor::{HonestyError, honesty};
use drawing::Plan;
use lab::sim::{SimLab, SimSpec};
use lab::{Addresses, LabError};
use model::Topology;
use model::impairment::Links;
use model::parallel::join;
use model::walk::LabKind;
use target::Target;
use tokio_util::sync::CancellationToken;

use crate::campaign::Campaign;
use crate::labs::LabSpec;
use crate::pools::{ReferencePools, reference_password};

/// Asks the target what cannot be and what is there for certain, before any walk is run; nothing, where
/// the lab has not the means for any of them.
///
/// # Errors
///
/// [`HonestyError`]; of these, only what the target answered is its own fault.
pub fn check(campaign: &Campaign, cancelled: &CancellationToken) -> Result<(), HonestyError> {
    let has_means = |plan: &&Plan| campaign.labs.lacks(&plan.walk).is_none();
    let Some(plan) = campaign.plans.iter().find(has_means) else {
        return Ok(());
    };
    let directory = &campaign.target.directory;
    let plan = &plan.clone().drawn_by(campaign.seed, 1, directory);
    match campaign.labs.kind() {
        LabKind::Sim => probe_in_simulation(campaign, plan)?,
        _ => probe(campaign, plan, cancelled)?,
    }
    Ok(())
}

/// In a lab as walks have it.
fn probe(
    campaign: &Campaign,
    plan: &Plan,
    cancelled: &CancellationToken,
) -> Result<(), HonestyError> {
    let spec = LabSpec {
        name: &plan.walk.walk,
        plan,
        target: &campaign.target,
        secrets: &campaign.secrets,
        seed: campaign.seed,
        dir: None,
        cancelled,
    };
    let lab = campaign.labs.create(&spec);
    let mut lab = lab.map_err(HonestyError::Lab)?;
    honesty::ask_without_stranger(lab.as_mut(), &plan.topology, &campaign.target)?;
    Ok(())
}

fn probe_in_simulation(campaign: &Campaign, plan: &Plan) -> Result<(), HonestyError> {
    let target = &campaign.target;
    let ask = || {
        let with_stranger = honesty::with_stranger(&plan.topology);
        let mut lab = lab(campaign, plan, with_stranger, Arc::clone(target))?;
        honesty::ask(&mut lab, &plan.topology, target)
    };
    let ask_of_no_pool = || {
        let of_no_pool = Arc::new(honesty::of_no_pool(target));
        let mut lab = lab(campaign, plan, plan.topology.clone(), of_no_pool)?;
        honesty::ask_of_no_pool(&mut lab, &plan.topology, target)
    };
    thread::scope(|scope| {
        let of_no_pool = scope.spawn(ask_of_no_pool);
        let of_pools = ask();
        of_pools.and(join(of_no_pool))
    })
}

/// A lab with these actors, whose pools know those of the plan only.
fn lab(
    campaign: &Campaign,
    plan: &Plan,
    topology: Topology,
    target: Arc<Target>,
) -> Result<SimLab, LabError> {
    let timing = plan.walk.timing;
    let spec = SimSpec {
        topology,
        timing,
        links: Links::default(),
        background: None,
        logs: None,
        target,
        secrets: campaign.secrets.clone(),
        seed: campaign.seed,
    };
    let pools = ReferencePools::new(
        &Addresses::simulated(&plan.topology),
        &plan.topology,
        &timing,
        &reference_password(&plan.topology, &campaign.target, &campaign.secrets),
    )
    .for_users_of(&campaign.target);
    SimLab::new(&spec, Arc::new(pools))
}
