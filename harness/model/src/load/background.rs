//! What a walk's file says of its load.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::actor::{Actor, Role};
use crate::Span;
use crate::clause::CallKind;
use crate::topology::Pool;
use crate::walk::Timing;

/// The load of a walk. It goes to groups of its own, of which each pool has as many, and whose agents are
/// nobody else's; their names are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Load {
    /// How many ports each of the reference pools has for media, the even ones of which are used. Other pools
    /// have what they have.
    #[serde(default = "pool_ports")]
    pub pool_ports: u16,
    /// The kinds of calls that there are at the same time.
    pub kinds: Vec<Kind>,
}

/// As many as pools have without a load.
const fn pool_ports() -> u16 {
    Load::POOL_PORTS
}

/// One kind of calls, to groups of each pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Kind {
    /// What it is called in reports.
    pub name: String,
    /// To how many groups of each pool the calls go, in turn.
    pub groups: u16,
    /// How many agents each of these groups has. They are homed by turns in the group's pool and in its partner.
    pub agents: u16,
    /// Whether agents' identities are hidden from callers: then the pool relays the media.
    pub calls: CallKind,
    /// How many calls are placed in a second, evenly spaced, to the groups of each pool.
    pub rate: u16,
    /// How long a call lasts from its answer, be it the pool's, with a greeting or music, or an agent's.
    #[serde(rename = "for")]
    pub lasting: Span,
    /// How long a telephone rings before its agent answers. Where nothing is said, nobody answers: callers
    /// wait, and hear music.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_after: Option<Span>,
    /// Whether there is media.
    #[serde(default)]
    pub media: Media,
}

/// What is sent beside the signalling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Media {
    /// G.711, a packet every 20 ms in each direction.
    #[default]
    Audio,
    /// Nothing: audio is offered inactive.
    None,
}

/// How long it takes at the most until a call is answered that is: two next hops, and an agent.
const ANSWERED: Duration = Duration::from_secs(8);

impl Load {
    /// How many ports for media pools have without a load.
    pub const POOL_PORTS: u16 = 1_000;

    /// How long an agent of the load is alerted before the next: the documented default.
    pub const ALERT_TIME: Span = Span::from_secs(20);

    /// All who take part in it, as the lab has them.
    pub fn actors(&self) -> impl Iterator<Item = Actor> {
        let kinds = self.kinds.iter();
        kinds.flat_map(|kind| {
            let who = Pool::BOTH.map(|pool| Role::BOTH.map(|role| (pool, role)));
            who.into_iter().flatten().map(|(of, role)| Actor {
                kind: kind.name.clone(),
                of,
                role,
            })
        })
    }

    /// The kind of this name.
    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.name == name)
    }

    /// How long it takes until as many calls are there as there will be.
    pub fn rises_within(&self) -> Span {
        let longest = self.kinds.iter().map(|kind| kind.lasting).max();
        longest.unwrap_or_default() + Span::from_secs(2)
    }

    /// How many ports for media one pool needs that has the calls of both: an even one towards the caller, and one
    /// towards the agent who is alerted or in the call.
    pub fn needs_of_one_pool(&self) -> u32 {
        let at_once = self.kinds.iter();
        let at_once = at_once.map(|kind| kind.at_once(kind.lasting.get()));
        at_once
            .fold(0_u32, u32::saturating_add)
            .saturating_mul(2 * 2 * 2)
    }
}

impl Kind {
    /// How long a call may be there besides: until it is answered that is, and until its end is confirmed. BYE is sent
    /// again for 32 s where nobody answers (RFC 3261 section 17.1.2.2, timer F).
    pub const AROUND_A_CALL: Duration = Duration::from_secs(40);

    /// How long a caller waits for an answer before it gives up. Where agents answer that is until one of them should
    /// have; where they do not, and it rings instead of being answered by the pool, as long as a call is to last.
    pub fn patience(&self, timing: &Timing) -> Duration {
        match self.answered_after {
            Some(after) => ANSWERED + timing.alerts_within.get() + after.get(),
            None => ANSWERED + self.lasting.get(),
        }
    }

    /// How many calls at once the agents of all groups of one pool can bear: an agent has one.
    pub fn agents_of_a_pool(&self) -> u32 {
        u32::from(self.groups) * u32::from(self.agents)
    }

    /// How many calls to the groups of one pool callers must expect to have at once.
    pub fn most_at_once(&self) -> u32 {
        let after = self.answered_after.unwrap_or_default().get();
        let lasting = self.lasting.get().saturating_add(after);
        self.at_once(lasting.saturating_add(Kind::AROUND_A_CALL))
    }

    /// How many calls there are at once that each last so long.
    pub fn at_once(&self, lasting: Duration) -> u32 {
        let calls = lasting.as_millis() * u128::from(self.rate);
        u32::try_from(calls.div_ceil(1_000)).unwrap_or(u32::MAX)
    }
}

impl Media {
    /// Whether there is none.
    pub const fn is_none(self) -> bool {
        matches!(self, Media::None)
    }
}
