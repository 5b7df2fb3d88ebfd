//! What rgdrill can do, a file or a folder for each command; `judging`, `engine` and `process` are what several of them
//! have in common.

pub(crate) mod actors;
pub(crate) mod certify;
pub(crate) mod check;
pub(crate) mod clean;
pub(crate) mod completions;
pub(crate) mod database;
pub(crate) mod diff;
mod engine;
pub(crate) mod holder;
mod judging;
pub(crate) mod list;
pub(crate) mod load;
pub(crate) mod man;
pub(crate) mod merge;
pub(crate) mod pool;
pub(crate) mod process;
pub(crate) mod prove;
pub(crate) mod recheck;
pub(crate) mod report;
pub(crate) mod serve;
pub(crate) mod sweep;
pub(crate) mod target;
mod trouble;
pub(crate) mod verify;
