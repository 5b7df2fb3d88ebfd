//! What rgdrill can do, a file for each command.

pub(crate) mod certify;
pub(crate) mod check;
pub(crate) mod list;
pub(crate) mod recheck;
