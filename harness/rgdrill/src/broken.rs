//! Machines that a drill leaves broken: which, and what mends them.

use campaign::CampaignError;
use lab::external::{BrokenMachine, BrokenMachines};
use miette::Diagnostic;

/// A drill is over, and has not mended what it broke.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("the drill leaves machines broken: {machines}")]
pub(crate) struct StillBroken {
    machines: String,
    /// Why it was over early, if it was.
    #[source]
    cause: Option<CampaignError>,
    #[help]
    help: String,
}

impl StillBroken {
    /// Of those that are broken now, unless none is.
    pub(crate) fn of(broken: &BrokenMachines) -> Option<StillBroken> {
        let broken = broken.now();
        (!broken.is_empty()).then(|| StillBroken {
            machines: named(&broken),
            cause: None,
            help: how_to_mend(&broken),
        })
    }

    /// The same, of a drill that was over early.
    pub(crate) fn because(self, cause: CampaignError) -> StillBroken {
        StillBroken {
            cause: Some(cause),
            ..self
        }
    }
}

/// The machines, each with what it was made to suffer.
pub(crate) fn named(broken: &[BrokenMachine]) -> String {
    let machines = broken.iter().map(ToString::to_string);
    machines.collect::<Vec<_>>().join(", ")
}

/// The target's own commands that mend them, the machine that was broken last first.
pub(crate) fn how_to_mend(broken: &[BrokenMachine]) -> String {
    let commands = broken.iter().rev();
    let commands = commands.map(|machine| format!("`{}`", machine.mended_by));
    format!(
        "in the directory of the target's file, run {}",
        commands.collect::<Vec<_>>().join(", then ")
    )
}
