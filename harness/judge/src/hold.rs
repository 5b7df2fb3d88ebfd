//! Calls on hold (RFC 3264 section 8.4). An end that asks for it is answered that nothing is sent to it (section 6.1),
//! and hears neither the other end nor music any more; once it has taken the call back both hear each other again,
//! wherever it then receives media (section 8.3.1), and whoever made the offer; where both hold the call, once both have
//! taken it back. Neither hears anybody else meanwhile. A caller who waits may hold the call as well, and then
//! goes on waiting, and hears music again ([`kept_waiting`]).
//!
//! What else is asked of a conversation is asked of the time in which nobody is on hold ([`talking`]): pools may
//! play music to who is on hold, or nothing.

use model::journal::event::Change;

use crate::checked::{Checked, Objection, both};
use crate::quality;
use crate::scope::{AFTER_491, Scope, us};
use timeline::call::{Call, PENDING, Party, Reinvite};
use timeline::media::MediaFrom;
use timeline::position::{Lasting, Position};

/// The parts of a time, in microseconds, in which neither end of a call has the other on hold. Those after a hold
/// begin when they must hear each other again.
pub(crate) fn talking<'s>(
    scope: &Scope<'_>,
    ends: impl IntoIterator<Item = &'s Party>,
    (from_us, until_us): (u64, u64),
) -> Vec<(u64, u64)> {
    let holds = ends.into_iter().flat_map(Party::on_hold);
    let mut holds: Vec<(u64, u64)> = holds
        .map(|hold| {
            let again_us = |resumed: Position| resumed.t_us.saturating_add(scope.heard_us());
            (hold.asked.t_us, hold.resumed.map_or(u64::MAX, again_us))
        })
        .collect();
    holds.sort_unstable();
    let mut parts = Vec::new();
    let mut since_us = from_us;
    for (asked_us, again_us) in holds {
        if since_us < asked_us.min(until_us) {
            parts.push((since_us, asked_us.min(until_us)));
        }
        since_us = since_us.max(again_us);
    }
    if since_us < until_us || since_us == from_us {
        parts.push((since_us, until_us));
    }
    parts
}

/// That all which the ends of a connected call asked for within the stage, between two instants, came about. `told` is how
/// readers are told of the call, and when it began.
///
/// # Errors
///
/// Fail with the first that did not.
pub(crate) fn kept(
    scope: &Scope<'_>,
    told: (&str, Position),
    [one, other]: [&Party; 2],
    within: (Position, Position),
) -> Checked<()> {
    let of = |ends: [&Party; 2]| {
        kept_by(scope, told, ends[0], within, |change, times| match change {
            // Whoever holds a call is on hold as well where the other end holds it too: servers play music to who is, and
            // connect the two again once one of them takes the call back.
            Change::Hold if holds_between(ends[1], (times.0.t_us, times.1)) => {
                stranger_heard(scope, ends, times)
            }
            Change::Hold => still_heard(scope, ends, times)
                .or_else(|| music_heard(scope, ends[0], times))
                .or_else(|| stranger_heard(scope, ends, times)),
            Change::Resume => not_heard_again(scope, ends, times),
        })
    };
    let ((), ()) = both(of([one, other]), of([other, one]))?;
    Ok(())
}

/// The same, of a caller who waits until then.
///
/// # Errors
///
/// Fail with the first that did not.
pub(crate) fn kept_waiting(scope: &Scope<'_>, call: &Call, until: Position) -> Checked<()> {
    let (words, caller) = (call.words(), &call.caller);
    let within = (call.placed, until);
    kept_by(
        scope,
        (&words, call.placed),
        caller,
        within,
        |change, times| match change {
            Change::Hold => music_heard(scope, caller, times),
            Change::Resume => no_music_again(scope, caller, times),
        },
    )
}

/// That what an end asked for was answered, and that nothing is wrong with what was heard from the answer until the next
/// change.
fn kept_by(
    scope: &Scope<'_>,
    (words, begun): (&str, Position),
    end: &Party,
    (since, until): (Position, Position),
    heard_wrong: impl Fn(Change, (Position, u64)) -> Option<String>,
) -> Checked<()> {
    let until = until.min(scope.end);
    for (n, reinvite) in end.reinvites.iter().enumerate() {
        let asked = reinvite.asked;
        if !scope.contains(asked) || asked < since || asked >= until {
            continue;
        }
        let next = end.reinvites.get(n + 1).map(|next| next.asked);
        let until_us = next.map_or(until, |next| next.min(until)).t_us;
        let wrong = match answered(scope, reinvite, until) {
            Err(wrong) => Some(wrong),
            Ok(None) => None,
            Ok(Some(taken)) => answered_as_sender(reinvite)
                .or_else(|| heard_wrong(reinvite.change, (taken, until_us))),
        };
        if let Some(wrong) = wrong {
            let what = match reinvite.change {
                Change::Hold => "put it on hold",
                Change::Resume => "took it back from hold",
            };
            let actor = &end.actor;
            let why = format!("{words}: {actor} {what} at {asked}, {wrong}");
            return Err(Objection::fail(why).at(begun).at(asked));
        }
    }
    Ok(())
}

