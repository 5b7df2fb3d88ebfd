//! The steady state: what the healthy stage must have shown before anything is said of an outage.
//!
//! No clause speaks of the healthy stage. But a drill whose agents were not there, whose calls did
//! not connect, or whose control group could not be reached proves nothing later; and a control
//! walk without any outage must find nothing wrong here.

use model::Stage;
use model::topology::Pool;

use crate::checked::{Checked, Objection};
use crate::fault;
use crate::queue_timeout;
use crate::scope::cut_short;
use timeline::Timeline;
use timeline::call::Call;
use timeline::position::Position;

/// The healthy stage's own checks.
///
/// # Errors
///
/// Inconclusive at the first that does not hold.
pub(crate) fn steady(timeline: &Timeline) -> Checked<()> {
    checks(timeline).map_err(|objection| {
        let found = objection.reason;
        let reason = match &timeline.stopped {
            Some((position, why)) if was_stopped(timeline) => {
                format!("no steady state: {found}; the walk stopped at {position}: {why}")
            }
            _ => format!("no steady state: {found}"),
        };
        Objection {
            reason,
            ..objection
        }
    })
}

/// Whether the healthy stage began and the walk stopped in it.
fn was_stopped(timeline: &Timeline) -> bool {
    let begun: Vec<&Stage> = timeline.stages.keys().collect();
    begun == [&Stage::Healthy]
}

fn checks(timeline: &Timeline) -> Checked<()> {
    let Some(interval) = timeline.stages.get(&Stage::Healthy) else {
        let what = "the healthy stage was never reached";
        return Err(cut_short(timeline, what));
    };
    let Some(end) = interval.end else {
        return Err(Objection::inconclusive("the healthy stage never ended").at(interval.begin));
    };
    fault::all_well(timeline, interval.begin, end)?;
    agents_registered(timeline, end)?;
    no_call_lost(timeline, end)?;
    carried(timeline, Pool::Primary, end)?;
    carried(timeline, Pool::Backup, end)
}

/// Every agent is registered at its home pool.
fn agents_registered(timeline: &Timeline, end: Position) -> Checked<()> {
    for agent in &timeline.topology.agents {
        if !timeline.registered_at(&agent.name, agent.home, end) {
            let home = agent.home.word();
            let why = format!("{} was not registered at the {home} at {end}", agent.name);
            return Err(Objection::inconclusive(why).at(end));
        }
    }
    Ok(())
}

/// No call to a group failed, or was cut off before its queue's time was over.
fn no_call_lost(timeline: &Timeline, end: Position) -> Checked<()> {
    let groups = Pool::BOTH.into_iter();
    for call in groups.flat_map(|owner| timeline.calls_to_groups_of(owner)) {
        if let Some((position, _)) = call
            .failed
            .as_ref()
            .filter(|(position, _)| *position <= end)
        {
            let why = format!("{} failed at {position}", call.words());
            return Err(Objection::inconclusive(why).at(*position));
        }
        let cut_off = cut_off(call).filter(|_| queue_timeout::ended(timeline, call).is_none());
        if let Some(position) = cut_off.filter(|position| *position <= end) {
            let why = format!("{} was cut off at {position}", call.words());
            return Err(Objection::inconclusive(why).at(position));
        }
        if let Some((party, position)) = call.gave_way().filter(|(_, left)| *left <= end) {
            let (words, actor) = (call.words(), &party.actor);
            let why = format!("{words} was still up at {actor} when the next one was to be placed");
            return Err(Objection::inconclusive(why).at(position));
        }
    }
    Ok(())
}

/// When a call was ended by neither of its ends.
fn cut_off(call: &Call) -> Option<Position> {
    let own = call.hung_up();
    let agent = call.connected().and_then(|(leg, _)| leg.party.cut_off());
    call.caller
        .cut_off()
        .into_iter()
        .chain(agent)
        .map(|(position, _)| position)
        .filter(|position| own.is_none_or(|own| *position < own))
        .min()
}

/// A call to a group of this pool was answered, and heard the pool.
fn carried(timeline: &Timeline, pool: Pool, end: Position) -> Checked<()> {
    let reached = timeline.calls_to_groups_of(pool).any(|call| {
        call.answered.is_some_and(|(position, _)| position <= end)
            && timeline.carrier(call) == Some(pool)
            && timeline
                .heard_since_us(call)
                .is_some_and(|since_us| since_us <= end.t_us)
    });
    if reached {
        return Ok(());
    }
    let why = format!("no call reached a group owned by the {}", pool.word());
    Err(Objection::inconclusive(why).at(end))
}
