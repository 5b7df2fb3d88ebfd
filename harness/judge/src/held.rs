//! Calls that were there before the stage: which of them a row speaks of, and what became of them.
//!
//! Shared by the rows *connected* and *in progress*, which differ in the state that a call is in.
//!
//! - In `outage` and `failover` a row speaks of the calls that the primary carried when the outage
//!   began, that is when the healthy stage ended; from `failed-over` on, of all that are in the
//!   state when the stage begins, those that have reached the backup included. A pool has done what
//!   it does to calls by the time that it says that failover or failback is complete: so a call that
//!   should stay is spoken of if it was in the state within the gap window before the stage as well.
//! - What became in failover of calls that copies had taken in the outage is told, and never failed.
//! - `failed-back` asks of calls in progress what became of those that waited at the backup when
//!   failback was invoked.
//! - Whether a call counts as imported is decided by when it was placed.
//! - A call that was ended because its queue's time was over ([`queue_timeout`]) is not counted.
//! - A call that its own caller or agent hung up in the stage is not counted, but that it stayed until then, and
//!   that the other end is told. One that an end had to leave for its next call, because nobody had ended it, is: as
//!   one of which nobody knows what would have become of it.

use model::claims::SilentCallers;
use model::clause::{CallKind, HeldOutcome};
use model::fault::FaultKind;
use model::journal::event::EndedBy;
use model::topology::Pool;
use model::{Stage, Verdict};

