//! What administrators and agents have a pool do, through which surface, and how that ends: verbs
//! as a target's file binds them, and the rows that they list.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::topology::{Group, Pool};

/// What an administrator or an agent can have done, as a target's file binds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// An administrator fails over to the backup, in disaster mode.
    FailOver,
    /// An administrator fails back to the primary.
    FailBack,
    /// An administrator exports a pool's groups.
    Export,
    /// An administrator imports an export into a pool.
    Import,
    /// An administrator exports a pool's copies of its partner's groups, and removes them.
    RemoveExported,
    /// An administrator lists groups in a surface.
    List,
    /// An administrator changes a group's configuration in a surface.
    Modify,
    /// An agent asks the agent console for the agent groups.
    GetGroups,
    /// An agent signs in to a formal agent group.
    SignIn,
    /// An agent signs out of a formal agent group.
    SignOut,
    /// An agent calls somebody on behalf of a response group.
    CallOnBehalf,
    /// An administrator creates an agent, before a walk.
    CreateAgent,
    /// An administrator creates a group, before a walk.
    CreateGroup,
}

/// The two management surfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// The graphical one, with the Response Group Configuration Tool.
    ControlPanel,
    /// The cmdlets.
    Shell,
}

/// Which groups a listing asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// Neither "show all" nor "owner".
    Default,
    /// "Show all".
    All,
    /// "Owner" = this pool.
    Owner(Pool),
}

/// What a verb is about. What does not apply is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct About {
    /// Whose groups; of an agent who is to be created, the home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Pool>,
    /// The pool in which the copy resides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Pool>,
    /// Through which surface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surface: Option<Surface>,
    /// Which groups a listing asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Which group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Which agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Who is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callee: Option<String>,
    /// The value that a change sets (the group's description); of an import, what is imported
    /// instead of the last export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The group that is to be created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<Box<Group>>,
}

/// A row of the agent console or of a management surface: (name, owner, parent).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// The group's name.
    pub group: String,
    /// The pool that it belongs to.
    pub owner: Pool,
    /// The pool that this copy of it resides in.
    pub parent: Pool,
    /// Agent console: whether the agent is signed in to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<bool>,
    /// Management surfaces: its description, the value that changes are made to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Management surfaces: what else they show of the group, by name: its agents, in which order they
    /// are asked. Only the same of the same group is compared, so the words are the target's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, String>,
}

/// How an administrator's verb ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum VerbOutcome {
    /// Done.
    Done,
    /// A definite refusal.
    Refused {
        /// What the pool said.
        why: String,
    },
    /// The target says that it lacks this.
    Unsupported,
    /// Nobody answered, or the connection broke; indefinite.
    NoAnswer {
        /// What the network said.
        why: String,
    },
}

impl Verb {
    /// Those by which pools learn who takes part in a walk, if they do not know it from files: in this order.
    pub const PROVISIONING: [Verb; 2] = [Verb::CreateAgent, Verb::CreateGroup];

    /// All of them.
    pub const ALL: [Verb; 13] = [
        Verb::FailOver,
        Verb::FailBack,
        Verb::Export,
        Verb::Import,
        Verb::RemoveExported,
        Verb::List,
        Verb::Modify,
        Verb::GetGroups,
        Verb::SignIn,
        Verb::SignOut,
        Verb::CallOnBehalf,
        Verb::CreateAgent,
        Verb::CreateGroup,
    ];

    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Verb::FailOver => "fail-over",
            Verb::FailBack => "fail-back",
            Verb::Export => "export",
            Verb::Import => "import",
            Verb::RemoveExported => "remove-exported",
            Verb::List => "list",
            Verb::Modify => "modify",
            Verb::GetGroups => "get-groups",
            Verb::SignIn => "sign-in",
            Verb::SignOut => "sign-out",
            Verb::CallOnBehalf => "call-on-behalf",
            Verb::CreateAgent => "create-agent",
            Verb::CreateGroup => "create-group",
        }
    }
}

impl Surface {
    /// The word that files and reports use.
    pub const fn word(self) -> &'static str {
        match self {
            Surface::ControlPanel => "control-panel",
            Surface::Shell => "shell",
        }
    }

    /// Its name in sentences.
    pub const fn title(self) -> &'static str {
        match self {
            Surface::ControlPanel => "Control Panel",
            Surface::Shell => "Management Shell",
        }
    }
}
