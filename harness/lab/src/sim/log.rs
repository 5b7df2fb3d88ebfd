//! What servers log.

use model::topology::Host;
use node::Now;

/// A line that a pool or a database logged. It is for people: no verdict depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub at: Now,
    /// The server's host.
    pub host: Host,
    /// What.
    pub line: String,
}
