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
//!    have sent the INVITE, although the leg names somebody else (but whoever is shown a group as the caller is
//!    called for that group by its pool);
//! 3. of the last call of the one whom it names that is not over, to whomever;
//! 4. of the last call as in 1 that is over: the pool alerts for somebody who has gone.
//!
//! Where links lose what is sent a pool may not have heard that a call is over, nor where a fault cut off the pool
//! through which its caller had called. There a leg that names a group as well is of the last call to that group,
//! before all else.

use std::collections::BTreeMap;

use crate::call::{Call, Hop, Leg};
use crate::position::Position;
use crate::timeline::Timeline;

/// How long an INVITE may be under way, which is sent again where it is lost (RFC 3261 section 17.1.1.2),
/// in microseconds.
const UNDER_WAY_US: u64 = 2_000_000;

/// The calls of which 1 to 3 speak; what has come to its end is forgotten when it is next looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpenCalls {
    /// By caller, those that are not over, or were decided shortly before.
    by_caller: BTreeMap<String, Vec<usize>>,
    /// Those that wait.
    waiting: Vec<usize>,
}

impl OpenCalls {
    /// Takes a call that has just been placed.
    pub(crate) fn take(&mut self, number: usize, call: &Call) {
        let caller = call.caller.actor.clone();
        self.by_caller.entry(caller).or_default().push(number);
        self.waiting.push(number);
    }

    fn call_of(&mut self, timeline: &Timeline, leg: &Leg) -> Option<usize> {
        let (calls, at) = (&timeline.calls, leg.alerted);
        let to_agent = |call: &Call| match timeline.group(&call.to) {
            Some(group) => group.has_member(&leg.party.actor),
            None => call.to == leg.party.actor,
        };
        let goes_on = |call: &Call| !before(call.over(), at);
        let last = |numbers: &[usize], is_meant: &dyn Fn(&Call) -> bool| {
            let mut latest_first = numbers.iter().rev().copied();
            latest_first.find(|number| calls[*number].placed <= at && is_meant(&calls[*number]))
        };
        let last_named = |by: &BTreeMap<String, Vec<usize>>, is_meant: &dyn Fn(&Call) -> bool| {
            let named = named(leg).filter_map(|name| last(by.get(name)?, is_meant));
            named.max()
        };
        for name in named(leg) {
            if let Some(numbers) = self.by_caller.get_mut(name) {
                let is_open = |call: &Call| wanted_somebody(call, at) || goes_on(call);
                numbers.retain(|number| is_open(&calls[*number]));
            }
        }
        let group = named(leg).find(|name| timeline.group(name).is_some());
        if let Some(group) = group {
            let is_open = |call: &Call| {
                !timeline.links.are_sound()
                    || (wanted_somebody(call, at) && has_reached_a_pool(timeline, call))
                    || may_be_unheard_of(timeline, call)
            };
            let to_group = |call: &Call| call.to == *group && to_agent(call) && is_open(call);
            if let Some(number) = last_named(&timeline.by_caller, &to_group) {
                return Some(number);
            }
        }
        let wanting = |call: &Call| to_agent(call) && wanted_somebody(call, at);
        if let Some(number) = last_named(&self.by_caller, &wanting) {
            return Some(number);
        }
        let waits = |call: &Call| call.accepted().is_none() && goes_on(call);
        self.waiting.retain(|number| waits(&calls[*number]));
        let is_on_behalf = timeline.group(&leg.shows).is_some();
        let waiting = match is_on_behalf {
            true => &[][..],
            false => &self.waiting,
        };
        last(waiting, &|call| {
            to_agent(call) && may_alert(timeline, call, leg)
        })
        .or_else(|| last_named(&self.by_caller, &goes_on))
        .or_else(|| last_named(&timeline.by_caller, &to_agent))
    }
}

/// Whom a leg names, as the caller or as whose identity it is.
fn named(leg: &Leg) -> impl Iterator<Item = &str> {
    [leg.shows.as_str()]
        .into_iter()
        .chain(leg.identity.as_deref())
}

/// The number of the call that alerts this leg; none where a pool calls of its own.
pub(crate) fn call_of(timeline: &mut Timeline, leg: &Leg) -> Option<usize> {
    let mut open = std::mem::take(&mut timeline.open);
    let call = open.call_of(timeline, leg);
    timeline.open = open;
    call
}

/// Whether the call waited for somebody then, or shortly before.
fn wanted_somebody(call: &Call, at: Position) -> bool {
    let decided = call.accepted().into_iter().chain(call.over()).min();
    decided.is_none_or(|decided| at.t_us <= decided.t_us.saturating_add(UNDER_WAY_US))
}

/// Whether a pool that no fault affected has had the call's INVITE.
fn has_reached_a_pool(timeline: &Timeline, call: &Call) -> bool {
    let affected = |hop: &Hop| timeline.faults_at(hop.pool, hop.tried).next().is_some();
    call.hops.iter().any(|hop| !affected(hop))
}

/// Whether a fault affected the pool through which the caller had called when the call was over.
fn may_be_unheard_of(timeline: &Timeline, call: &Call) -> bool {
    let (over, hop) = (call.over(), call.answered.map(|(_, hop)| hop));
    over.zip(hop)
        .is_some_and(|(over, hop)| timeline.faults_at(hop, over).next().is_some())
}

/// Whether a call that waits is one to a group which has not alerted this agent yet, or not any more, and whose
/// pool may have sent the INVITE.
fn may_alert(timeline: &Timeline, call: &Call, leg: &Leg) -> bool {
    let rings = |known: &Leg| known.party.actor == leg.party.actor && known.over().is_none();
    timeline.group(&call.to).is_some()
        && may_come_from_carrier(timeline, call, leg)
        && !call.legs.iter().any(rings)
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
