//! What a new call is for: a conversation, from the first alert to the last word.
//!
//! A call that a pool has taken must come to one, unless nobody could take it. All of this is
//! observed at the two ends:
//!
//! - while the caller waits, there is music or something else to be heard ([`crate::quality`]), and what the caller asks
//!   to be changed is ([`crate::hold`]);
//! - while the caller waits and a member of the group could be alerted, somebody is, within the
//!   window `alert`;
//! - once an agent has accepted, caller and agent hear each other within the window `silence`, and,
//!   where links lose or delay what is sent, the time after which a request that overtook another
//!   is sent again;
//! - from then on neither has a gap longer than the window `gap`, nor anything to hear that cannot be
//!   listened to, nor is the call ended by the pool, until one of the two hangs up;
//! - the other end is told within the window `told`.
//!
//! Who could be alerted follows from the topology and from what agents did: see [`could_take`]. A
//! group whose members let it ring, or cannot be reached, makes a caller wait: of such a call
//! nothing more is asked, but that it is ended when its queue's time is over ([`crate::queue_timeout`]). Whoever waits since an earlier stage is not forgotten either. A conversation that lies across the end of the stage counts as little as
//! any other attempt that does: what is wrong with it is a fail, but it is not whole.

use model::topology::{Group, Participation, Pool};

use crate::checked::{Checked, Objection, Support, both, every};
use crate::fault;
use crate::held::State;
use crate::hold;
use crate::quality::{self, Heard};
use crate::queue_timeout;
use crate::scope::Scope;
use crate::sign_in;
use crate::talk::{Talk, Unheard};
use timeline::call::{Call, Leg};
use timeline::media::MediaFrom;
use timeline::position::{Lasting, Position};

/// A whole conversation.
pub(crate) struct Conversation<'s> {
    /// The agent's leg.
    pub(crate) leg: &'s Leg,
    pub(crate) support: Support,
}

/// The conversation that a call which a pool has taken came to; none if there was to be none, or
/// the stage ended first.
///
/// # Errors
///
/// Fail where something was wrong with it; inconclusive where that may have been the links' or a
/// machine's doing.
pub(crate) fn of<'s>(
    scope: &Scope<'s>,
    call: &'s Call,
) -> Result<Option<Conversation<'s>>, Objection> {
    let Some(leg) = taken_by(scope, call) else {
        waits(scope, call)?;
        return Ok(None);
    };
    let accepted = leg.accepted.unwrap_or(leg.alerted);
    let waited = both(
        hold::kept_waiting(scope, call, accepted),
        hears_music(scope, call, accepted),
    );
    let (_, talked) = both(waited, talked(scope, call, leg, accepted))?;
    Ok(talked)
}

/// What came of it that an agent accepted the call.
fn talked<'s>(
    scope: &Scope<'s>,
    call: &'s Call,
    leg: &'s Leg,
    accepted: Position,
) -> Checked<Option<Conversation<'s>>> {
    let talk = Talk::of_call(call, leg);
    let hung_up = talk.hung_up().filter(|position| *position <= scope.end);
    let until = hung_up.unwrap_or(scope.end);
    talk.not_cut_off(until)?;
    let heard = talk.heard_each_other(scope, (accepted, until));
    let Some(since_us) = heard.map_err(|unheard| not_heard(call, leg, accepted, &unheard))? else {
        // One of them may hold the call for all that time.
        let [(one, other), _] = talk.both_ways();
        let (words, placed) = (call.words(), call.placed);
        hold::kept(scope, (&words, placed), [one, other], (accepted, until))?;
        return Ok(None);
    };
    let heard = heard_throughout(scope, call, &talk, (since_us, (accepted, until)));
    let told = hung_up.map_or(Ok(None), |hung_up| talk.told(scope, hung_up));
    let (longest_us, told) = both(heard, told)?;
    let (Some(hung_up), Some(told)) = (hung_up, told) else {
        return Ok(None);
    };
    let alerted_us = leg.alerted.t_us.saturating_sub(call.placed.t_us);
    let support = Support::new(format!("{} and {} talked", call.words(), leg.party.actor))
        .at(leg.alerted)
        .at(accepted)
        .at(hung_up)
        .at(told)
        .measured("alerted_ms", alerted_us)
        .measured("longest_gap_ms", longest_us)
        .measured("told_ms", told.t_us.saturating_sub(hung_up.t_us));
    Ok(Some(Conversation { leg, support }))
}

