//! A programme: what agents, callers and administrators do in each stage of a walk.

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::Span;
use crate::clause::Stage;
use crate::schema_fields;
use crate::topology::{Behaviour, Pool};
use crate::verb::{Filter, Surface};
use crate::walk::Imports;

/// A programme, as `programmes/*.yaml` describes it; walks share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Programme {
    /// Its name, which is also the file's.
    pub programme: String,
    /// What it is for, in a sentence.
    pub about: String,
    /// What is done in each stage.
    #[schemars(schema_with = "stages")]
    pub stages: IndexMap<Stage, Vec<Step>>,
    /// What is read when all is over: once all have hung up, again when each pool and each database
    /// has been started anew, and again when the copies have been removed. Listings and
    /// consoles only.
    #[serde(default)]
    pub after: Vec<Step>,
}

/// One thing that somebody does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// How long into the stage.
    pub at: Span,
    /// What is done.
    #[serde(rename = "do")]
    pub act: Act,
    /// Only in walks that import at one of these times; absent: in all.
    #[serde(default)]
    pub only: Option<Vec<Imports>>,
}

/// What can be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Act {
    /// A caller (or an agent: a plain call) calls a group, an agent or a callee.
    Call {
        /// The name of who calls.
        by: String,
        /// The name of whom is called.
        to: String,
        /// Who makes the offer of media.
        #[serde(default, skip_serializing_if = "Offers::is_usual")]
        offers: Offers,
        /// When the caller hangs up, counted from when the call was placed; absent: never.
        #[serde(default, rename = "for")]
        lasting: Option<Span>,
    },
    /// A caller ends the call, whatever has become of it.
    #[serde(rename_all = "kebab-case")]
    HangUp {
        /// The caller's name.
        by: String,
    },
    /// Whoever is in a call puts it on hold.
    #[serde(rename_all = "kebab-case")]
    Hold {
        /// The name of who holds the call.
        by: String,
    },
    /// Whoever holds a call takes it back.
    #[serde(rename_all = "kebab-case")]
    Resume {
        /// The name of who holds the call.
        by: String,
        /// In which way.
        #[serde(default, skip_serializing_if = "Resumption::is_usual")]
        how: Resumption,
    },
    /// An agent or a callee behaves otherwise from now on. Until then callees accept at once.
    Behave {
        /// The agent's name, or the callee's.
        agent: String,
        /// What the agent or the callee does when alerted.
        how: Behaviour,
    },
    /// A telephone registers, and stays registered.
    Register {
        /// An agent's name, for the agent's own, or that of a further telephone.
        telephone: String,
    },
    /// A telephone withdraws its registration (RFC 3261 section 10.2.2), and stays where it is.
    Unregister {
        /// An agent's name, for the agent's own, or that of a further telephone.
        telephone: String,
    },
    /// A telephone is no longer registered anew: its registration expires (RFC 3261 section 10.2.1.1).
    LetExpire {
        /// An agent's name, for the agent's own, or that of a further telephone.
        telephone: String,
    },
    /// The administrator lists groups in a management surface.
    List {
        /// The pool whose surface is used.
        at: Pool,
        /// Which surface.
        #[schemars(schema_with = "schema_fields::surface")]
        surface: Surface,
        /// Which pool's groups are asked for: the listing's identity.
        of: Pool,
        /// Which of them.
        #[schemars(schema_with = "schema_fields::filter")]
        filter: Filter,
    },
    /// The administrator changes a group's description, and reads it back.
    Modify {
        /// The pool whose surface is used.
        at: Pool,
        /// Which surface.
        #[schemars(schema_with = "schema_fields::surface")]
        surface: Surface,
        /// The group.
        group: String,
        /// The pool in which the copy that is changed resides.
        parent: Pool,
        /// The new description.
        value: String,
    },
    /// An agent looks at the agent console.
    #[serde(rename_all = "kebab-case")]
    GetGroups {
        /// The agent's name.
        agent: String,
        /// The only pool that is asked; absent: the agent's home, or else its partner.
        #[serde(default)]
        at: Option<Pool>,
    },
    /// An agent signs in to a group.
    SignIn {
        /// The agent's name.
        agent: String,
        /// The group.
        group: String,
        /// The pool in which the copy resides.
        parent: Pool,
        /// The only pool that is asked; absent: the agent's home, or else its partner.
        #[serde(default)]
        at: Option<Pool>,
    },
    /// An agent tries to sign in to a group that the agent is no member of.
    Intrude {
        /// The agent's name.
        agent: String,
        /// The group.
        group: String,
        /// The pool in which the copy resides.
        parent: Pool,
    },
    /// An agent signs out of a group.
    SignOut {
        /// The agent's name.
        agent: String,
        /// The group.
        group: String,
        /// The pool in which the copy resides.
        parent: Pool,
        /// The only pool that is asked; absent: the agent's home, or else its partner.
        #[serde(default)]
        at: Option<Pool>,
    },
    /// An agent calls somebody on behalf of a group.
    CallOnBehalf {
        /// The agent's name.
        agent: String,
        /// The group whose identity is shown.
        group: String,
        /// The name of whom is called.
        callee: String,
        /// The only pool that is asked; absent: the agent's home, or else its partner.
        #[serde(default)]
        at: Option<Pool>,
    },
}

