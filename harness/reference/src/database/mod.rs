//! The back-end database of a pool: a node of its own, so that it can be up while its pool is
//! down, and down while its pool is up.
//!
//! - `documents`: the documents that it holds, in redb.
//! - `reopen`: storage that can be opened again after it failed.
//! - [`node`]: the node.

mod documents;
pub mod node;
mod reopen;

pub use documents::DatabaseError;
pub(crate) use documents::damaged;
pub use node::Database;
