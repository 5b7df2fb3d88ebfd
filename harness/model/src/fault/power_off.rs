//! `power-off`: the host loses its power.

use super::action::Action;
use super::kind::FaultKind;

impl FaultKind {
    /// The host is silent.
    pub const POWER_OFF: FaultKind = FaultKind::new(
        "power-off",
        "the host is silent; what was not synced to disk is lost",
        |affected| affected.each(Action::PowerOff),
    );
}
