//! `one-way-in`: the hosts can speak, but not hear.

use super::action::Cut;
use super::kind::FaultKind;

impl FaultKind {
    /// Nothing that is sent to the hosts arrives; what they send does.
    pub const ONE_WAY_IN: FaultKind = FaultKind::new(
        "one-way-in",
        "nothing that is sent to the hosts arrives; what they send does",
        |affected| affected.cut_inward(Cut::Silent),
    );
}