/// The leg of the agent who took the call within the stage: of several who accepted at the same
/// time, the one whom the pool connected. That is who is heard, or, before anybody is, whose call the pool has not ended.
fn taken_by<'s>(scope: &Scope<'_>, call: &'s Call) -> Option<&'s Leg> {
    // Whoever accepts when the caller has gone takes nothing.
    let gone = call.over();
    let accepted = |leg: &&Leg| {
        leg.accepted.is_some_and(|position| {
            scope.contains(position) && gone.is_none_or(|gone| position <= gone)
        })
    };
    let connected = call.connected().map(|(leg, _)| leg).filter(accepted);
    connected.or_else(|| {
        let legs = call.legs.iter().filter(accepted);
        let is_left = |leg: &Leg| {
            let cut_off = leg.party.cut_off();
            cut_off.is_some_and(|(position, _)| gone.is_none_or(|gone| position < gone))
        };
        legs.min_by_key(|leg| (is_left(leg), leg.accepted))
    })
}

// ---- waiting ----------------------------------------------------------------------------------

/// That nobody has taken the call is right: nobody could, and the pool ended it when its queue's time was
/// over, and not earlier.
fn waits(scope: &Scope<'_>, call: &Call) -> Result<(), Objection> {
    let Some((answered, _)) = call.answered else {
        return Ok(());
    };
    queue_timeout::kept(scope, call)?;
    let within = |position: &Position| *position <= scope.end;
    let is_early = queue_timeout::ended(scope.timeline, call).is_none();
    let cut_off = call.caller.cut_off().filter(|(p, _)| is_early && within(p));
    if let Some((position, _)) = cut_off {
        let why = format!(
            "{} was ended at {position}, before an agent had taken it",
            call.words()
        );
        return Err(Objection::fail(why).at(call.placed).at(position));
    }
    let ended = call.caller.ended.map(|(position, _)| position);
    let until = ended.unwrap_or(scope.end).min(scope.end);
    let heard = both(
        hold::kept_waiting(scope, call, until),
        hears_music(scope, call, until),
    );
    both(heard, remembered(scope, call, (answered, until)))?;
    Ok(())
}

/// That the call alerts somebody whenever it could, between two instants.
fn remembered(
    scope: &Scope<'_>,
    call: &Call,
    (mut from, until): (Position, Position),
) -> Result<(), Objection> {
    for leg in &call.legs {
        alerts_somebody(scope, call, (from, leg.alerted.min(until)))?;
        from = from.max(leg.over().unwrap_or(until));
    }
    alerts_somebody(scope, call, (from, until))
}

/// That no agent could be alerted over a time in which none is, nor over the parts of it in which the caller does not
/// hold the call: nobody need be for a caller who does.
fn alerts_somebody(
    scope: &Scope<'_>,
    call: &Call,
    (mut from, until): (Position, Position),
) -> Result<(), Objection> {
    for hold in call.caller.on_hold().filter(|hold| hold.asked < until) {
        if from < hold.asked {
            forgotten(scope, call, (from, hold.asked))?;
        }
        from = from.max(hold.resumed.unwrap_or(until));
    }
    forgotten(scope, call, (from, until))
}

/// That calls to an owner's groups which wait at this pool since before the stage alert somebody whenever they can, and wait no
/// longer than they may. Nothing is said of one whose messages pass a pool that a fault affects.
///
/// # Errors
///
/// Fail with the first that does not.
pub(crate) fn go_on_waiting(scope: &Scope<'_>, (owner, pool): (Pool, Pool)) -> Checked<()> {
    let timeline = scope.timeline;
    let calls = timeline.calls_to_groups_of(owner);
    let waiting = calls.filter(|call| {
        call.placed < scope.begin
            && scope.meets_condition(call.placed)
            && timeline.carrier(call) == Some(pool)
            && State::InProgress.includes(scope, call, scope.begin)
            && fault::path_was_well(timeline, call, (scope.begin, scope.end))
    });
    for call in waiting {
        let taken = call.accepted().into_iter().chain(call.over());
        let until = taken.chain([scope.end]).min().unwrap_or(scope.end);
        remembered(scope, call, (scope.begin, until))?;
        queue_timeout::kept(scope, call)?;
    }
    Ok(())
}

