//! What must be true of a file beyond its types, one file for each kind of file.
//!
//! - [`complaints`]: what was found wrong, with its place.
//! - [`names`]: what names may be, and that none is used twice.
//! - [`tables`]: the oracle is complete and consistent.
//! - [`topology`]: everybody who is named is there.
//! - [`walk`]: the stages are reached, the timing can work, what is judged can be observed; `load`: its load can be placed.
//! - [`programme`]: every step has its actors and its time, in each walk that uses it.

pub mod complaints;
mod load;
pub mod names;
pub(crate) mod programme;
pub(crate) mod tables;
pub(crate) mod topology;
pub(crate) mod walk;
