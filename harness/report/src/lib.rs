//! Verdicts and journal to what people and pipelines read. The end of the data flow: nothing here
//! is read back by the drill. (`results.json` is [`model::results::Results`], which others read too.)
//!
//! - [`terminal`]: the table of the document with a verdict at each statement, and why.
//! - [`observed`]: what a walk showed, as sets of words: the snapshots.
//! - [`diff`]: two runs compared.
//! - [`junit`]: `junit.xml`, in the shape that nextest writes.
//! - [`mod@paragraph`]: prose in columns.

pub mod diff;
pub mod junit;
pub mod observed;
pub mod paragraph;
pub mod terminal;
