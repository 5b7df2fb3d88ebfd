//! Whoever is alerted is shown who calls.

use crate::checked::Objection;
use timeline::call::{Call, Leg};

/// That this leg shows somebody else as the caller.
pub(super) fn broken(call: &Call, leg: &Leg) -> Option<Objection> {
    let (agent, shown) = (&leg.party.actor, &leg.shows);
    (!leg.names(&call.caller.actor)).then(|| {
        let why = format!(
            "{agent} was shown {shown} as the caller in {} at {}",
            call.words(),
            leg.alerted
        );
        Objection::misstated(why).at(call.placed).at(leg.alerted)
    })
}
