//! The directory of a run: `runs/<time>-<target>-<lab>/`, or wherever `--out` says.
//!
//! | file | what it is |
//! | --- | --- |
//! | [`journal.jsonl`](JOURNAL) | everything that was observed; all else is derived from it |
//! | [`tables.yaml`](TABLES) | the documented statements that the run was judged against |
//! | one for each of [`REPORTS`](crate::REPORTS) | what the journal shows |
//! | `logs/<walk>/` | what servers logged meanwhile, where the lab has that: for people |
//! | `*.spool` | what a walk has observed so far: there only while the drill runs, and where it stopped early |
//!
//! - [`new`]: a directory for a run that is about to begin.
//! - [`stored`]: a run that ended, read back.
//! - [`merged`]: runs of the shards of one drill, joined.
//! - [`spools`]: the walks' spools.
//! - [`write`]: files written whole or not at all.

pub mod merged;
pub mod new;
pub mod spools;
pub mod stored;
pub mod write;

pub use merged::{MergeError, merge};
pub use new::{NewRunDir, NewRunDirError, StaleLatest};
pub use stored::{StoredRun, StoredRunError};
pub(crate) use write::write_whole_by;
pub use write::{WriteError, write_whole};

/// The name of the journal.
pub const JOURNAL: &str = model::journal::FILE_NAME;

/// The name of the tables.
pub const TABLES: &str = "tables.yaml";
