//! The simulation, with the reference pools in it.

use std::sync::Arc;

use lab::sim::{Deployment, SimLab};
use lab::{Addresses, Lab, LabError};
use model::walk::LabKind;
use reference::Mutant;

use super::factory::{Labs, Site};
use crate::pools::ReferencePools;

/// Makes simulations.
#[derive(Clone, Copy, Debug, Default)]
pub struct SimLabs;

/// Makes simulations in which both pools have a fault of mechanism.
#[derive(Clone, Copy, Debug)]
pub struct MutantLabs(pub Mutant);

impl Labs for SimLabs {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn set_up(&self, site: &Site<'_>) -> Result<Box<dyn Lab>, LabError> {
        simulation(site, pools(site))
    }
}

impl Labs for MutantLabs {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn set_up(&self, site: &Site<'_>) -> Result<Box<dyn Lab>, LabError> {
        simulation(site, pools(site).with(self.0))
    }
}

fn pools(site: &Site<'_>) -> ReferencePools {
    let (topology, timing) = (&site.plan.topology, &site.plan.walk.timing);
    ReferencePools::new(Addresses::SIMULATED, topology, timing)
}

fn simulation(site: &Site<'_>, pools: ReferencePools) -> Result<Box<dyn Lab>, LabError> {
    let deployment = Deployment {
        topology: site.plan.topology.clone(),
        timing: site.plan.walk.timing,
        links: site.plan.walk.links,
        target: Arc::clone(site.target),
        secrets: site.secrets.clone(),
        seed: site.seed,
    };
    Ok(Box::new(SimLab::new(&deployment, Arc::new(pools))?))
}
