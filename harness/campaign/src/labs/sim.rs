//! The simulation, with the reference pools in it.

use std::sync::Arc;

use lab::sim::{SimLab, SimSpec};
use lab::{Addresses, Lab, LabError};
use model::walk::LabKind;
use reference::{Mutant, Variant};

use super::factory::{LabFactory, LabSpec};
use crate::pools::{ReferencePools, reference_password};

/// Makes simulations.
#[derive(Clone, Copy, Debug, Default)]
pub struct SimFactory;

/// Makes simulations in which both pools have a defect.
#[derive(Clone, Copy, Debug)]
pub struct MutantFactory(pub Mutant);

/// Makes simulations in which both pools have another right way.
#[derive(Clone, Copy, Debug)]
pub struct VariantFactory(pub Variant);

impl LabFactory for SimFactory {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        simulation(spec, pools(spec))
    }
}

impl LabFactory for MutantFactory {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        simulation(spec, pools(spec).with(self.0))
    }
}

impl LabFactory for VariantFactory {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        simulation(spec, pools(spec).varied(self.0))
    }
}

fn pools(spec: &LabSpec<'_>) -> ReferencePools {
    let (topology, timing) = (&spec.plan.topology, &spec.plan.walk.timing);
    let password = reference_password(topology, spec.target, spec.secrets);
    ReferencePools::new(&Addresses::simulated(topology), topology, timing, &password)
        .for_users_of(spec.target)
}

fn simulation(spec: &LabSpec<'_>, pools: ReferencePools) -> Result<Box<dyn Lab>, LabError> {
    let sim = SimSpec {
        topology: spec.plan.topology.clone(),
        timing: spec.plan.walk.timing,
        links: spec.plan.walk.links,
        target: Arc::clone(spec.target),
        secrets: spec.secrets.clone(),
        seed: spec.seed,
    };
    Ok(Box::new(SimLab::new(&sim, Arc::new(pools))?))
}
