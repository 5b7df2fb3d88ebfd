//! New calls: those placed within the stage, to groups that the primary owns.
//!
//! *Disconnected*: no 2xx from any next hop, or ended before any agent was alerted. *Connects to a
//! pool*: a 2xx, and greeting or music whose RTP source is that pool, whichever hop proxied the
//! INVITE (or, where an agent takes the call before there is any, an answer that wants media there); then a whole conversation ([`crate::conversation`]), where somebody could take the call.
//! There must be one in each stage; in `failed-over` and `failed-back`, when all agents can be
//! reached, one with an agent of each pool. And nothing that is true of agents at any time
//! ([`crate::invariant`]) may be broken by the stage's calls. The carrier is judged of callers who
//! ask the primary first and of callers who ask the backup first: there must be both. An attempt of
//! which neither is seen before the stage ends lies across the boundary and is not counted. One that a
//! pool did not answer until its caller gave up does not connect. That
//! agents are unreachable is judged in [`crate::unreachable`], that anonymous calls are such from the
//! first message on in [`crate::anonymity`].

use model::clause::NewOutcome;
use model::journal::event::{EndedBy, NoSuccess};
use model::topology::Pool;

use crate::anonymity::Disclosures;
use crate::checked::{Checked, Objection, Support, all_of, both, every, worst_of};
use crate::control;
use crate::conversation::{self, Conversation};
use crate::fault;
use crate::hold;
use crate::invariant;
use crate::scope::Scope;
use crate::unreachable;
use timeline::call::{Call, Hop};
use timeline::position::{Lasting, Position};

/// Judges what becomes of new calls.
pub(crate) fn check(scope: &Scope<'_>, disclosures: &Disclosures, outcome: NewOutcome) -> Checked {
    let outcome = match outcome {
        NewOutcome::Disconnected => disconnected(scope),
        NewOutcome::ConnectToBackup => connect(scope, Pool::Backup),
        NewOutcome::ConnectToPrimary => connect(scope, Pool::Primary),
        NewOutcome::ConnectToBackupPrimaryAgentsUnreachable => without_agents(scope, Pool::Backup),
        NewOutcome::ConnectToPrimaryPrimaryAgentsUnreachable => {
            without_agents(scope, Pool::Primary)
        }
    };
    match disclosures.of_new_calls(scope) {
        Some(anonymous) => all_of(scope.begin, [outcome, anonymous]),
        None => outcome,
    }
}

fn disconnected(scope: &Scope<'_>) -> Checked {
    let (calls, results) = judged(scope, |call| fails(scope, call));
    let failed = worst_of(results, || nobody_called(scope));
    let kept = both(invariant::kept(scope), asked_in_both_orders(scope, &calls));
    let (failed, _) = both(failed, kept)?;
    Ok(failed)
}

/// Every agent can be reached: of each pool one is seen to talk.
fn connect(scope: &Scope<'_>, pool: Pool) -> Checked {
    talk(scope, pool, &Pool::BOTH)
}

/// The attempts of which something is said, and what: each with when it was placed.
fn judged<'s>(
    scope: &Scope<'s>,
    judge: impl Fn(&'s Call) -> Option<Checked>,
) -> (Vec<&'s Call>, Vec<(Position, Checked)>) {
    scope
        .attempts()
        .filter_map(|call| Some((call, (call.placed, judge(call)?))))
        .unzip()
}

/// New calls connect, and of each of these pools an agent talks.
fn talk(scope: &Scope<'_>, pool: Pool, homes: &[Pool]) -> Checked {
    let (taken, results) = judged(scope, |call| connects(scope, call, pool));
    let connected = worst_of(results, || nobody_called(scope));
    let talked = conversations(scope, &taken, homes);
    let talked = both(
        talked,
        conversation::go_on_waiting(scope, (Pool::Primary, pool)),
    );
    let kept = both(invariant::kept(scope), asked_in_both_orders(scope, &taken));
    let ((connected, (talks, ())), _) = both(both(connected, talked), kept)?;
    Ok(talks.into_iter().fold(connected, |support, talk| Support {
        reason: format!("{}; {}", support.reason, talk.reason),
        ..support.and(talk)
    }))
}

/// What is wrong with none of the conversations that these calls came to; and of each of these
/// pools one that is whole.
fn conversations(scope: &Scope<'_>, taken: &[&Call], homes: &[Pool]) -> Checked<Vec<Support>> {
    let conversations = taken.iter();
    let conversations = conversations.filter_map(|call| conversation::of(scope, call).transpose());
    let conversations: Vec<Conversation<'_>> = every(conversations)?;
    let of_home = |home: &Pool| {
        let mut conversations = conversations.iter();
        let talk = conversations
            .find(|talk| scope.timeline.home(&talk.leg.party.actor) == Some(*home))
            .ok_or_else(|| {
                Objection::inconclusive(format!(
                    "no new call was a whole conversation with an agent homed in the {} in {}",
                    home.word(),
                    scope.stage
                ))
            })?;
        Ok(talk.support.clone())
    };
    homes.iter().map(of_home).collect()
}

