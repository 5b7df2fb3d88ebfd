//! Sees to it that no fault outlives the walk, whatever happens.

use lab::{FaultId, Lab, LabError};
use model::fault::Fault;

/// A lab and the faults that are in force there. Dropped, it heals them.
pub(crate) struct GuardedLab<'a> {
    lab: &'a mut dyn Lab,
    in_force: Vec<(FaultId, Fault)>,
}

impl<'a> GuardedLab<'a> {
    /// A lab without a fault.
    pub(crate) fn new(lab: &'a mut dyn Lab) -> Self {
        let in_force = Vec::new();
        GuardedLab { lab, in_force }
    }

    /// The lab, for everything but faults.
    pub(crate) fn lab(&mut self) -> &mut dyn Lab {
        self.lab
    }

    /// The lab, to be asked only.
    pub(crate) fn asked(&self) -> &dyn Lab {
        self.lab
    }

    /// Injects a fault, which is healed at the latest when this is dropped.
    pub(crate) fn inject(&mut self, fault: Fault) -> Result<(), LabError> {
        let id = self.lab.inject(&fault)?;
        self.in_force.push((id, fault));
        Ok(())
    }

    /// Heals the fault that was injected last, and gives it back; none if all are healed.
    pub(crate) fn heal_last(&mut self) -> Result<Option<Fault>, LabError> {
        let Some((id, _)) = self.in_force.last() else {
            return Ok(None);
        };
        self.lab.heal(*id)?;
        Ok(self.in_force.pop().map(|(_, fault)| fault))
    }
}

impl Drop for GuardedLab<'_> {
    fn drop(&mut self) {
        for (id, _) in self.in_force.drain(..).rev() {
            // Whoever broke off has the reason in hand; that healing failed as well adds nothing.
            let _ = self.lab.heal(id);
        }
    }
}
