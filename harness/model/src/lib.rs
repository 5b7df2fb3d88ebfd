//! The words of the drill, and nothing that acts: what scenario files say, what a journal records,
//! what a verdict is. Every other crate speaks in these types; formats of files are known here.
//!
//! - [`clause`]: stages, activities, and the documented statements ([`Tables`]).
//! - [`topology`]: pools, groups, agents, callers, and the hosts that they live on.
//! - [`walk`], [`programme`]: how a drill goes through the stages, and who is busy with what.
//! - [`journal`]: what was seen, one event a line, sealed by a chain of hashes.
//! - [`verdict`]: what the judge says of a clause.

pub mod clause;
pub mod journal;
pub mod programme;
pub mod span;
pub mod topology;
pub mod verdict;
pub mod walk;

pub use clause::{Activity, Clause, ClauseId, Stage, Tables};
pub use span::Span;
pub use topology::Topology;
pub use verdict::Verdict;
pub use walk::Walk;
