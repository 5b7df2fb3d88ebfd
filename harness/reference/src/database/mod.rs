//! The back-end database of a pool: a node of its own, so that it can be up while its pool is
//! down, and down while its pool is up.
//!
//! - `protocol`: what a pool says to it, in JSON over HTTP.
//! - `documents`: the documents that it holds, in redb.
//! - `reopen`: storage that can be opened again after it failed.
//! - [`node`]: the node.

mod documents;
pub mod node;
pub(crate) mod protocol;
mod reopen;

pub use documents::DatabaseError;
pub use node::Database;