use crate::checked::{Checked, Objection, Support, both, every, worst_of};
use crate::control;
use crate::fault;
use crate::hold;
use crate::quality::{self, Heard};
use crate::queue_timeout;
use crate::scope::Scope;
use crate::talk::Talk;
use timeline::call::{Call, Over, Party};
use timeline::media::MediaFrom;
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
pub(crate) fn check(scope: &Scope<'_>, state: State, outcome: HeldOutcome) -> Checked {
    match outcome {
        HeldOutcome::StayConnected => stay(scope, state, None),
        HeldOutcome::StayConnectedAtBackup => stay(scope, state, Some(Pool::Backup)),
        HeldOutcome::Disconnected => disconnected(scope, state),
        HeldOutcome::NoneInThisState => none_in_this_state(scope, state),
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
    pub(crate) fn concerns(self, scope: &Scope<'_>, call: &Call) -> bool {
        match self {
            State::InProgress => true,
            State::Connected(kind) => scope
                .timeline
                .group(&call.to)
                .is_some_and(|group| group.calls == kind),
        }
    }

    /// Whether the call was in the state at that instant.
    pub(crate) fn includes(self, scope: &Scope<'_>, call: &Call, at: Position) -> bool {
        if call.hung_up().is_some_and(|position| position <= at) {
            return false;
        }
        let Some(since_us) = self.since_us(scope, call) else {
            return false;
        };
        let over = |(party, _): &Listener<'_>| party.over((since_us, at.t_us), scope.silence_us());
        since_us <= at.t_us
            && self
                .listeners(call, at)
                .is_some_and(|ends| !ends.iter().any(|end| over(end).is_some()))
    }

    /// Since when it was.
    pub(crate) fn since_us(self, scope: &Scope<'_>, call: &Call) -> Option<u64> {
        match self {
            State::Connected(_) => call.connected().map(|(_, since_us)| since_us),
            State::InProgress => {
                call.answered?;
                scope.timeline.welcome(call).map(|heard| heard.first_us)
            }
        }
    }

    /// The ends at which the call is observed, if it is in the state at that instant.
    pub(crate) fn listeners<'c>(self, call: &'c Call, at: Position) -> Option<Vec<Listener<'c>>> {
        let caller = &call.caller;
        match self {
            State::InProgress => {
                let waiting = call.accepted().is_none_or(|accepted| accepted > at);
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

    /// The same, of one such call.
    fn words_with_article(self) -> String {
        let words = self.words();
        let article = match words.starts_with('a') {
            true => "an",
            false => "a",
        };
        format!("{article} {words}")
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
fn reference(scope: &Scope<'_>, state: State) -> Checked<Position> {
    let stages = &scope.timeline.stages;
    let position = match (scope.stage, state) {
        (Stage::Outage | Stage::Failover, _) => stages.get(&Stage::Healthy).and_then(|s| s.end),
        (Stage::FailedBack, State::InProgress) => stages.get(&Stage::Failback).map(|s| s.begin),
        _ => Some(scope.begin),
    };
    position.ok_or_else(|| Objection::inconclusive("an earlier stage was never reached"))
}

/// The calls that the row speaks of: in the state at one of these instants, and carried by `carrier`. Regular
/// ones to the backup's own groups are among them once failover is complete: before, it speaks of calls that
/// the primary carried.
fn concerned<'s>(
    scope: &Scope<'s>,
    state: State,
    instants: &[Position],
    carrier: Option<Pool>,
) -> Vec<&'s Call> {
    let carrier = match scope.stage {
        Stage::Outage | Stage::Failover => Some(Pool::Primary),
        _ => carrier,
    };
    let owners: &[Pool] = match speaks_of_both(scope, state) {
        true => &Pool::BOTH,
        false => &[Pool::Primary],
    };
    let calls = owners
        .iter()
        .flat_map(|owner| scope.timeline.calls_to_groups_of(*owner));
    calls
        .filter(|call| is_under_condition(scope, call) && state.concerns(scope, call))
        .filter(|call| carrier.is_none() || scope.timeline.carrier(call) == carrier)
        .filter(|call| instants.iter().any(|at| state.includes(scope, call, *at)))
        .collect()
}

/// Whether the clause's condition holds for a call: one that an import overtook is under neither.
fn is_under_condition(scope: &Scope<'_>, call: &Call) -> bool {
    let answered = call.answered.map(|(answered, _)| answered);
    let mut decided_by = [Some(call.placed), answered].into_iter().flatten();
    decided_by.all(|position| scope.meets_condition(position))
}

fn nothing_to_judge(state: State, reference: Position) -> String {
    format!("no {} was there to be judged at {reference}", state.words())
}

// ---- stays connected ---------------------------------------------------------------------------

fn stay(scope: &Scope<'_>, state: State, carrier: Option<Pool>) -> Checked {
    let reference = reference(scope, state)?;
    let before = just_before(scope, reference);
    let calls = concerned(scope, state, &[before, reference], carrier);
    let results = calls.into_iter().filter_map(|call| {
        let result = stayed(scope, state, call, [before, reference])?;
        Some((scope.begin, result))
    });
    let stayed = worst_of(results, || nothing_to_judge(state, reference));
    let (mut stayed, ()) = both(stayed, scope.lasts(scope.windows.gap))?;
    let lost = lost_in_failover(scope, state, &[before, reference]);
    if let Some(first) = lost.first() {
        let (count, words) = (lost.len(), first.words());
        stayed.reason = format!(
            "{}; of those that copies had taken, {count} did not last until then, as {words}",
            stayed.reason
        );
        stayed = stayed.counted("lost_in_failover", count).at(first.placed);
    }
    Ok(stayed)
}

/// What became in the stage of a call that was in the state at one of these instants; nothing of one that had to
/// end, or that was fine until one of its own ends left it.
fn stayed(
    scope: &Scope<'_>,
    state: State,
    call: &Call,
    instants: [Position; 2],
) -> Option<Checked> {
    let instants = instants.into_iter().rev();
    let listeners = instants.filter(|at| state.includes(scope, call, *at));
    let listeners = listeners
        .filter_map(|at| state.listeners(call, at))
        .next()?;
    if timed_out(scope, call, scope.end) {
        return None;
    }
    let Some(left) = call.hung_up().filter(|left| *left <= scope.end) else {
        return Some(stays(scope, call, &listeners, scope.end));
    };
    let until_then = match left > scope.begin {
        true => stays(scope, call, &listeners, left).err(),
        false => None,
    };
    let objection = until_then.or_else(|| left_open(call));
    Some(Err(objection.or_else(|| not_told(scope, call, left))?))
}

/// That calls to the backup's own groups which were connected or in progress before the stage stay; but regular ones
/// from failover on, of which the row on connected calls speaks.
///
/// # Errors
///
/// The worst of what is wrong with them.
pub(crate) fn own_calls_stay(scope: &Scope<'_>) -> Checked<()> {
    let instants = [just_before(scope, scope.begin), scope.begin];
    let states = State::ALL.into_iter();
    let states = states.filter(|state| !speaks_of_both(scope, *state));
    let results = states.flat_map(|state| {
        let calls = scope.timeline.calls_to_groups_of(Pool::Backup);
        let calls = calls.filter(move |call| state.concerns(scope, call));
        let calls = calls.filter(move |call| !is_changed_in_vain(scope, state, call));
        calls.filter_map(move |call| stayed(scope, state, call, instants))
    });
    every(results).map(|_| ())
}

/// Whether an agent took a call that was in progress, or its queue's time was over, and a fault affects a pool through
/// which the caller has to be told.
fn is_changed_in_vain(scope: &Scope<'_>, state: State, call: &Call) -> bool {
    let accepted = call.accepted().filter(|accepted| *accepted <= scope.end);
    let is_changed = accepted.is_some() || queue_timeout::is_over(scope.timeline, call, scope.end);
    state == State::InProgress
        && is_changed
        && !fault::path_was_well(scope.timeline, call, (scope.begin, scope.end))
}

/// Whether the row speaks of calls to either pool's groups in this stage.
fn speaks_of_both(scope: &Scope<'_>, state: State) -> bool {
    scope.stage >= Stage::FailedOver && state == State::Connected(CallKind::Regular)
}

/// The calls that copies had taken when failover was invoked and that were gone, by no doing of their own
/// ends, when it was complete. They are told of, and never failed: the row on failover speaks of the
/// primary's calls only, and the one on failed-over of calls that are there.
fn lost_in_failover<'s>(scope: &Scope<'s>, state: State, then: &[Position]) -> Vec<&'s Call> {
    let failover = scope.timeline.stages.get(&Stage::Failover);
    let Some(failover) = failover.filter(|_| scope.stage == Stage::FailedOver) else {
        return Vec::new();
    };
    let calls = concerned(scope, state, &[failover.begin], Some(Pool::Backup));
    let is_of_copy = |call: &&Call| scope.timeline.owner(&call.to) == Some(Pool::Primary);
    let is_lost = |call: &&Call| {
        let left = call.hung_up().is_some_and(|left| left <= scope.begin);
        let taken = state == State::InProgress && call.accepted().is_some();
        let may_be_gone = left || taken || timed_out(scope, call, scope.begin);
        !may_be_gone && !then.iter().any(|at| state.includes(scope, call, *at))
    };
    calls
        .into_iter()
        .filter(is_of_copy)
        .filter(is_lost)
        .collect()
}

