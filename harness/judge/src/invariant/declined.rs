//! Whoever has declined a call for good (with a 6xx) is not asked for it again at once: the ring-back grace is 30 s at
//! least. A second is asked of every pool, whatever its grace: a telephone that rings again as soon as it is put down does
//! so for as long as the caller waits.

use crate::checked::Objection;
use crate::scope::{CROSSING_US, Scope};
use timeline::call::{Call, Leg};

/// How soon a call may ask somebody again who has declined it, in microseconds.
const AT_ONCE_US: u64 = 1_000_000;

/// That this leg alerts somebody who has just declined the call.
pub(super) fn broken(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    let agent = &leg.party.actor;
    let earlier = call
        .legs
        .iter()
        .filter(|earlier| earlier.party.actor == *agent);
    let mut refused = earlier.filter(|earlier| earlier.is_refused_for_good);
    let declined = refused.find_map(|earlier| {
        let declined = earlier.declined?;
        let passed_us = leg.alerted.t_us.checked_sub(declined.t_us)?;
        (CROSSING_US..AT_ONCE_US)
            .contains(&passed_us)
            .then_some(declined)
    })?;
    let is_sound = scope.timeline.links.are_sound();
    is_sound.then(|| {
        let why = format!(
            "{} alerted {agent} again at {}, who had declined it at {declined}",
            call.words(),
            leg.alerted
        );
        Objection::fail(why).at(declined).at(leg.alerted)
    })
}
