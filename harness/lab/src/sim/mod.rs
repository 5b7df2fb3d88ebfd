//! The lab in virtual time: the simulation of crate `node`, with a drill's five hosts in it.
//!
//! | file | idea |
//! | --- | --- |
//! | `driver` | [`SimLab`]: breaking, mending, and stepping from one observation to the next |
//! | `deployment` | [`Deployment`]: what a drill is made of |
//! | `inhabitants` | who lives on which host |
//! | `pools` | [`Pools`]: where the pools and databases come from |
//! | `adapter` | actors and servers as one kind of node |
//! | `log` | what servers log, kept apart from what is observed |

mod adapter;
mod deployment;
mod driver;
mod inhabitants;
mod log;
mod pools;

pub use deployment::Deployment;
pub use driver::SimLab;
pub use log::LogLine;
pub use pools::{Pools, Server};
