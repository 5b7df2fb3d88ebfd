//! Calls that were there before the stage: which of them a row speaks of, and what became of them.
//!
//! Shared by the rows *connected* and *in progress*, which differ in the state that a call is in.
//!
//! - In `outage` and `failover` a row speaks of the calls that the primary carried when the outage
//!   began, that is when the healthy stage ended; from `failed-over` on, of all that are in the
//!   state when the stage begins, those that have reached the backup included.
//! - `failed-back` asks of calls in progress what became of those that waited at the backup when
//!   failback was invoked.
//! - Whether a call counts as imported is decided by when it was placed.
//! - A call that its own caller or agent hung up in the stage is not counted.

use model::Stage;
use model::clause::{CallKind, HeldOutcome};
use model::journal::event::EndedBy;
use model::topology::Pool;

use crate::control;
use crate::ruling::{Basis, Checked, Objection, weigh};
use crate::stage::Scene;
use timeline::call::{Call, Over, Party};
use timeline::media::{MediaFrom, SUMMARY_US};
use timeline::position::{At, Lasting, Position};

/// The state in which a call is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Connected to an agent.
    Connected(CallKind),
    /// Answered by the pool, not yet connected to an agent.
    InProgress,
}

/// An end of a call, and who must be heard there.
pub(crate) type Listener<'c> = (&'c Party, MediaFrom<'c>);

/// What became of the calls that the row speaks of.
pub(crate) fn check(scene: &Scene<'_>, state: State, outcome: HeldOutcome) -> Checked {
    match outcome {
        HeldOutcome::StayConnected => stay(scene, state, None),
        HeldOutcome::StayConnectedAtBackup => stay(scene, state, Some(Pool::Backup)),
        HeldOutcome::Disconnected => disconnected(scene, state),
        HeldOutcome::NoneInThisState => none_in_this_state(scene, state),
    }
}

impl State {
    /// All of them.
    pub(crate) const ALL: [State; 3] = [
        State::Connected(CallKind::Regular),
        State::Connected(CallKind::Anonymous),
        State::InProgress,
    ];

    /// Whether calls to this group come into the state.
    pub(crate) fn concerns(self, scene: &Scene<'_>, call: &Call) -> bool {
        match self {
            State::InProgress => true,
            State::Connected(kind) => scene
                .timeline
                .group(&call.to)
                .is_some_and(|group| group.calls == kind),
        }
    }

    /// Whether the call was in the state at that instant.
    pub(crate) fn holds(self, scene: &Scene<'_>, call: &Call, at: Position) -> bool {
        if call.hung_up().is_some_and(|position| position <= at) {
            return false;
        }
        let Some(since_us) = self.since_us(scene, call) else {
            return false;
        };
        let over = |(party, _): &Listener<'_>| party.over((since_us, at.t_us), scene.silence_us());
        since_us <= at.t_us
            && self
                .listeners(call, at)
                .is_some_and(|e| !e.iter().any(|e| over(e).is_some()))
    }

    /// Since when it was.
    pub(crate) fn since_us(self, scene: &Scene<'_>, call: &Call) -> Option<u64> {
        match self {
            State::Connected(_) => call.connected().map(|(_, since_us)| since_us),
            State::InProgress => {
                call.answered?;
                let pools = scene.timeline.pool_addresses();
                call.welcome(&pools).map(|heard| heard.first_us)
            }
        }
    }

    /// The ends at which the call is observed, if it is in the state at that instant.
    pub(crate) fn listeners<'c>(self, call: &'c Call, at: Position) -> Option<Vec<Listener<'c>>> {
        let caller = &call.caller;
        match self {
            State::InProgress => {
                let accepted = call.legs.iter().filter_map(|leg| leg.accepted).min();
                let waiting = accepted.is_none_or(|accepted| accepted > at);
                waiting.then(|| vec![(caller, MediaFrom::Anyone)])
            }
            State::Connected(_) => call.connected().map(|(leg, _)| {
                vec![
                    (caller, MediaFrom::Actor(&leg.party.actor)),
                    (&leg.party, MediaFrom::Actor(&caller.actor)),
                ]
            }),
        }
    }

    /// How readers are told of it.
    pub(crate) fn words(self) -> &'static str {
        match self {
            State::Connected(CallKind::Regular) => "regular call connected to an agent",
            State::Connected(CallKind::Anonymous) => "anonymous call connected to an agent",
            State::InProgress => "call in progress",
        }
    }
}

/// When a call must be in the state for the row to speak of it.
fn reference(scene: &Scene<'_>, state: State) -> Checked<Position> {
    let stages = &scene.timeline.stages;
    let position = match (scene.stage, state) {
        (Stage::Outage | Stage::Failover, _) => stages.get(&Stage::Healthy).and_then(|s| s.end),
        (Stage::FailedBack, State::InProgress) => stages.get(&Stage::Failback).map(|s| s.begin),
        _ => Some(scene.begin),
    };
    position.ok_or_else(|| Objection::inconclusive("an earlier stage was never reached"))
}

