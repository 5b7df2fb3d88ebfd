//! The lab of pools that run already: on machines that are not the lab's, and that it reaches by SIP and
//! by the target's own commands alone.
//!
//! Agents, callers, the administrator and a probe are in this process, on an address of this machine.
//! Nothing of the harness is on the pools' machines: what the one probe can ask them is whether their SIP
//! ports answer, and by that every fault is proven that a command is said to have brought about.
//!
//! | file | idea |
//! | --- | --- |
//! | `spec` | [`ExternalSpec`]: what a lab is made of |
//! | `lab` | [`ExternalLab`]: who is in it; waiting for the next observation |
//! | `machines` | the machines: provisioned, broken and mended by the target's commands |
//! | `broken` | [`BrokenMachines`]: which are broken, and what mends each |
//! | `identity` | [`identity()`]: what a pool says that it is |
//! | `means` | which walks those commands are enough for |

mod broken;
mod identity;
mod lab;
mod machines;
mod means;
mod spec;

pub use broken::{BrokenMachine, BrokenMachines};
pub use identity::identity;
pub use lab::ExternalLab;
pub use means::lacks;
pub use spec::ExternalSpec;