/// Whether a call was ended by then because its queue's time was over.
fn timed_out(scope: &Scope<'_>, call: &Call, by: Position) -> bool {
    queue_timeout::ended(scope.timeline, call).is_some_and(|ended| ended <= by)
}

/// Where the row speaks of calls that are there when the stage begins: the gap window before that.
fn just_before(scope: &Scope<'_>, reference: Position) -> Position {
    match reference == scope.begin {
        true => reference.earlier_by(scope.gap_us()),
        false => reference,
    }
}

/// RTP at every end from the stage's beginning until then, no gap longer than the window, and such that
/// it can be listened to.
fn stays(scope: &Scope<'_>, call: &Call, listeners: &[Listener<'_>], until: Position) -> Checked {
    let until_us = until.t_us.min(scope.timeline.written_us());
    let ends = listeners.iter();
    let gaps_us = every(ends.map(|listener| stays_at(scope, call, listener, until)));
    let ((), gaps_us) = both(holds_kept(scope, call, listeners, until), gaps_us)?;
    let longest_us = gaps_us.into_iter().max().unwrap_or_default();
    let reason = format!(
        "{} stayed connected from {} to {}, longest gap {}",
        call.words(),
        At(scope.begin.t_us),
        At(until_us),
        Lasting(longest_us)
    );
    let ends = listeners.iter();
    let heard = ends.filter_map(|(party, source)| party.received.last(*source, until_us));
    let support = Support::new(reason).at(call.placed);
    let support = heard.fold(support, |support, (_, position)| support.at(position));
    Ok(support.measured("longest_gap_ms", longest_us))
}

/// The longest gap at one end, in microseconds.
fn stays_at(
    scope: &Scope<'_>,
    call: &Call,
    (party, source): &Listener<'_>,
    until: Position,
) -> Checked<u64> {
    let cut_off = party.cut_off();
    if let Some((position, by)) = cut_off.filter(|(position, _)| *position <= until) {
        let (words, actor) = (call.words(), &party.actor);
        let why = format!(
            "{words} was ended at {actor} at {position} ({})",
            ended_by(by)
        );
        return Err(Objection::fail(why).at(call.placed).at(position));
    }
    let heard = Heard {
        call,
        party,
        source: *source,
        window: (
            scope.begin.t_us,
            until.t_us.min(scope.timeline.written_us()),
        ),
    };
    let heard = heard.while_talking(scope).into_iter();
    let gaps_us = heard.map(|heard| quality::unbroken(scope, heard));
    Ok(every(gaps_us)?.into_iter().max().unwrap_or_default())
}

