//! Where the pools and databases come from: the lab knows none.

use std::convert::Infallible;

use model::topology::Pool;
use node::Node;
use node::sim::Boot;

/// A pool or a database, as a node. It takes no commands, and what it tells is for people only:
/// the judge sees nothing that a vendor's server could not have caused.
pub type Server = Box<dyn Node<Command = Infallible, Event = String>>;

/// Builds what runs on the pools' and databases' hosts, anew at each start.
pub trait Pools: Send + Sync {
    /// The pool itself, at [`SIP`](crate::addresses::SIP), [`Addresses::pool_rtp`](crate::Addresses::pool_rtp)
    /// and [`POOL_HTTP`](crate::addresses::POOL_HTTP).
    fn pool(&self, pool: Pool, boot: Boot) -> Server;

    /// The pool's back-end database, at [`DATABASE_HTTP`](crate::addresses::DATABASE_HTTP).
    fn database(&self, pool: Pool, boot: Boot) -> Server;
}
