//! `isolate`: the network loses the hosts, and says nothing.

use super::action::Cut;
use super::kind::FaultKind;

impl FaultKind {
    /// The hosts are cut off from all others, silently.
    pub const ISOLATE: FaultKind = FaultKind::new(
        "isolate",
        "the hosts are cut off from all others, silently",
        |affected| {
            [
                affected.cut_outward(Cut::Silent),
                affected.cut_inward(Cut::Silent),
            ]
            .concat()
        },
    );
}