/// That what either end asked to be changed within the stage came about, as far as can be seen by then.
fn holds_kept(
    scope: &Scope<'_>,
    call: &Call,
    listeners: &[Listener<'_>],
    until: Position,
) -> Checked<()> {
    let taken = call.accepted();
    match listeners {
        [(one, _), (other, _)] => hold::kept(
            scope,
            (&call.words(), call.placed),
            [*one, *other],
            (taken.unwrap_or(call.placed), until),
        ),
        _ => hold::kept_waiting(scope, call, taken.map_or(until, |taken| taken.min(until))),
    }
}

fn ended_by(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Bye => "a BYE came",
        EndedBy::HungUp => "it hung up",
        EndedBy::GaveWay => "it was to place the next call",
        EndedBy::Cancelled => "it was cancelled",
        EndedBy::Broken => "the dialog broke",
    }
}

// ---- disconnected ------------------------------------------------------------------------------

fn disconnected(scope: &Scope<'_>, state: State) -> Checked {
    let reference = reference(scope, state)?;
    let carrier = match (scope.stage, state) {
        (Stage::Failback | Stage::FailedBack, State::InProgress) => Some(Pool::Backup),
        _ => None,
    };
    let calls = concerned(scope, state, &[reference], carrier);
    let results = calls.into_iter().filter_map(|call| {
        let listeners = state.listeners(call, reference)?;
        let since_us = state.since_us(scope, call)?;
        let result = is_cut(scope, call, &listeners, since_us)?;
        Some((scope.begin, unless_kept(scope, state, result)))
    });
    let disconnected = worst_of(results, || nothing_to_judge(state, reference));
    let (disconnected, ()) = both(disconnected, scope.lasts(scope.windows.silence))?;
    Ok(disconnected)
}

