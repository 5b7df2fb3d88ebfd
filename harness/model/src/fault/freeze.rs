//! `freeze`: the process is stopped, as by SIGSTOP.

use super::action::Action;
use super::kind::FaultKind;

impl FaultKind {
    /// The process is stopped, its connections stay open.
    pub const FREEZE: FaultKind = FaultKind::new(
        "freeze",
        "the process is stopped; its connections stay open",
        |affected| affected.each(Action::Freeze),
    );
}
