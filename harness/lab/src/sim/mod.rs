//! The lab in virtual time: the simulation of crate `node`, with its hosts in it.
//!
//! | file | idea |
//! | --- | --- |
//! | `driver` | [`SimLab`]: injecting, healing, and stepping from one observation to the next |
//! | `spec` | [`SimSpec`]: what a lab is made of |
//! | `processes` | what runs on which host |
//! | `pools` | [`Pools`]: where the pools and databases come from |
//! | `adapter` | actors and servers as one kind of node |
//! | `log` | what servers log, kept beside the journal |

mod adapter;
mod driver;
mod log;
mod pools;
mod processes;
mod spec;

pub use driver::SimLab;
pub use pools::{Pools, Server};
pub use spec::SimSpec;