/// Of callers who ask the primary first, and of callers who ask the backup first, one was judged:
/// a pool that serves what it should not is seen by those who ask it.
fn asked_in_both_orders(scope: &Scope<'_>, judged: &[&Call]) -> Checked<()> {
    let first: Vec<Pool> = judged
        .iter()
        .filter_map(|call| Some(call.hops.first()?.pool))
        .collect();
    match Pool::BOTH.into_iter().find(|pool| !first.contains(pool)) {
        None => Ok(()),
        Some(pool) => Err(Objection::inconclusive(format!(
            "no caller who asks the {} first called within {}",
            pool.word(),
            scope.stage
        ))),
    }
}

fn without_agents(scope: &Scope<'_>, pool: Pool) -> Checked {
    let unreachable = unreachable::primary_agents(scope, pool);
    all_of(
        scope.begin,
        [unreachable, talk(scope, pool, &[Pool::Backup])],
    )
}

fn nobody_called(scope: &Scope<'_>) -> String {
    let stage = scope.stage;
    format!("no call to a group of the primary was placed and answered or refused within {stage}")
}

/// Nothing is said of an attempt that was still open when the stage ended, or that its caller gave
/// up: nobody had answered it by then.
fn fails(scope: &Scope<'_>, call: &Call) -> Option<Checked> {
    let within = |position: &Position| scope.contains(*position);
    if let Some((position, outcome)) = call
        .failed
        .as_ref()
        .filter(|(position, _)| within(position))
    {
        let ways = hops(call).unwrap_or_else(|| words(outcome));
        return Some(failed(scope, call, *position, &ways));
    }
    let (answered, pool) = call.answered.filter(|(position, _)| within(position))?;
    let cut_off = call
        .caller
        .cut_off()
        .filter(|(position, _)| within(position));
    match (cut_off, call.legs.first()) {
        (Some((position, _)), None) => Some(failed(
            scope,
            call,
            position,
            "ended before any agent was alerted",
        )),
        _ => {
            let pool = pool.word();
            let why = format!(
                "{} was answered through the {pool} at {answered}",
                call.words()
            );
            Some(Err(Objection::fail(why).at(call.placed).at(answered)))
        }
    }
}

fn failed(scope: &Scope<'_>, call: &Call, position: Position, ways: &str) -> Checked {
    let control = control::caller_reaches_backup(scope, &call.caller.actor)?;
    let took_us = position.t_us.saturating_sub(call.placed.t_us);
    let reason = format!("{} failed at {position}: {ways}", call.words());
    Ok(Support::new(reason)
        .at(call.placed)
        .at(position)
        .measured("refused_ms", took_us)
        .and(control))
}

/// How the next hops ended, one after the other.
fn hops(call: &Call) -> Option<String> {
    let failed = |hop: &Hop| {
        let (position, outcome) = hop.failed.as_ref()?;
        let took = Lasting(position.t_us.saturating_sub(hop.tried.t_us));
        Some(format!(
            "{} {} after {took}",
            hop.pool.word(),
            words(outcome)
        ))
    };
    let ways: Vec<String> = call.hops.iter().filter_map(failed).collect();
    (!ways.is_empty()).then(|| ways.join(", then "))
}

fn words(outcome: &NoSuccess) -> String {
    match outcome {
        NoSuccess::Refused { code } => format!("refused with {code}"),
        NoSuccess::Unreachable => "was unreachable".to_owned(),
        NoSuccess::TimedOut => "timed out".to_owned(),
    }
}

/// Nothing is said of an attempt that was still open when the stage ended, nor of one answered so
/// late that music could not be waited for.
pub(crate) fn connects(scope: &Scope<'_>, call: &Call, pool: Pool) -> Option<Checked> {
    let within = |position: &Position| scope.contains(*position);
    if let Some((position, outcome)) = call
        .failed
        .as_ref()
        .filter(|(position, _)| within(position))
    {
        let ways = hops(call).unwrap_or_else(|| words(outcome));
        let why = format!("{} failed at {position}: {ways}", call.words());
        return Some(Err(Objection::fail(why).at(call.placed).at(*position)));
    }
    if let Some((position, hop)) = answered_in_vain(scope, call) {
        let (words, pool) = (call.words(), hop.pool.word());
        let why = format!(
            "{words} was answered by the {pool} at {position} without a description of its media"
        );
        return Some(Err(Objection::fail(why).at(call.placed).at(position)));
    }
    if let Some((position, hop)) = given_up(scope, call) {
        return unanswered(scope, call, (position, hop)).map(Err);
    }
    let (answered, _) = call.answered.filter(|(position, _)| within(position))?;
    let heard = scope
        .timeline
        .welcome(call)
        .filter(|heard| heard.first_us <= scope.end.t_us);
    let Some(heard) = heard else {
        let taken = taken_before_music(scope, call, (pool, answered));
        return taken.or_else(|| heard_no_pool(scope, call, answered).map(Err));
    };
    let source = scope.timeline.pool_at(heard.from.ip());
    let took_us = heard.first_us.saturating_sub(call.placed.t_us);
    if source != Some(pool) {
        let why = format!(
            "the first media of {} came from {}, not from the {}, at {}",
            call.words(),
            source.map_or_else(
                || heard.from.to_string(),
                |pool| format!("the {}", pool.word())
            ),
            pool.word(),
            heard.position
        );
        return Some(Err(Objection::fail(why).at(call.placed).at(heard.position)));
    }
    let reason = format!(
        "{} heard the {} after {}",
        call.words(),
        pool.word(),
        Lasting(took_us)
    );
    Some(Ok(Support::new(reason)
        .at(call.placed)
        .at(answered)
        .at(heard.position)
        .measured("connect_ms", took_us)))
}

