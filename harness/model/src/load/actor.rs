//! Callers and agents of one kind.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::topology::Pool;

/// All callers to the groups of one pool, or all agents who are homed in it, of one kind of load. To the lab they
/// are one actor, whose name is what [`Display`](fmt::Display) gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Actor {
    /// The kind's name.
    pub kind: String,
    /// Whose groups are called; where the agents are homed.
    pub of: Pool,
    /// Callers or agents.
    pub role: Role,
}

/// At which end of the calls.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Those who answer.
    Agents,
    /// Those who call.
    Callers,
}

impl Role {
    /// Both: agents come first, for they have to be there when somebody calls.
    pub const BOTH: [Role; 2] = [Role::Agents, Role::Callers];

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Agents => "agents",
            Role::Callers => "callers",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Actor { kind, of, role } = self;
        write!(f, "load/{kind}/{of}/{}", role.word())
    }
}