/// The calls that the row speaks of: in the state at the reference, and carried by `carrier`.
fn concerned<'s>(
    scene: &Scene<'s>,
    state: State,
    reference: Position,
    carrier: Option<Pool>,
) -> Vec<&'s Call> {
    let carrier = match scene.stage {
        Stage::Outage | Stage::Failover => Some(Pool::Primary),
        _ => carrier,
    };
    scene
        .timeline
        .calls_to_groups_of(Pool::Primary)
        .filter(|call| scene.admits(call.placed) && state.concerns(scene, call))
        .filter(|call| carrier.is_none() || scene.timeline.carrier(call) == carrier)
        .filter(|call| state.holds(scene, call, reference))
        .collect()
}

fn nothing_to_judge(state: State, reference: Position) -> String {
    format!("no {} was there to be judged at {reference}", state.words())
}

// ---- stays connected ---------------------------------------------------------------------------

fn stay(scene: &Scene<'_>, state: State, carrier: Option<Pool>) -> Checked {
    scene.lasts(scene.windows.gap)?;
    let reference = reference(scene, state)?;
    let kept = |call: &&Call| call.hung_up().is_none_or(|position| position > scene.end);
    let calls = concerned(scene, state, reference, carrier);
    let rulings = calls.into_iter().filter(kept).filter_map(|call| {
        let listeners = state.listeners(call, reference)?;
        Some((scene.begin, stays(scene, call, &listeners)))
    });
    weigh(rulings, || nothing_to_judge(state, reference))
}

/// RTP at every end from the stage's beginning to its end, no gap longer than the window.
fn stays(scene: &Scene<'_>, call: &Call, listeners: &[Listener<'_>]) -> Checked {
    // The last summaries before the journal ends may never have been written.
    let written_us = scene.timeline.last.t_us.saturating_sub(SUMMARY_US);
    let until_us = scene.end.t_us.min(written_us);
    let mut longest_us = 0;
    let mut basis = Basis::default().at(call.placed);
    for (party, whom) in listeners {
        if let Some((position, by)) = party
            .cut_off()
            .filter(|(position, _)| *position <= scene.end)
        {
            let (words, actor) = (call.words(), &party.actor);
            let why = format!(
                "{words} was ended at {actor} at {position} ({})",
                ended_by(by)
            );
            return Err(Objection::fail(why).at(call.placed).at(position));
        }
        let gap = party
            .received
            .longest_gap(*whom, scene.begin.t_us, until_us);
        let last = party.received.last(*whom, gap.from_us);
        if gap.us > scene.gap_us() {
            let why = format!(
                "{}: {} received nothing for {} from {}",
                call.words(),
                party.actor,
                Lasting(gap.us),
                At(gap.from_us)
            );
            let objection = Objection::fail(why).at(call.placed);
            return Err(last.map_or(objection.clone(), |(_, position)| objection.at(position)));
        }
        longest_us = longest_us.max(gap.us);
        let heard = party.received.last(*whom, until_us);
        basis = basis.at_any(heard.map(|(_, position)| position));
    }
    basis.reason = format!(
        "{} stayed connected from {} to {}, longest gap {}",
        call.words(),
        At(scene.begin.t_us),
        At(until_us),
        Lasting(longest_us)
    );
    Ok(basis.measured("longest_gap_ms", longest_us))
}

fn ended_by(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Bye => "a BYE came",
        EndedBy::HungUp => "it hung up",
        EndedBy::Cancelled => "it was cancelled",
        EndedBy::Broken => "the dialog broke",
    }
}

// ---- disconnected ------------------------------------------------------------------------------

fn disconnected(scene: &Scene<'_>, state: State) -> Checked {
    scene.lasts(scene.windows.silence)?;
    let reference = reference(scene, state)?;
    let carrier = match (scene.stage, state) {
        (Stage::Failback | Stage::FailedBack, State::InProgress) => Some(Pool::Backup),
        _ => None,
    };
    let calls = concerned(scene, state, reference, carrier);
    let rulings = calls.into_iter().filter_map(|call| {
        let listeners = state.listeners(call, reference)?;
        let since_us = state.since_us(scene, call)?;
        Some((scene.begin, cut(scene, call, &listeners, since_us)?))
    });
    weigh(rulings, || nothing_to_judge(state, reference))
}

