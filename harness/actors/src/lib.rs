//! The synthetic agents, callers and administrator of a drill, and the probes of its hosts.
//!
//! All are [nodes](node::Node): a lab hands them [`Command`]s and what arrives from the network;
//! what they see and do comes out as [events](model::journal::event::Event) for the journal. They
//! know no clause and judge nothing.
//!
//! | node | what it does |
//! | --- | --- |
//! | [`Caller`] | calls response groups, and whoever else; is called from on behalf of a group |
//! | [`Agent`] | registers, is alerted, answers; places calls; uses the agent console |
//! | [`Administrator`] | fails over and back, exports, imports, lists, changes |
//! | [`Probe`] | sees from one host which others can be reached |

mod address;
mod administrator;
mod agent;
mod call;
mod caller;
mod command;
mod desk;
mod errands;
mod flow;
mod hops;
mod media;
mod network;
mod own_database;
mod party;
mod probe;
mod question;
mod redact;
mod registration;
mod voice;

pub use administrator::Administrator;
pub use agent::Agent;
pub use caller::Caller;
pub use command::Command;
pub use desk::Desk;
pub use network::{Network, Place, PoolAddress};
pub use probe::Probe;
