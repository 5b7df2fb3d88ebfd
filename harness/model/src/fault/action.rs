//! The single things that a lab can break, and heal again.

use crate::host::HostName;
use serde::{Deserialize, Serialize};

/// One thing that a lab breaks. Undone, it is whole again.
///
/// What probes see of a fault follows from its actions alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The server's process on this host dies, the host stays up. Undone: it is started anew,
    /// with the disk that it left.
    Kill(HostName),
    /// The server's process on this host is stopped, its connections stay open. Undone: it goes
    /// on where it was, and finds what was sent to it meanwhile.
    Freeze(HostName),
    /// The host loses its power and falls silent. Undone: it starts, and all that runs on it,
    /// with what was synced to disk.
    PowerOff(HostName),
    /// One direction between two hosts is cut. Undone: packets pass again.
    Cut {
        /// The sender's host.
        from: HostName,
        /// The receiver's host.
        to: HostName,
        /// What the sender notices of it.
        how: Cut,
    },
}

/// What the sender notices when a direction is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// Nothing: packets vanish.
    Silent,
    /// The network says at once that the host cannot be reached.
    Reject,
}

impl Action {
    /// The host whose server or power this takes away, if it does.
    pub const fn machine(self) -> Option<HostName> {
        match self {
            Action::Kill(host) | Action::Freeze(host) | Action::PowerOff(host) => Some(host),
            Action::Cut { .. } => None,
        }
    }

    /// Whether nothing that the server on `sender` sends gets to `receiver` any more.
    pub fn silences(self, sender: HostName, receiver: HostName) -> bool {
        match self {
            Action::Kill(host) | Action::Freeze(host) | Action::PowerOff(host) => host == sender,
            Action::Cut { from, to, .. } => (from, to) == (sender, receiver),
        }
    }

    /// Whether undoing one of the two would undo a part of the other, or what is seen of the two
    /// together would depend on which of them came first.
    pub fn overlaps(self, other: Action) -> bool {
        match (self, other) {
            (
                Action::Cut { from, to, .. },
                Action::Cut {
                    from: sender,
                    to: receiver,
                    ..
                },
            ) => (from, to) == (sender, receiver),
            // A host without power is silent, whatever the network says of it.
            (
                Action::PowerOff(dark),
                Action::Cut {
                    from,
                    to,
                    how: Cut::Reject,
                },
            )
            | (
                Action::Cut {
                    from,
                    to,
                    how: Cut::Reject,
                },
                Action::PowerOff(dark),
            ) => dark == from || dark == to,
            (Action::Cut { .. }, _) | (_, Action::Cut { .. }) => false,
            _ => self.machine() == other.machine(),
        }
    }
}
