//! Nobody is alerted at a telephone that is not registered any more: within the window `told` after a pool
//! has acknowledged that the registration is withdrawn, or after the time that it had granted (RFC 3261
//! section 10).
//!
//! A pool that alerts somebody answers for what it was told itself; one that never was, for what its partner
//! was told.

use crate::checked::Objection;
use crate::fault;
use crate::scope::Scope;
use timeline::call::Leg;
use timeline::position::{At, Position};

/// That this leg alerts a telephone that was not registered any more.
pub(super) fn broken(scope: &Scope<'_>, leg: &Leg) -> Option<Objection> {
    let timeline = scope.timeline;
    let pool = timeline.pool_at(leg.from.ip())?;
    let mut told = [pool, pool.partner()].into_iter();
    let expiry = told.find_map(|pool| timeline.expiry(&leg.telephone, pool, leg.alerted))?;
    let gone = Position {
        t_us: expiry.us,
        n: 0,
    };
    let is_late = expiry.us.saturating_add(scope.told_us()) < leg.alerted.t_us
        && fault::was_well(timeline, pool, (gone, leg.alerted));
    is_late.then(|| {
        let whose = match leg.telephone == leg.party.actor {
            true => format!("{}'s telephone", leg.party.actor),
            false => format!("{}, a telephone of {}", leg.telephone, leg.party.actor),
        };
        let why = format!(
            "{whose} was alerted at {}, which was registered until {} only",
            leg.alerted,
            At(expiry.us)
        );
        Objection::fail(why).at(expiry.position).at(leg.alerted)
    })
}
