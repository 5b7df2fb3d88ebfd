//! `one-way-out`: the hosts can hear, but not speak.

use super::action::Cut;
use super::kind::FaultKind;

impl FaultKind {
    /// Nothing that the hosts send arrives anywhere; what is sent to them does.
    pub const ONE_WAY_OUT: FaultKind = FaultKind::new(
        "one-way-out",
        "nothing that the hosts send arrives; what is sent to them does",
        |affected| affected.cut_outward(Cut::Silent),
    );
}
