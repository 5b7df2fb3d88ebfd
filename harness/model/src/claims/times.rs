//! How long things take with a target, as it declares it. A drill waits that long before it looks;
//! what is wrong after that is wrong.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;

/// How long things take with a target that walks are otherwise too quick for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Times {
    /// Until a pool, or a database, that was started answers.
    pub starts_within: Span,
    /// Until agents are registered again: with the pool that stands in, with their own after failback, and with
    /// one that was started.
    pub registers_within: Span,
    /// Until failover is complete, or failback.
    pub fails_over_within: Span,
    /// Until a pool takes its partner for dead, and serves copies in its place.
    pub notices_dead_partner: Span,
    /// Until the agent console and listings show what was changed.
    pub consistent_within: Span,
    /// From a call until agents are alerted: a greeting, or a pool that is slow to answer.
    pub alerts_within: Span,
    /// After a call, until its agent is alerted again: time to write down what it was about.
    pub wrap_up: Span,
    /// After an agent has declined a call, until any call alerts that agent again.
    pub after_decline: Span,
    /// After an agent has let it ring until the alert time was over, until any call alerts that agent again.
    pub after_no_answer: Span,
    /// What becomes of a caller who waits, and whom the pool has not heard for some time.
    pub silent_callers: SilentCallers,
    /// Which telephones ring of an agent who is registered with several.
    pub telephones: Telephones,
    /// What becomes of an INVITE that makes no offer of media.
    pub invites_without_offer: InvitesWithoutOffer,
}

/// What a pool does with an INVITE that makes no offer of media, to begin a call or to change one. RFC 3261 section
/// 13.2.1 has everybody answer it with an offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InvitesWithoutOffer {
    /// It answers with an offer of its own, or the other end's.
    #[default]
    Answered,
    /// It refuses them, as some session border controllers do: no drill sends any.
    Refused,
}

/// Which telephones ring of an agent who is registered with several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Telephones {
    /// All that are registered.
    #[default]
    All,
    /// One of them. Who moves to another withdraws the registration of the first.
    One,
    /// Those that are configured, whoever registers: no drill withdraws a registration, lets one expire or
    /// registers another telephone.
    Configured,
}

impl Telephones {
    /// Whether all ring, as walks expect.
    pub const fn are_all(&self) -> bool {
        matches!(self, Telephones::All)
    }
}

/// What a pool does with a caller who waits, and whom it has not heard for some time. Nothing is
/// documented of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SilentCallers {
    /// It ends the call.
    #[default]
    Dropped,
    /// It goes on playing music. Where only what is sent to the pool is lost, nothing is concluded from
    /// that.
    Kept,
}

impl SilentCallers {
    /// Whether such calls are ended, as walks expect.
    pub const fn are_dropped(&self) -> bool {
        matches!(self, SilentCallers::Dropped)
    }
}

impl Times {
    /// Whether walks are slow enough as they are.
    pub fn is_quick(&self) -> bool {
        *self == Times::default()
    }
}
