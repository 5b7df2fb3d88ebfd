//! The words of the drill, and nothing that acts: what scenario files say, what a journal records,
//! what a verdict is. Every other crate speaks in these types; formats of files are known here.
//!
//! - [`clause`]: stages, activities, and the documented statements ([`Tables`]).
//! - [`topology`]: pools, groups, agents, callers; [`host`]: the machines that they live on.
//! - [`walk`], [`programme`]: how a drill goes through the stages, and who is busy with what; [`random`]: what is
//!   done beside that.
//! - [`drawn`]: who plays the roles that these speak of, and what is written in place of their words;
//!   [`directory`]: the names that a target has for that.
//! - [`fault`]: what takes hosts away, and what probes must see of it ([`reach`]).
//! - [`impairment`]: what links do to packets, short of cutting them off.
//! - [`load`]: calls in the background of a walk, and what was measured of them.
//! - [`journal`]: what was seen, one event a line, sealed by a chain of hashes.
//! - [`logged`]: what servers logged meanwhile, for people.
//! - [`verb`]: what administrators and agents have a pool do, through which surface.
//! - [`verdict`], [`finding`], [`clause_result`], [`results`], [`summary`], [`exit_code`]: what the
//!   judge says of a clause, and what that makes of a run; [`outline`]: what is read of it again.
//! - [`claims`]: what a target says of its own limits.
//! - [`figure`]: what a drill measured as a whole, and what is required of it.
//! - [`repetition`]: the names of walks that are run several times; [`shards`]: walks that several processes share.
//! - [`shared`], [`packed`]: what many lines of a journal say alike, or is seldom asked for, in little room.
//! - [`scenarios`]: all of the files together, loaded and checked.
//! - [`yaml`], [`mod@file`], [`file_kind`], [`yaml_path`]: how files are read, and how errors show their line and column.
//! - [`printable`]: text from outside, made fit to be shown.
//! - [`bounded`]: files from outside, read with a limit.
//! - [`yardstick`]: which of them are not a release's.
//! - [`environment`]: the variables of this process.
//! - [`parallel`]: work that is shared out over the cores.
//! - [`pattern`], [`nearest`], [`schema`]: names with `*`; what may be meant by a name that is
//!   unknown; JSON Schemas for editors.

pub mod bounded;
pub mod check;
pub mod claims;
pub mod clause;
pub mod clause_result;
pub mod directory;
pub mod documented;
pub mod drawn;
pub mod environment;
pub mod exit_code;
pub mod fault;
pub mod figure;
pub mod file;
pub mod file_kind;
pub mod finding;
pub mod host;
pub mod impairment;
mod in_text;
pub mod journal;
pub mod load;
mod locate;
pub mod logged;
pub mod nearest;
pub mod outline;
pub mod packed;
pub mod parallel;
pub mod pattern;
pub mod printable;
pub mod programme;
pub mod random;
pub mod reach;
pub mod repetition;
pub mod results;
pub mod scenarios;
pub mod schema;
mod schema_fields;
pub mod shards;
pub mod shared;
pub mod span;
pub mod summary;
pub mod topology;
pub mod verb;
pub mod verdict;
pub mod walk;
pub mod yaml;
pub mod yaml_path;
pub mod yardstick;

pub use clause::{Activity, Clause, ClauseId, Stage, Tables};
pub use file::{FileError, FileErrors};
pub use pattern::Pattern;
pub use programme::Programme;
pub use scenarios::Scenarios;
pub use span::Span;
pub use topology::Topology;
pub use verdict::Verdict;
pub use walk::Walk;
