//! What rgdrill can do, a file for each command.

pub(crate) mod actors;
pub(crate) mod certify;
pub(crate) mod check;
pub(crate) mod clean;
pub(crate) mod database;
pub(crate) mod diff;
pub(crate) mod holder;
pub(crate) mod list;
pub(crate) mod pool;
pub(crate) mod process;
pub(crate) mod prove;
pub(crate) mod recheck;
pub(crate) mod verify;
