//! How one direction between two hosts is cut.

/// A cut of one direction between two hosts.
///
/// It takes effect where packets are sent: what has already left travels on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cut {
    /// Packets vanish, and the sender is told nothing.
    Silent,
    /// The sender is told at once that the host cannot be reached (`EHOSTUNREACH`).
    ///
    /// An open TCP connection takes that for a passing trouble and goes on sending again, as
    /// RFC 1122 section 4.2.3.9 asks of it.
    Reject,
}
