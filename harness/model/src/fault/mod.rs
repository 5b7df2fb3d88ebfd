//! What takes hosts away, a file for each fault: its name, what it is, and what it does to hosts and
//! links. A new one is a file here that defines a [`FaultKind`], and its line in [`FAULTS`]: walks
//! can then ask for it, every lab brings it about, `list faults` and the schema of walks name it,
//! and conductor and judge know what probes must see of it.
//!
//! - [`kill`], [`power_off`], [`freeze`], [`isolate`], [`reject`], [`one_way_out`], [`one_way_in`]:
//!   the faults.
//! - [`kind`], [`registry`]: what a fault says of itself; all of them.
//! - `by_name`: faults as files name them.
//! - [`injectable`], [`affected`]: a fault with the hosts that it affects; whom it affects, and who
//!   else is there.
//! - [`action`]: the few things that a lab breaks to bring faults about.
//! - [`expected_samples`]: what probes must see while faults are in force, composed from their actions.

pub mod action;
pub mod affected;
mod by_name;
pub mod expected_samples;
pub mod freeze;
pub mod injectable;
pub mod isolate;
pub mod kill;
pub mod kind;
pub mod one_way_in;
pub mod one_way_out;
pub mod power_off;
pub mod registry;
pub mod reject;

pub use action::{Action, Cut};
pub use affected::Affected;
pub use expected_samples::{ExpectedSamples, ProbeQuestion, Reading};
pub use injectable::Fault;
pub use kind::FaultKind;
pub use registry::Registry;

/// All faults, in the order in which they are listed.
pub const FAULTS: Registry = Registry::new(&[
    FaultKind::KILL,
    FaultKind::POWER_OFF,
    FaultKind::FREEZE,
    FaultKind::ISOLATE,
    FaultKind::REJECT,
    FaultKind::ONE_WAY_OUT,
    FaultKind::ONE_WAY_IN,
]);
