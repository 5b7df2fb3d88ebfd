//! A queue's time-out: a call that nobody has taken by then is ended by the pool, whether agents can be
//! reached or not ("the call stays in the queue and takes the queue's normal time-out").
//!
//! It counts from the answer. A pool may also count from the call's arrival, which is a moment earlier, or
//! from the end of a greeting, which is a moment later.

use crate::checked::{Checked, Objection};
use crate::fault;
use crate::scope::{Scope, us};
use timeline::Timeline;
use timeline::call::Call;
use timeline::position::{Lasting, Position};

/// For how long a call may have been under way or rung before it is answered, in microseconds.
pub(crate) const ARRIVES_US: u64 = 1_000_000;

/// When the queue's time-out ended this call, if that is what became of it.
pub(crate) fn ended(timeline: &Timeline, call: &Call) -> Option<Position> {
    let (answered, timeout_us) = clock(timeline, call)?;
    let (ended, _) = call.caller.cut_off()?;
    let was_taken = call.accepted().is_some_and(|accepted| accepted <= ended);
    let waited_us = ended.t_us.saturating_sub(answered.t_us);
    let is_time = waited_us.saturating_add(ARRIVES_US) >= timeout_us;
    (is_time && !was_taken).then_some(ended)
}

/// Whether a call that nobody had taken was to be ended by then because its queue's time was over.
pub(crate) fn is_over(timeline: &Timeline, call: &Call, by: Position) -> bool {
    clock(timeline, call).is_some_and(|(answered, timeout_us)| {
        let over = answered.later_by(timeout_us);
        over <= by && call.accepted().is_none_or(|accepted| accepted > over)
    })
}

/// That this call waits no longer than it may. Nothing is said where a fault affected the pool that carries it.
///
/// # Errors
///
/// Fail where it goes on waiting, in this stage, although its time is over.
pub(crate) fn kept(scope: &Scope<'_>, call: &Call) -> Checked<()> {
    let timeline = scope.timeline;
    let (Some((answered, timeout_us)), Some(pool)) =
        (clock(timeline, call), timeline.carrier(call))
    else {
        return Ok(());
    };
    let limit = answered.later_by(timeout_us).later_by(scope.alert_us());
    let within = |us: &u64| (scope.begin.t_us..=scope.end.t_us).contains(us);
    let left = call.accepted().into_iter().chain(call.over()).min();
    let is_overdue = within(&limit.t_us)
        && left.is_none_or(|left| left.t_us > limit.t_us)
        && fault::was_well(timeline, pool, (answered, limit));
    if !is_overdue {
        return Ok(());
    }
    let why = format!(
        "{} was not ended within {} after the answer, and its queue's time-out is {}",
        call.words(),
        Lasting(limit.t_us.saturating_sub(answered.t_us)),
        Lasting(timeout_us)
    );
    Err(Objection::fail(why).at(call.placed).at(answered))
}

/// Since when a call waits, and for how long it may, in microseconds.
fn clock(timeline: &Timeline, call: &Call) -> Option<(Position, u64)> {
    let timeout = timeline.group(&call.to)?.queue_timeout?;
    let (answered, _) = call.answered?;
    Some((answered, us(timeout)))
}