/// A BYE at every end, or silence there until the stage ends. Nothing is said of a call that one
/// of its own ends hung up before it can be told.
fn is_cut(
    scope: &Scope<'_>,
    call: &Call,
    listeners: &[Listener<'_>],
    since_us: u64,
) -> Option<Checked> {
    let hung_up = call.hung_up().filter(|position| *position <= scope.end);
    let until = hung_up.unwrap_or(scope.end);
    let mut overs: Vec<Over> = Vec::new();
    for (party, _) in listeners {
        match party.over((since_us, until.t_us), scope.silence_us()) {
            Some(over) => overs.push(over),
            None if hung_up.is_some() => return left_open(call).map(Err),
            None => return Some(Err(still_receives(call, party, until))),
        }
    }
    Some(disconnection(scope, call, &overs))
}

/// The same, unless the target declares that it keeps callers whom it no longer hears, and the walk loses
/// only what is sent to the pool: then callers go on hearing music, of which nothing is documented until
/// the fault is healed. From failback on the pool hears them again, and does with them what is documented.
fn unless_kept<T>(scope: &Scope<'_>, state: State, result: Checked<T>) -> Checked<T> {
    let timeline = scope.timeline;
    let mut faults = timeline.faults.iter();
    let may_be = scope.stage <= Stage::FailedOver
        && state == State::InProgress
        && timeline.silent_callers == SilentCallers::Kept
        && faults.any(|injected| injected.fault.kind == FaultKind::ONE_WAY_IN);
    result.map_err(|objection| match objection.verdict {
        Verdict::Fail if may_be => Objection {
            verdict: Verdict::Inconclusive,
            reason: format!(
                "{}; but the target keeps callers whom it no longer hears",
                objection.reason
            ),
            ..objection
        },
        _ => objection,
    })
}

/// That an end had to leave the call for its next one, and nobody had ended it by then.
fn left_open(call: &Call) -> Option<Objection> {
    let (party, position) = call.gave_way()?;
    let (words, actor) = (call.words(), &party.actor);
    let why = format!(
        "{words} was still up when {actor} was to place the next one at {position}, and left it"
    );
    Some(Objection::inconclusive(why).at(call.placed).at(position))
}

/// That one end hung up, and the other was not told, although the pools that its messages pass had been there
/// all the time: what a pool has lost with a fault it cannot pass on.
fn not_told(scope: &Scope<'_>, call: &Call, hung_up: Position) -> Option<Objection> {
    let (leg, _) = call.connected()?;
    scope.timeline.carrier(call)?;
    let within = (call.placed, scope.end);
    let was_well = fault::path_was_well(scope.timeline, call, within);
    was_well.then(|| Talk::of_call(call, leg).told(scope, hung_up).err())?
}

fn still_receives(call: &Call, party: &Party, until: Position) -> Objection {
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

fn disconnection(scope: &Scope<'_>, call: &Call, overs: &[Over]) -> Checked {
    let began_us = match (scope.stage, scope.timeline.faults.first()) {
        (Stage::Outage | Stage::Failover, Some(fault)) => fault.injected.t_us,
        (Stage::FailedBack, _) => scope
            .timeline
            .stages
            .get(&Stage::Failback)
            .map_or(scope.begin.t_us, |interval| interval.begin.t_us),
        _ => scope.begin.t_us,
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
    let mut support = Support::new(reason)
        .at(call.placed)
        .measured("disconnected_ms", took_us);
    for over in overs {
        support = support.at_any(over.position());
    }
    let silent = overs.iter().any(|over| matches!(over, Over::Silent(..)));
    if silent {
        support = support.and(control::somebody_reaches_backup(scope)?);
    }
    Ok(support)
}

// ---- no such call exists -----------------------------------------------------------------------

/// No call placed before failback was invoked is in the state during the stage. Media that lasts
/// no longer than the gap window is no call: a primary that comes back goes on with what it had
/// until its partner's word reaches it.
fn none_in_this_state(scope: &Scope<'_>, state: State) -> Checked {
    let flicker_us = unless_kept(scope, state, none_lasts(scope, state))?;
    scope.lasts(scope.windows.silence)?;
    let mut support = could_have_failed(scope, state)?;
    if let Some(us) = flicker_us {
        support = support.measured("flicker_ms", us);
    }
    support.reason = format!("there was no {} in {}", state.words(), scope.stage);
    Ok(support)
}

/// The longest time for which a call was in the state, if one was: it is within the gap window.
fn none_lasts(scope: &Scope<'_>, state: State) -> Checked<Option<u64>> {
    let failback = scope.timeline.stages.get(&Stage::Failback);
    let placed_by = failback.map_or(scope.end, |interval| interval.begin.min(scope.end));
    let calls = scope
        .timeline
        .calls_to_groups_of(Pool::Primary)
        .filter(|call| call.placed < placed_by && is_under_condition(scope, call))
        .filter(|call| state.concerns(scope, call));
    let mut longest_us = None;
    for call in calls {
        let Some((us, position)) = longest_in_state(scope, state, call) else {
            continue;
        };
        if us > scope.gap_us() {
            let why = format!(
                "{} is still up, as {}: media came for {} in {}",
                call.words(),
                state.words_with_article(),
                Lasting(us),
                scope.stage
            );
            return Err(Objection::fail(why).at(call.placed).at(position));
        }
        longest_us = longest_us.max(Some(us));
    }
    Ok(longest_us)
}

/// Such a call existed in the healthy stage, and another was attempted in the failed-over stage.
fn could_have_failed(scope: &Scope<'_>, state: State) -> Checked<Support> {
    let stages = &scope.timeline.stages;
    let calls = || {
        let calls = scope.timeline.calls_to_groups_of(Pool::Primary);
        calls.filter(|call| state.concerns(scope, call))
    };
    let healthy = stages
        .get(&Stage::Healthy)
        .and_then(|interval| interval.end);
    let there = healthy.and_then(|end| calls().find(|call| state.includes(scope, call, end)));
    let Some(there) = there else {
        let why = format!(
            "no control: there was no {} in the healthy stage",
            state.words()
        );
        return Err(Objection::inconclusive(why));
    };
    let attempted = stages.get(&Stage::FailedOver).and_then(|interval| {
        let end = interval.end.unwrap_or(scope.timeline.last);
        let within = |call: &&Call| interval.begin <= call.placed && call.placed <= end;
        calls()
            .filter(within)
            .find(|call| scope.meets_condition(call.placed))
    });
    let Some(attempted) = attempted else {
        let why = format!(
            "no control: no {} was attempted in failed-over",
            state.words()
        );
        return Err(Objection::inconclusive(why));
    };
    Ok(Support::default().at(there.placed).at(attempted.placed))
}

/// The longest time within the stage over which the call was in the state.
fn longest_in_state(scope: &Scope<'_>, state: State, call: &Call) -> Option<(u64, Position)> {
    let within = (scope.begin.t_us, scope.end.t_us);
    let pause_us = scope.gap_us();
    let run =
        |(party, source): &Listener<'_>| party.received.longest_run(*source, within, pause_us);
    state
        .listeners(call, scope.begin)?
        .iter()
        .filter_map(run)
        .max()
}
