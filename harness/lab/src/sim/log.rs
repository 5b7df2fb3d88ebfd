//! What servers log.

use model::host::HostName;
use node::Now;

/// A line that a pool or a database logged. It is for people: no verdict depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub at: Now,
    /// The server's host.
    pub host: HostName,
    /// What.
    pub line: String,
}
