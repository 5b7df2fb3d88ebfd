//! A programme: what agents, callers and administrators do in each stage of a walk.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::Span;
use crate::clause::Stage;
use crate::topology::{Behaviour, Pool};

/// A programme, as `programmes/*.yaml` describes it; walks share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Programme {
    /// Its name, which is also the file's.
    pub programme: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// What is done in each stage.
    pub stages: IndexMap<Stage, Vec<Step>>,
}

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// How long into the stage.
    pub at: Span,
    /// What is done.
    #[serde(rename = "do")]
    pub act: Act,
    /// Only in walks that import at one of these times; absent: in all.
    #[serde(default)]
    pub only: Option<Vec<crate::walk::Imports>>,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// A caller calls a group, an agent or a callee, and holds the line until told otherwise.
    #[serde(rename_all = "kebab-case")]
    Call {
        /// The caller's (or agent's) name.
        by: String,
        /// The name of whom is called.
        to: String,
        /// When the caller hangs up, counted from when the call was placed; absent: never.
        #[serde(default)]
        for_: Option<Span>,
    },
    /// A caller ends the call, whatever has become of it.
    HangUp {
        /// The caller's name.
        by: String,
    },
    /// An agent behaves otherwise from now on.
    Behave {
        /// The agent's name.
        agent: String,
        /// What the agent does when alerted.
        how: Behaviour,
    },
    /// An administrator exports a pool's groups and imports them into its partner.
    Import {
        /// The owner of the groups.
        of: Pool,
    },
}
