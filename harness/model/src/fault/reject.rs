//! `reject`: the network loses the hosts, and says so.

use super::action::Cut;
use super::kind::FaultKind;

impl FaultKind {
    /// The hosts are cut off from all others, with an ICMP answer.
    pub const REJECT: FaultKind = FaultKind::new(
        "reject",
        "the hosts are cut off from all others, with an ICMP answer",
        |affected| {
            [
                affected.cut_outward(Cut::Reject),
                affected.cut_inward(Cut::Reject),
            ]
            .concat()
        },
    );
}