/// What the caller hears meanwhile can be listened to.
fn hears_music(scope: &Scope<'_>, call: &Call, until: Position) -> Result<(), Objection> {
    match Heard::waiting(scope, call, until.t_us.min(scope.timeline.written_us())) {
        Some(heard) if heard.window.0 < heard.window.1 => {
            let heard = heard.while_talking(scope).into_iter();
            every(heard.map(|heard| quality::music(scope, heard))).map(|_| ())
        }
        _ => Ok(()),
    }
}

/// That no agent could be alerted over a time in which none is.
fn forgotten(
    scope: &Scope<'_>,
    call: &Call,
    (from, until): (Position, Position),
) -> Result<(), Objection> {
    let Some(group) = scope.timeline.group(&call.to) else {
        return Ok(());
    };
    for agent in &group.members {
        let Some(since) = could_take(scope, (call, group), agent, (from, until)) else {
            continue;
        };
        let waited_us = until.t_us.saturating_sub(since.t_us);
        if waited_us >= scope.alert_us() {
            let why = format!(
                "{} alerted nobody for {} from {since}, although {agent} could be",
                call.words(),
                Lasting(waited_us)
            );
            return Err(Objection::fail(why).at(call.placed).at(since));
        }
    }
    Ok(())
}

/// Since when a member of a group could be alerted until the end of a time, if so.
///
/// That is an agent who is registered where pools look for agents in this
/// stage, and neither in a call nor being alerted by one, or not any more: those homed in the backup at any time;
/// those homed in the primary with the backup that stands in for it, and with the primary once it
/// is back. Of a formal group it is one besides who has signed in to it in this stage, where the call is carried.
/// Whoever has declined the call need not be asked again: the ring-back grace is 30 s at least.
pub(crate) fn could_take(
    scope: &Scope<'_>,
    called: (&Call, &Group),
    agent: &str,
    (from, until): (Position, Position),
) -> Option<Position> {
    let since = could_be_asked(scope, called, agent, (from, until))?;
    let since = scope.timeline.free_since(agent, (since, until))?;
    (since < until).then_some(since)
}

/// The same of a group that asks its agents whatever their presence: in a call or not.
pub(crate) fn could_be_asked(
    scope: &Scope<'_>,
    (call, group): (&Call, &Group),
    agent: &str,
    (from, until): (Position, Position),
) -> Option<Position> {
    let timeline = scope.timeline;
    let registrar = scope.registrar(agent)?;
    let mut legs = call.legs.iter();
    let has_refused = |leg: &Leg| {
        let is_refused = leg.party.actor == agent && leg.is_refused_for_good;
        is_refused && leg.declined.is_some_and(|declined| declined <= until)
    };
    if legs.any(has_refused) {
        return None;
    }
    let since = match group.participation {
        Participation::Informal => from,
        Participation::Formal => {
            let copy = (group.name.as_str(), timeline.carrier(call)?);
            sign_in::signed_in_since(scope, agent, copy, until)?.max(from)
        }
    };
    timeline.registered_since(agent, registrar, (since, until))
}

// ---- talking ----------------------------------------------------------------------------------

fn not_heard(call: &Call, leg: &Leg, accepted: Position, unheard: &Unheard<'_>) -> Objection {
    let Unheard { who, whom } = unheard;
    let (words, agent) = (call.words(), &leg.party.actor);
    let why =
        format!("{words} was accepted by {agent} at {accepted}, yet {who} did not hear {whom}");
    Objection::fail(why).at(call.placed).at(accepted)
}

/// The longest gap at either end until then, which is within the window.
fn heard_throughout(
    scope: &Scope<'_>,
    call: &Call,
    talk: &Talk<'_>,
    (since_us, (accepted, until)): (u64, (Position, Position)),
) -> Result<u64, Objection> {
    let until_us = until.t_us.min(scope.timeline.written_us()).max(since_us);
    let [(one, other), _] = talk.both_ways();
    let ways = talk.both_ways().into_iter();
    let heard = ways.flat_map(|(party, other)| {
        let heard = Heard {
            call,
            party,
            source: MediaFrom::Actor(&other.actor),
            window: (since_us, until_us),
        };
        heard.while_talking(scope)
    });
    let gaps_us = every(heard.map(|heard| quality::unbroken(scope, heard)));
    let ((), gaps_us) = both(
        hold::kept(
            scope,
            (&call.words(), call.placed),
            [one, other],
            (accepted, until),
        ),
        gaps_us,
    )?;
    Ok(gaps_us.into_iter().max().unwrap_or_default())
}