/// When a 2xx came, within the stage, that neither answers an offer nor makes one (RFC 3261 section 13.2.1), and of
/// which next hop.
fn answered_in_vain<'c>(scope: &Scope<'_>, call: &'c Call) -> Option<(Position, &'c Hop)> {
    let (ended, by) = call.caller.ended?;
    let is_vain = call.answered.is_none() && by == EndedBy::Broken;
    let hop = call.hops.last()?;
    (is_vain && scope.contains(ended)).then_some((ended, hop))
}

/// When the caller, within the stage, no longer waited for an answer, and of which next hop.
fn given_up<'c>(scope: &Scope<'_>, call: &'c Call) -> Option<(Position, &'c Hop)> {
    let (ended, _) = call.caller.ended?;
    let is_open = call.answered.is_none() && call.failed.is_none();
    let hop = call.hops.last()?;
    (is_open && scope.contains(ended)).then_some((ended, hop))
}

/// That a pool did not answer a call until its caller gave up. It had to, within the window of silence (and longer
/// where links lose what is sent), if no fault kept it from that. Nothing is said of a caller who did not wait for so long.
fn unanswered(
    scope: &Scope<'_>,
    call: &Call,
    (position, hop): (Position, &Hop),
) -> Option<Objection> {
    let pool = hop.pool.word();
    let waited_us = position.t_us.saturating_sub(hop.tried.t_us);
    let why = format!(
        "{} was not answered by the {pool} within {}, when its caller gave up at {position}",
        call.words(),
        Lasting(waited_us)
    );
    let objection = match fault::was_well(scope.timeline, hop.pool, (hop.tried, position)) {
        true => Objection::fail(why),
        false => Objection::inconclusive(format!("{why}; but a fault affected the {pool}")),
    };
    let objection = objection.at(call.placed).at(hop.tried).at(position);
    (waited_us >= scope.heard_us()).then_some(objection)
}

/// That an agent took the call before there was any greeting or music of a pool: which of them carries
/// it, its answer says.
fn taken_before_music(
    scope: &Scope<'_>,
    call: &Call,
    (pool, answered): (Pool, Position),
) -> Option<Checked> {
    let (leg, since_us) = call.connected()?;
    let accepted = leg.accepted?;
    let limit_us = answered.t_us.saturating_add(scope.silence_us());
    if accepted.t_us > limit_us || since_us > scope.end.t_us {
        return None;
    }
    let (words, agent, pool_word) = (call.words(), &leg.party.actor, pool.word());
    if scope.timeline.carrier(call) != Some(pool) {
        let wants = call.described?;
        let why = format!("the answer of {words} wants media at {wants}, not at the {pool_word}");
        return Some(Err(Objection::fail(why).at(call.placed).at(answered)));
    }
    let reason = format!("{words} was answered by the {pool_word}, and taken by {agent} at once");
    Some(Ok(Support::new(reason)
        .at(call.placed)
        .at(answered)
        .at(accepted)
        .measured(
            "connect_ms",
            since_us.saturating_sub(call.placed.t_us),
        )))
}

/// A 2xx without greeting or music, if it was waited for long enough without a break: whoever holds a call hears neither,
/// and whoever takes it back waits for it anew.
fn heard_no_pool(scope: &Scope<'_>, call: &Call, answered: Position) -> Option<Objection> {
    let ended = call
        .caller
        .ended
        .map_or(scope.end, |(position, _)| position);
    let until_us = ended.min(scope.end).t_us;
    let parts = hold::talking(scope, [&call.caller], (answered.t_us, until_us)).into_iter();
    let waited_us = parts.map(|(from_us, until_us)| until_us.saturating_sub(from_us));
    let waited_us = waited_us.max().unwrap_or_default();
    // By the pool, and not because the agent who took it has hung up.
    let cut_off = call.caller.cut_off().is_some_and(|(position, _)| {
        position <= scope.end && call.hung_up().is_none_or(|hung_up| hung_up > position)
    });
    if waited_us < scope.silence_us() && !cut_off {
        return None;
    }
    let why = format!(
        "{} was answered at {answered}, and heard no greeting or music of a pool for {}",
        call.words(),
        Lasting(waited_us)
    );
    Some(Objection::fail(why).at(call.placed).at(answered))
}
