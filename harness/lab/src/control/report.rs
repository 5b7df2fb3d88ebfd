//! What a process tells its harness.

use std::net::IpAddr;

use actors::RunRequest;
use model::journal::Event;
use serde::{Deserialize, Serialize};

/// A report and when it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// When, in microseconds on the engine host's monotonic clock since the epoch that the
    /// process's configuration gives. All processes of one machine share this clock.
    pub t_us: u64,
    /// What.
    #[serde(flatten)]
    pub report: Report,
}

/// What a process tells its harness.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Report {
    /// All of its ports are open; always the first report.
    Ready {
        /// Where it listens.
        addresses: Vec<IpAddr>,
    },
    /// Something for the journal.
    Observed {
        /// Who saw or did it: an actor's name or, for a probe, its host's.
        host: String,
        /// What.
        event: Event,
    },
    /// Actors only: one of them wants a command run, and is to be told how it ended.
    Run {
        /// Its name.
        actor: String,
        /// The id that it is to be told under.
        id: u64,
        /// The command.
        request: RunRequest,
    },
    /// An order was carried out, or could not be.
    Done {
        /// The number of the order's line.
        order: u64,
        /// Why it could not be carried out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The process's own trouble: what it observes is no longer complete.
    Trouble {
        /// What happened.
        what: String,
    },
}
