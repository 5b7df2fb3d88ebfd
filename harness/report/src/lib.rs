//! Verdicts and journal to what people and pipelines read. The end of the data flow: nothing here
//! is read back by the drill. (`results.json` is [`model::results::Results`], which others read too.)
//!
//! ```text
//! run directory ─► journal, tables ─► judge ─► results ─┐
//!       ▲              └───────────────────────────────┴─► each report of the registry ─► a file
//!       └──────────────────────────────────────────────────────────────────────────────────┘
//! ```
//!
//! - [`mod@report`]: what a report is: a name, a file, a rendering of a judged run.
//! - [`registry`]: the reports that there are. Who writes, seals or verifies them asks it, and knows
//!   none by name.
//! - [`reports`]: a file for each report, and the list of them all.
//! - [`run_dir`]: the directory of a run: made, read back, written to.
//! - [`observed`]: what a walk showed, as sets of words: the snapshots.
//! - [`diff`]: two runs compared.
//! - [`site`]: the runs of a directory, as pages.
//! - [`mod@paragraph`]: prose in columns.

pub mod diff;
mod logs;
pub mod observed;
pub mod paragraph;
pub mod registry;
pub mod report;
pub mod reports;
pub mod run_dir;
pub mod site;

pub use logs::Logs;
pub use registry::Registry;
pub use report::{Content, JudgedRun, LONGEST, Nature, Report};
pub use reports::REPORTS;
