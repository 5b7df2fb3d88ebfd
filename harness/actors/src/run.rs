//! Commands that a target's verbs are bound to: an actor wants one run, somebody who has machines runs
//! it, and tells how it ended.

use model::host::HostName;
use serde::{Deserialize, Serialize};
use target::Invocation;

/// A command that an actor wants run. Its secrets stand in it by their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunRequest {
    /// The host that it is for.
    pub at: HostName,
    /// What is run, where, and for how long.
    pub invocation: Invocation,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum RunEnd {
    /// It exited.
    Exited {
        /// With this code; 128 and the signal's number if one ended it.
        code: u16,
        /// What it wrote to standard output.
        stdout: String,
        /// What it wrote to standard error.
        stderr: String,
    },
    /// Nobody can say how: it could not be started, or was not done in time.
    Unknown {
        /// Why.
        why: String,
    },
}
