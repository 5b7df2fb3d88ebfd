//! Which call it is that alerts somebody.
//!
//! A pool's INVITE to an agent has a Call-ID of its own: of the call it says only whose it is. That may be
//! wrong, and then it must not be taken for a call of somebody who waits for nobody. So a leg is, in this
//! order,
//!
//! 1. of the last call of the one whom it names, to a group of the alerted agent (or to the alerted one),
//!    while that wants somebody: until it is taken or over, or so shortly after that the INVITE may have
//!    been under way;
//! 2. of the last call to a group of the agent that waits and does not alert the agent yet, at a pool that may
//!    have sent the INVITE, although the leg names somebody else;
//! 3. of the last call of the one whom it names that is not over, to whomever;
//! 4. of the last call as in 1 that is over: the pool alerts for somebody who has gone.

use crate::call::{Call, Leg};
use crate::position::Position;
use crate::timeline::Timeline;

/// How long an INVITE may be under way, which is sent again where it is lost (RFC 3261 section 17.1.1.2),
/// in microseconds.
const UNDER_WAY_US: u64 = 2_000_000;

/// The index of the call that alerts this leg; none where a pool calls of its own.
pub(crate) fn call_of(timeline: &Timeline, leg: &Leg) -> Option<usize> {
    let latest = |is_meant: &dyn Fn(&Call) -> bool| {
        let placed = |call: &Call| call.placed <= leg.alerted;
        let mut calls = timeline.calls.iter();
        calls.rposition(|call| placed(call) && is_meant(call))
    };
    let names = |call: &Call| leg.names(&call.caller.actor);
    let to_agent = |call: &Call| match timeline.group(&call.to) {
        Some(group) => group.has_member(&leg.party.actor),
        None => call.to == leg.party.actor,
    };
    latest(&|call| names(call) && to_agent(call) && wanted_somebody(call, leg.alerted))
        .or_else(|| latest(&|call| is_shown_another(timeline, call, leg) && to_agent(call)))
        .or_else(|| latest(&|call| names(call) && !before(call.over(), leg.alerted)))
        .or_else(|| latest(&|call| names(call) && to_agent(call)))
}

/// Whether the call waited for somebody then, or shortly before.
fn wanted_somebody(call: &Call, at: Position) -> bool {
    let decided = call.accepted().into_iter().chain(call.over()).min();
    decided.is_none_or(|decided| at.t_us <= decided.t_us.saturating_add(UNDER_WAY_US))
}

/// Whether the call to a group waits, and has not alerted this agent yet. Whoever is shown a group as the
/// caller is called for that group by its pool.
fn is_shown_another(timeline: &Timeline, call: &Call, leg: &Leg) -> bool {
    let agent = &leg.party.actor;
    timeline.group(&call.to).is_some()
        && timeline.group(&leg.shows).is_none()
        && call.accepted().is_none()
        && may_come_from_carrier(timeline, call, leg)
        && !before(call.over(), leg.alerted)
        && !call
            .legs
            .iter()
            .any(|known| known.party.actor == *agent && known.over().is_none())
}

/// Whether the INVITE may be of the pool that carries the call: a pool reaches its own users itself, and
/// others through its partner.
fn may_come_from_carrier(timeline: &Timeline, call: &Call, leg: &Leg) -> bool {
    let (carrier, from) = (timeline.carrier(call), timeline.pool_at(leg.from.ip()));
    carrier.is_none()
        || from.is_none()
        || from == carrier
        || timeline.home(&leg.party.actor) != carrier
}

fn before(over: Option<Position>, at: Position) -> bool {
    over.is_some_and(|over| over < at)
}
