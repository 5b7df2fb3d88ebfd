//! A workflow: what is called, and how a call to it begins.

use serde::{Deserialize, Serialize};

use super::action::Action;

/// A workflow. Its name is the user part of the address that is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// The name of the queue in which calls wait.
    pub queue: String,
    /// Whether callers may see who answers.
    #[serde(default)]
    pub agents: Anonymity,
    /// The name of the business hours; none: always open.
    #[serde(default)]
    pub hours: Option<String>,
    /// What becomes of calls outside of the business hours.
    #[serde(default)]
    pub after_hours: Action,
    /// The names of the holiday sets.
    #[serde(default)]
    pub holidays: Vec<String>,
    /// What becomes of calls on a holiday.
    #[serde(default)]
    pub on_holiday: Action,
}

/// Whether callers may see who answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anonymity {
    /// They may: signalling and media go from end to end where they can.
    #[default]
    Shown,
    /// They may not: the pool stays in the middle of signalling and media until the call ends.
    Hidden,
}