/// When the other end took the change; nothing if there was no time to.
fn answered(
    scope: &Scope<'_>,
    reinvite: &Reinvite,
    until: Position,
) -> Result<Option<Position>, String> {
    let within_us = scope.heard_us().saturating_add(us(AFTER_491));
    let limit_us = reinvite.asked.t_us.saturating_add(within_us);
    match reinvite.answered {
        // It met a change of the other end's, and was given up for another one before it could be tried again (section
        // 14.1).
        Some((_, Err(PENDING))) => Ok(None),
        // Whoever hangs up meanwhile leaves nothing to be changed (RFC 3261 section 15.1.2).
        Some((position, Err(_))) if position >= until => Ok(None),
        Some((_, Err(code))) => Err(format!("and was refused with {code}")),
        Some((position, Ok(()))) if position.t_us <= limit_us => Ok(Some(position)),
        _ if limit_us > until.t_us => Ok(None),
        _ => Err(format!("and had no answer within {}", Lasting(within_us))),
    }
}

/// That who is put on hold answers that it goes on sending.
fn answered_as_sender(reinvite: &Reinvite) -> Option<String> {
    let is_hold = reinvite.change == Change::Hold;
    let audio = reinvite.audio.filter(|audio| is_hold && audio.sends())?;
    let word = audio.word();
    Some(format!(
        "and was answered `{word}`: the other end means to go on sending"
    ))
}

/// That an end hears something else than a voice once it holds the call.
fn music_heard(
    scope: &Scope<'_>,
    end: &Party,
    (taken, until_us): (Position, u64),
) -> Option<String> {
    let sounding_us = quality::music_us(end, (taken.t_us, until_us));
    (sounding_us > scope.gap_us()).then(|| {
        let lasting = Lasting(sounding_us);
        format!("and heard music, or some other sound, for {lasting}")
    })
}

/// That an end goes on hearing whom it has put on hold.
fn still_heard(
    scope: &Scope<'_>,
    [end, other]: [&Party; 2],
    (taken, until_us): (Position, u64),
) -> Option<String> {
    let from_us = taken.t_us.saturating_add(scope.gap_us());
    let voice = MediaFrom::Actor(&other.actor);
    let within = (from_us, until_us);
    let (run_us, _) = end.received.longest_run(voice, within, scope.gap_us())?;
    (run_us > scope.gap_us()).then(|| {
        let lasting = Lasting(run_us);
        format!("and went on hearing {} for {lasting}", other.actor)
    })
}

/// That one of the two hears somebody meanwhile who is not the other.
fn stranger_heard(
    scope: &Scope<'_>,
    [end, other]: [&Party; 2],
    (taken, until_us): (Position, u64),
) -> Option<String> {
    let window = (taken.t_us, until_us);
    let mut ways = [(end, other), (other, end)].into_iter();
    ways.find_map(|(who, whom)| {
        let (name, _) = quality::stranger(scope, (who, &whom.actor), window)?;
        Some(format!("and {} heard {name} meanwhile", who.actor))
    })
}

/// Who of the two does not hear the other again.
fn not_heard_again(
    scope: &Scope<'_>,
    [end, other]: [&Party; 2],
    (taken, until_us): (Position, u64),
) -> Option<String> {
    let limit_us = taken.t_us.saturating_add(scope.heard_us());
    if limit_us > until_us || holds_between(other, (taken.t_us, limit_us)) {
        return None;
    }
    [(end, other), (other, end)]
        .into_iter()
        .find_map(|(who, whom)| {
            let voice = MediaFrom::Actor(&whom.actor);
            let last = who.received.last(voice, limit_us);
            let heard = last.is_some_and(|(last_us, _)| last_us >= taken.t_us);
            (!heard).then(|| {
                let within = Lasting(scope.heard_us());
                format!(
                    "and {} did not hear {} within {within}",
                    who.actor, whom.actor
                )
            })
        })
}

/// That a caller who goes on waiting hears nothing.
fn no_music_again(
    scope: &Scope<'_>,
    caller: &Party,
    (taken, until_us): (Position, u64),
) -> Option<String> {
    let limit_us = taken.t_us.saturating_add(scope.heard_us());
    let last = caller.received.last(MediaFrom::Anyone, limit_us);
    let heard = last.is_some_and(|(last_us, _)| last_us >= taken.t_us);
    (limit_us <= until_us && !heard).then(|| {
        let within = Lasting(scope.heard_us());
        format!("and heard nothing within {within}")
    })
}

/// Whether an end holds the call at some time between two.
pub(crate) fn holds_between(end: &Party, (from_us, until_us): (u64, u64)) -> bool {
    end.on_hold().any(|hold| {
        let is_over = hold.resumed.is_some_and(|resumed| resumed.t_us < from_us);
        hold.asked.t_us <= until_us && !is_over
    })
}
