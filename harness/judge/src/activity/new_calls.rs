//! New calls: those placed within the stage, to groups that the primary owns.
//!
//! *Disconnected*: no 2xx from any next hop, or ended before any agent was alerted. *Connects to a
//! pool*: a 2xx, and greeting or music whose RTP source is that pool, whichever hop proxied the
//! INVITE. An attempt that comes to neither before the stage ends lies across the boundary and is
//! not counted. That agents are unreachable is judged in [`crate::unreachable`].

use model::clause::NewOutcome;
use model::journal::event::NoSuccess;
use model::topology::Pool;

use crate::control;
use crate::ruling::{Basis, Checked, Objection, weigh};
use crate::stage::Scene;
use crate::unreachable;
use timeline::call::Call;
use timeline::position::{Lasting, Position};

/// Judges what becomes of new calls.
pub(crate) fn check(scene: &Scene<'_>, outcome: NewOutcome) -> Checked {
    match outcome {
        NewOutcome::Disconnected => disconnected(scene),
        NewOutcome::ConnectToBackup => connect(scene, Pool::Backup),
        NewOutcome::ConnectToPrimary => connect(scene, Pool::Primary),
        NewOutcome::ConnectToBackupPrimaryAgentsUnreachable => without_agents(scene, Pool::Backup),
        NewOutcome::ConnectToPrimaryPrimaryAgentsUnreachable => {
            without_agents(scene, Pool::Primary)
        }
    }
}

fn disconnected(scene: &Scene<'_>) -> Checked {
    let rulings = scene
        .attempts()
        .filter_map(|call| Some((call.placed, comes_to_nothing(scene, call)?)));
    weigh(rulings, || nobody_called(scene))
}

fn connect(scene: &Scene<'_>, pool: Pool) -> Checked {
    let rulings = scene
        .attempts()
        .filter_map(|call| Some((call.placed, connects(scene, call, pool)?)));
    weigh(rulings, || nobody_called(scene))
}

fn without_agents(scene: &Scene<'_>, pool: Pool) -> Checked {
    let connected = connect(scene, pool)?;
    let unreachable = unreachable::primary_agents(scene, pool)?;
    let reason = format!("{}; {}", connected.reason, unreachable.reason);
    Ok(Basis {
        reason,
        ..connected.and(unreachable)
    })
}

fn nobody_called(scene: &Scene<'_>) -> String {
    let stage = scene.stage;
    format!("no call to a group of the primary was begun and came to something within {stage}")
}

/// Nothing is said of an attempt that was still open when the stage ended, or that its caller
/// gave up.
fn comes_to_nothing(scene: &Scene<'_>, call: &Call) -> Option<Checked> {
    let within = |position: &Position| scene.contains(*position);
    if let Some((position, outcome)) = call
        .failed
        .as_ref()
        .filter(|(position, _)| within(position))
    {
        let ways = hops(call).unwrap_or_else(|| words(outcome));
        return Some(nothing_came(scene, call, *position, &ways));
    }
    let (answered, pool) = call.answered.filter(|(position, _)| within(position))?;
    let cut_off = call
        .caller
        .cut_off()
        .filter(|(position, _)| within(position));
    match (cut_off, call.legs.first()) {
        (Some((position, _)), None) => Some(nothing_came(
            scene,
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

fn nothing_came(scene: &Scene<'_>, call: &Call, position: Position, ways: &str) -> Checked {
    let control = control::caller_reaches_backup(scene, &call.caller.actor)?;
    let took_us = position.t_us.saturating_sub(call.placed.t_us);
    let reason = format!("{} came to nothing at {position}: {ways}", call.words());
    Ok(Basis::new(reason)
        .at(call.placed)
        .at(position)
        .measured("refused_ms", took_us)
        .and(control))
}

/// How the next hops ended, one after the other.
fn hops(call: &Call) -> Option<String> {
    let failed = |hop: &timeline::call::Hop| {
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
pub(crate) fn connects(scene: &Scene<'_>, call: &Call, pool: Pool) -> Option<Checked> {
    let within = |position: &Position| scene.contains(*position);
    if let Some((position, outcome)) = call
        .failed
        .as_ref()
        .filter(|(position, _)| within(position))
    {
        let ways = hops(call).unwrap_or_else(|| words(outcome));
        let why = format!("{} came to nothing at {position}: {ways}", call.words());
        return Some(Err(Objection::fail(why).at(call.placed).at(*position)));
    }
    let (answered, _) = call.answered.filter(|(position, _)| within(position))?;
    let heard = call
        .welcome(&scene.timeline.pool_addresses())
        .filter(|heard| heard.first_us <= scene.end.t_us);
    let Some(heard) = heard else {
        return heard_no_pool(scene, call, answered).map(Err);
    };
    let source = scene.timeline.pool_at(heard.from.ip());
    let took_us = heard.first_us.saturating_sub(call.placed.t_us);
    if source != Some(pool) {
        let why = format!(
            "{} heard {} first, which is not the {}, at {}",
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
    Some(Ok(Basis::new(reason)
        .at(call.placed)
        .at(answered)
        .at(heard.position)
        .measured("connect_ms", took_us)))
}

/// A 2xx without greeting or music, if it was waited for long enough.
fn heard_no_pool(scene: &Scene<'_>, call: &Call, answered: Position) -> Option<Objection> {
    let ended = call
        .caller
        .ended
        .map_or(scene.end, |(position, _)| position);
    let waited_us = ended.min(scene.end).t_us.saturating_sub(answered.t_us);
    let cut_off = call
        .caller
        .cut_off()
        .is_some_and(|(position, _)| position <= scene.end);
    if waited_us < scene.silence_us() && !cut_off {
        return None;
    }
    let why = format!(
        "{} was answered at {answered}, and heard no greeting or music of a pool for {}",
        call.words(),
        Lasting(waited_us)
    );
    Some(Objection::fail(why).at(call.placed).at(answered))
}
