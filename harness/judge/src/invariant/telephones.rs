//! Whoever is registered with several telephones is alerted at all of them, within the time that messages to two
//! ends take to cross: a pool that lists a contact knows it. That all but one stop ringing when one is answered
//! is said in [`super::left_ringing`]. A target may declare that one telephone rings.

use model::claims::Telephones;

use crate::checked::Objection;
use crate::scope::{CROSSING_US, Scope};
use timeline::call::{Call, Leg};

/// That this leg alerts an agent at one telephone, and another one of the agent's does not ring.
pub(super) fn broken(scope: &Scope<'_>, call: &Call, leg: &Leg) -> Option<Objection> {
    let timeline = scope.timeline;
    let agent = &leg.party.actor;
    let pool = timeline.pool_at(leg.from.ip())?;
    let crossed = leg.alerted.later_by(CROSSING_US);
    let mut decided = call.accepted().into_iter().chain(call.over());
    if timeline.rings != Telephones::All
        || !timeline.links.are_sound()
        || decided.any(|decided| decided < crossed)
    {
        return None;
    }
    let since = leg.alerted.earlier_by(scope.gap_us());
    let is_registered = |telephone: &str| {
        let within = (since, crossed);
        timeline.telephone_registered_since(telephone, pool, within) == Some(since)
    };
    let rings = |telephone: &str| {
        let mut legs = call
            .legs
            .iter()
            .filter(|other| other.telephone == telephone);
        legs.any(|other| {
            other.alerted.t_us.abs_diff(leg.alerted.t_us) <= CROSSING_US
                || other.over().is_none_or(|over| leg.alerted < over)
        })
    };
    let mut telephones = timeline.telephones(agent);
    let silent = telephones.find(|telephone| is_registered(telephone) && !rings(telephone))?;
    let why = format!(
        "{} alerted {agent} at {}, and not at {silent}, another telephone of {agent} that was registered there",
        call.words(),
        leg.alerted
    );
    Some(Objection::fail(why).at(leg.alerted))
}
