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
//! | [`Background`] | calls by the thousand, and whoever answers them; only what is measured of it is told |
//! | [`Probe`] | sees from one host which others can be reached |

mod actor_spec;
mod address_book;
mod administrator;
mod agent;
mod audio;
mod background;
mod call_leg;
mod caller;
mod caller_id;
mod command;
mod database_check;
mod flow;
mod hops;
mod listener;
mod mark;
mod media;
mod operation;
mod operations;
mod probe;
mod probe_message;
mod redact;
mod registration;
mod run;
mod softphone;
mod tally;
mod target_adapter;
mod voice;

pub use actor_spec::ActorSpec;
pub use address_book::{AddressBook, PoolAddress};
pub use administrator::Administrator;
pub use agent::Agent;
pub use background::{Background, BackgroundSpec, LoadOrder, Surroundings};
pub use caller::Caller;
pub use command::Command;
pub use operation::{Operation, SECOND_POOL};
pub use probe::Probe;
pub use run::{RunEnd, RunRequest};
pub use target_adapter::{Commands, TargetAdapter};
pub use voice::{NoSuchVoice, Voice};
