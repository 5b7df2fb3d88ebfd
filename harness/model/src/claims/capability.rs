//! What a target can claim to have. Clauses that need what it does not claim are *unsupported*.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clause::{Activity, CallKind, Clause, Condition, Expectation, Stage};
use crate::verb::{Surface, Verb};

/// Something that an implementation has or has not.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Failing over to the backup pool, and back.
    Failover,
    /// Exporting a pool's response groups, importing them into its partner, removing them there.
    Import,
    /// The graphical management surface.
    ControlPanel,
    /// The management surface of commands.
    Shell,
    /// The agent console: an agent's groups, signing in and out.
    AgentConsole,
    /// Calls on behalf of a response group.
    OnBehalf,
    /// Groups whose agents' identities are hidden from callers.
    AnonymousCalls,
}

impl Capability {
    /// All of them.
    pub const ALL: [Capability; 7] = [
        Capability::Failover,
        Capability::Import,
        Capability::ControlPanel,
        Capability::Shell,
        Capability::AgentConsole,
        Capability::OnBehalf,
        Capability::AnonymousCalls,
    ];

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Capability::Failover => "failover",
            Capability::Import => "import",
            Capability::ControlPanel => "control-panel",
            Capability::Shell => "shell",
            Capability::AgentConsole => "agent-console",
            Capability::OnBehalf => "on-behalf",
            Capability::AnonymousCalls => "anonymous-calls",
        }
    }

    /// The verbs without which it is an empty claim.
    pub const fn verbs(self) -> &'static [Verb] {
        match self {
            Capability::Failover => &[Verb::FailOver, Verb::FailBack],
            Capability::Import => &[Verb::Export, Verb::Import, Verb::RemoveExported],
            Capability::ControlPanel | Capability::Shell => &[Verb::List, Verb::Modify],
            Capability::AgentConsole => &[Verb::GetGroups, Verb::SignIn, Verb::SignOut],
            Capability::OnBehalf => &[Verb::CallOnBehalf],
            Capability::AnonymousCalls => &[],
        }
    }

    /// The surface through which its verbs are invoked, where it is one.
    pub const fn surface(self) -> Option<Surface> {
        match self {
            Capability::ControlPanel => Some(Surface::ControlPanel),
            Capability::Shell => Some(Surface::Shell),
            _ => None,
        }
    }

    /// Whether `clause` says nothing about a target that lacks this.
    pub fn is_needed_by(self, clause: &Clause) -> bool {
        match self {
            Capability::Failover => !matches!(clause.stage, Stage::Healthy | Stage::Outage),
            Capability::Import => clause.condition == Condition::Imported,
            Capability::ControlPanel | Capability::Shell => {
                clause.activity == Activity::Configuration
            }
            Capability::AgentConsole => clause.activity == Activity::Agents,
            Capability::OnBehalf => clause.activity == Activity::OnBehalf,
            Capability::AnonymousCalls => matches!(
                clause.expect,
                Expectation::Connected {
                    calls: CallKind::Anonymous,
                    ..
                }
            ),
        }
    }
}
