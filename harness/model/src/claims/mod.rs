//! What a target says of its own limits: all that a judge has to know of it. Its file says it, a
//! journal's header keeps it.
//!
//! - [`capability`]: what a target can claim; what it does not claim is *unsupported*.
//! - [`deviation`]: where a target says that it fails, why, and until when.
//! - [`date`]: the last day on which that counts.
//! - [`times`]: how long things take with it.

pub mod capability;
pub mod date;
pub mod deviation;
pub mod times;

use serde::{Deserialize, Serialize};

pub use capability::Capability;
pub use date::{Date, DateError};
pub use deviation::Deviation;
pub use times::{InvitesWithoutOffer, SilentCallers, Telephones, Times};

use crate::clause::{Clause, ClauseId};

/// What a target says of its own limits: all that a judge has to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Claims {
    /// What it claims to have.
    pub capabilities: Vec<Capability>,
    /// Where it says that it fails.
    pub deviations: Vec<Deviation>,
    /// How long things take with it, where walks are otherwise too quick.
    #[serde(default, skip_serializing_if = "Times::is_quick")]
    pub times: Times,
}

impl Claims {
    /// A capability that `clause` needs and that is not claimed: then it is *unsupported*.
    pub fn lacks(&self, clause: &Clause) -> Option<Capability> {
        Capability::ALL.into_iter().find(|capability| {
            capability.is_needed_by(clause) && !self.capabilities.contains(capability)
        })
    }

    /// The declaration by which a failure of `clause` on this day is a *deviation*.
    pub fn deviation(&self, clause: &ClauseId, today: Date) -> Option<&Deviation> {
        self.deviations
            .iter()
            .find(|deviation| deviation.covers(clause, today))
    }

    /// A declaration that speaks of `clause`, and no longer counts on this day.
    pub fn expired_deviation(&self, clause: &ClauseId, today: Date) -> Option<&Deviation> {
        self.deviations.iter().find(|deviation| {
            today > deviation.expires && deviation.covers(clause, deviation.expires)
        })
    }
}