/// A BYE at every end, or silence there until the stage ends. Nothing is said of a call that one
/// of its own ends hung up before it can be told.
fn cut(
    scene: &Scene<'_>,
    call: &Call,
    listeners: &[Listener<'_>],
    since_us: u64,
) -> Option<Checked> {
    let hung_up = call.hung_up().filter(|position| *position <= scene.end);
    let until = hung_up.unwrap_or(scene.end);
    let mut overs: Vec<Over> = Vec::new();
    for (party, _) in listeners {
        match party.over((since_us, until.t_us), scene.silence_us()) {
            Some(over) => overs.push(over),
            None if hung_up.is_some() => return None,
            None => return Some(Err(still_hears(call, party, until))),
        }
    }
    Some(cut_proof(scene, call, &overs))
}

fn still_hears(call: &Call, party: &Party, until: Position) -> Objection {
    let (words, actor) = (call.words(), &party.actor);
    let heard = party.received.last(MediaFrom::Anyone, until.t_us);
    let last_us = heard.map_or(until.t_us, |(us, _)| us);
    let why = format!(
        "{words} was not disconnected: {actor} was still receiving at {}",
        At(last_us)
    );
    let objection = Objection::fail(why).at(call.placed);
    match heard {
        Some((_, position)) => objection.at(position),
        None => objection,
    }
}

fn cut_proof(scene: &Scene<'_>, call: &Call, overs: &[Over]) -> Checked {
    let began_us = match (scene.stage, &scene.timeline.fault) {
        (Stage::Outage | Stage::Failover, Some(fault)) => fault.injected.t_us,
        (Stage::FailedBack, _) => scene
            .timeline
            .stages
            .get(&Stage::Failback)
            .map_or(scene.begin.t_us, |span| span.begin.t_us),
        _ => scene.begin.t_us,
    };
    let over_us = overs
        .iter()
        .map(|over| over.since_us())
        .max()
        .unwrap_or(began_us);
    let took_us = over_us.saturating_sub(began_us);
    let reason = format!(
        "{} was disconnected {} after {}",
        call.words(),
        Lasting(took_us),
        At(began_us)
    );
    let mut basis = Basis::new(reason)
        .at(call.placed)
        .measured("disconnected_ms", took_us);
    for over in overs {
        basis = basis.at_any(over.position());
    }
    let silent = overs.iter().any(|over| matches!(over, Over::Silent(..)));
    if silent {
        basis = basis.and(control::somebody_reaches_backup(scene)?);
    }
    Ok(basis)
}

// ---- no such call exists -----------------------------------------------------------------------

/// No call placed before failback was invoked is in the state during the stage. Media that lasts
/// no longer than the gap window is no call: a primary that comes back goes on with what it had
/// until its partner's word reaches it.
fn none_in_this_state(scene: &Scene<'_>, state: State) -> Checked {
    scene.lasts(scene.windows.silence)?;
    let mut basis = could_have_failed(scene, state)?;
    let failback = scene.timeline.stages.get(&Stage::Failback);
    let placed_by = failback.map_or(scene.end, |span| span.begin.min(scene.end));
    let calls = scene
        .timeline
        .calls_to_groups_of(Pool::Primary)
        .filter(|call| call.placed < placed_by && scene.admits(call.placed))
        .filter(|call| state.concerns(scene, call));
    for call in calls {
        if let Some((us, position)) = longest_in_state(scene, state, call) {
            if us > scene.gap_us() {
                let why = format!(
                    "{} is a {}: media came for {} in {}",
                    call.words(),
                    state.words(),
                    Lasting(us),
                    scene.stage
                );
                return Err(Objection::fail(why).at(call.placed).at(position));
            }
            basis = basis.measured("flicker_ms", us);
        }
    }
    basis.reason = format!("there was no {} in {}", state.words(), scene.stage);
    Ok(basis)
}

/// Such a call existed in the healthy stage, and another was attempted in the failed-over stage.
fn could_have_failed(scene: &Scene<'_>, state: State) -> Checked<Basis> {
    let stages = &scene.timeline.stages;
    let calls = || {
        let calls = scene.timeline.calls_to_groups_of(Pool::Primary);
        calls.filter(|call| state.concerns(scene, call))
    };
    let healthy = stages.get(&Stage::Healthy).and_then(|span| span.end);
    let existed = healthy.and_then(|end| calls().find(|call| state.holds(scene, call, end)));
    let Some(existed) = existed else {
        let why = format!(
            "no basis: no {} existed in the healthy stage",
            state.words()
        );
        return Err(Objection::inconclusive(why));
    };
    let attempted = stages.get(&Stage::FailedOver).and_then(|span| {
        let end = span.end.unwrap_or(scene.timeline.last);
        let within = |call: &&Call| span.begin <= call.placed && call.placed <= end;
        calls()
            .filter(within)
            .find(|call| scene.admits(call.placed))
    });
    let Some(attempted) = attempted else {
        let why = format!(
            "no basis: no {} was attempted in failed-over",
            state.words()
        );
        return Err(Objection::inconclusive(why));
    };
    Ok(Basis::default().at(existed.placed).at(attempted.placed))
}

/// The longest time within the stage over which the call was in the state.
fn longest_in_state(scene: &Scene<'_>, state: State, call: &Call) -> Option<(u64, Position)> {
    let within = (scene.begin.t_us, scene.end.t_us);
    let pause_us = scene.gap_us();
    let run = |(party, whom): &Listener<'_>| party.received.longest_run(*whom, within, pause_us);
    state
        .listeners(call, scene.begin)?
        .iter()
        .filter_map(run)
        .max()
}