/// A programme's steps by stage: a mapping whose keys are stages.
fn stages(generator: &mut SchemaGenerator) -> Schema {
    let stage = generator.subschema_for::<Stage>();
    let steps = generator.subschema_for::<Vec<Step>>();
    json_schema!({
        "description": "What is done in each stage.",
        "type": "object",
        "propertyNames": stage,
        "additionalProperties": steps,
    })
}

impl Programme {
    /// By when readings are to be asked for that are made when all is over.
    pub const READINGS_END: Span = Span::from_secs(1);
}

impl Step {
    /// Whether it is done in a walk that imports at this time.
    pub fn applies(&self, imports: Imports) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.contains(&imports))
    }
}

/// Who makes the offer of media when a call begins (RFC 3261 section 13.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Offers {
    /// Whoever calls, in the INVITE.
    #[default]
    Caller,
    /// Whoever is called, in the answer to an INVITE that has none; the caller answers it in the ACK, as many
    /// gateways do.
    Called,
}

/// In which way a call is taken back from hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Resumption {
    /// Media is received at another port than before from then on (RFC 3264 section 8.3.1).
    #[default]
    Elsewhere,
    /// Media is received where it was before: nothing but its direction changes.
    InPlace,
    /// Media is received at another port, and the other end makes the offer, in the answer to a re-INVITE that has
    /// none (RFC 3261 section 14.1).
    WithoutOffer,
}

impl Offers {
    /// Whether it is what is meant where nothing is said.
    pub fn is_usual(&self) -> bool {
        *self == Offers::default()
    }
}

impl Resumption {
    /// Whether it is what is meant where nothing is said.
    pub fn is_usual(&self) -> bool {
        *self == Resumption::default()
    }
}

impl Act {
    /// Whether it is about whether a telephone is registered.
    pub const fn is_of_registration(&self) -> bool {
        matches!(
            self,
            Act::Register { .. } | Act::Unregister { .. } | Act::LetExpire { .. }
        )
    }

    /// The word that files and reports use.
    pub const fn word(&self) -> &'static str {
        match self {
            Act::Call { .. } => "call",
            Act::HangUp { .. } => "hang-up",
            Act::Hold { .. } => "hold",
            Act::Resume { .. } => "resume",
            Act::Behave { .. } => "behave",
            Act::Register { .. } => "register",
            Act::Unregister { .. } => "unregister",
            Act::LetExpire { .. } => "let-expire",
            Act::List { .. } => "list",
            Act::Modify { .. } => "modify",
            Act::GetGroups { .. } => "get-groups",
            Act::SignIn { .. } => "sign-in",
            Act::Intrude { .. } => "intrude",
            Act::SignOut { .. } => "sign-out",
            Act::CallOnBehalf { .. } => "call-on-behalf",
        }
    }
}
