//! What a harness tells a process.

use std::net::IpAddr;
use std::time::Duration;

use actors::Command;
use model::fault::Cut;
use model::impairment::Impairment;
use serde::{Deserialize, Serialize};

/// How often a harness sends [`Order::Heartbeat`].
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(1);

/// How long a process lives on without one.
pub const HEARTBEAT_WITHIN: Duration = Duration::from_secs(10);

/// What a harness tells a process. All but the heartbeat are answered with
/// [`Report::Done`](super::Report::Done).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Order {
    /// The harness lives.
    Heartbeat,
    /// Actors only: tell `actor` what to do.
    Command {
        /// The actor's name.
        actor: String,
        /// What to do.
        command: Command,
    },
    /// Holders only: nothing that this host sends to `peer` arrives any more. What `peer` sends is
    /// cut at `peer`, by its own holder.
    Cut {
        /// The receiver's address.
        peer: IpAddr,
        /// What this host notices of it.
        how: Cut,
    },
    /// Holders only: what this host sends to `peer` arrives again.
    Heal {
        /// The receiver's address.
        peer: IpAddr,
    },
    /// Holders only: heal whatever is cut.
    HealAll,
    /// Holders only: whatever this host sends fares so from now on.
    Impair {
        /// How.
        impairment: Impairment,
    },
}
