//! The simulation, with the reference pools in it.

use std::sync::Arc;

use lab::sim::{SimLab, SimSpec};
use lab::{Addresses, Lab, LabError};
use model::walk::LabKind;
use reference::{Mutant, Variant};

use super::background::background;
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
        simulation(spec, |pools| pools)
    }
}

impl LabFactory for MutantFactory {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        simulation(spec, |pools| pools.with(self.0))
    }
}

impl LabFactory for VariantFactory {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn create(&self, spec: &LabSpec<'_>) -> Result<Box<dyn Lab>, LabError> {
        simulation(spec, |pools| pools.varied(self.0))
    }
}

/// A simulation in which pools are as `change` makes them.
fn simulation(
    spec: &LabSpec<'_>,
    change: impl FnOnce(ReferencePools) -> ReferencePools,
) -> Result<Box<dyn Lab>, LabError> {
    let background = background(spec)?;
    let (topology, timing) = (&spec.plan.topology, &spec.plan.walk.timing);
    let addresses = Addresses::simulated(topology).with_load(background.as_ref());
    let password = reference_password(topology, spec.target, spec.secrets);
    let pools = ReferencePools::new(&addresses, &spec.plan.deployed(), timing, &password);
    let sim = SimSpec {
        topology: topology.clone(),
        timing: *timing,
        links: spec.plan.walk.links,
        background,
        target: Arc::clone(spec.target),
        secrets: spec.secrets.clone(),
        logs: spec.logs(),
        seed: spec.seed,
    };
    let pools = change(pools.for_users_of(spec.target));
    Ok(Box::new(SimLab::new(&sim, Arc::new(pools))?))
}
