//! Who was in which calls, and which calls waited, found by time: a walk of many calls is not looked through for
//! each of them.

use std::collections::BTreeMap;

use model::clause::CallKind;
use model::fault::FaultKind;
use model::journal::event::EndedBy;
use model::topology::Pool;
use model::verb::Verb;

use crate::call::{Call, Leg};
use crate::position::{CROSSING_US, Position};
use crate::spans::{AT_ONCE, Spans};
use crate::timeline::{CallEnd, LeftAlone, Timeline};

/// For so long, in microseconds, pools need not ask somebody again who was busy, or did not want the call.
const BUSY_US: u64 = 1_000_000;

/// Made of a walk's lines when it is first asked for.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    actors: BTreeMap<String, Engagements>,
    /// By group: calls from their answer until an agent took them, or they were over.
    waiting: BTreeMap<String, Spans<CallEnd>>,
    pub(crate) import: Option<(Position, Position)>,
    pub(crate) removal: Option<Position>,
}

/// What one actor was in.
#[derive(Clone, Debug, Default)]
struct Engagements {
    /// Alerts, with the calls that were accepted, until they were over.
    alerts: Spans<CallEnd>,
    /// Those of them that were accepted and are over.
    taken: Spans<CallEnd>,
    /// Alerts until they were over, or their caller had gone.
    wanted: Spans<CallEnd>,
    /// Calls as far as the actor knew: accepted or placed, until they ended.
    calls: Spans<CallEnd>,
    /// Alerts and calls, with the time that is declared after a call.
    engaged: Spans<CallEnd>,
}

/// From when to when, and of which end of a call.
type Lasted = (Position, Option<Position>, CallEnd);

/// The same as [`Engagements`], while it is put together.
#[derive(Default)]
struct Found {
    alerts: Vec<Lasted>,
    taken: Vec<Lasted>,
    wanted: Vec<Lasted>,
    calls: Vec<Lasted>,
    engaged: Vec<Lasted>,
}

impl Index {
    fn of(timeline: &Timeline) -> Self {
        let mut found: BTreeMap<&str, Found> = BTreeMap::new();
        let mut waiting: BTreeMap<&str, Vec<Lasted>> = BTreeMap::new();
        for (number, call) in timeline.calls.iter().enumerate() {
            let end = CallEnd::Caller(number);
            found
                .entry(&call.caller.actor)
                .or_default()
                .add_call(call, end);
            if let Some((answered, _)) = call.answered {
                let left = call.accepted().into_iter().chain(call.over()).min();
                waiting
                    .entry(&call.to)
                    .or_default()
                    .push((answered, left, end));
            }
            let gone = call.caller.ended.map(|(position, _)| position);
            for (place, leg) in call.legs.iter().enumerate() {
                let found = found.entry(&leg.party.actor).or_default();
                let alone_us = left_alone_us(leg, Some(call), timeline.left_alone);
                let free = free_at(timeline, Some(call), leg, alone_us);
                found.add_leg(leg, gone, CallEnd::Leg(number, place), free);
            }
        }
        for (number, leg) in timeline.strays.iter().enumerate() {
            let found = found.entry(&leg.party.actor).or_default();
            let alone_us = left_alone_us(leg, None, timeline.left_alone);
            let free = free_at(timeline, None, leg, alone_us);
            found.add_leg(leg, None, CallEnd::Stray(number), free);
        }
        let import = import(timeline);
        Index {
            actors: by_name(found, Engagements::from),
            waiting: by_name(waiting, Spans::from_iter),
            removal: import.and_then(|(_, done)| removal(timeline, done)),
            import,
        }
    }
}

fn by_name<T, U>(by_name: BTreeMap<&str, T>, make: impl Fn(T) -> U) -> BTreeMap<String, U> {
    let named = by_name.into_iter();
    named
        .map(|(name, one)| (name.to_owned(), make(one)))
        .collect()
}

/// When the groups of the primary were imported into the backup: from invoked to done.
fn import(timeline: &Timeline) -> Option<(Position, Position)> {
    timeline
        .operations
        .iter()
        .filter(|operation| operation.verb == Verb::Import && operation.at == Pool::Backup)
        .filter(|operation| operation.about.owner != Some(Pool::Backup))
        .find_map(|operation| Some((operation.invoked, operation.done()?)))
}

/// When the copies were removed from the backup again.
fn removal(timeline: &Timeline, imported: Position) -> Option<Position> {
    timeline
        .operations
        .iter()
        .filter(|operation| operation.verb == Verb::RemoveExported && operation.at == Pool::Backup)
        .find(|operation| operation.invoked > imported)
        .map(|operation| operation.invoked)
}

/// For how long, in microseconds, the agent is not alerted again once this leg of a call is over.
fn left_alone_us(leg: &Leg, call: Option<&Call>, declared: LeftAlone) -> u64 {
    // Whose phone stopped ringing, although nobody else had taken the call and its caller was still there.
    let decided = call.and_then(|call| call.accepted().into_iter().chain(call.over()).min());
    let let_it_ring = leg
        .over()
        .is_some_and(|over| decided.is_none_or(|decided| over < decided));
    match (leg.accepted, leg.declined) {
        (Some(_), _) => declared.after_call_us,
        (None, Some(_)) => declared.after_decline_us.max(BUSY_US),
        (None, None) if let_it_ring => declared.after_no_answer_us,
        (None, None) => 0,
    }
}

/// When a pool can know that the agent is free again after this leg of a call; nothing if that may never be.
fn free_at(timeline: &Timeline, call: Option<&Call>, leg: &Leg, alone_us: u64) -> Option<Position> {
    let over = leg.over()?;
    (!is_unheard_of(timeline, call, leg)).then(|| over.later_by(alone_us))
}

/// Whether an agent left a call while a fault kept the pool that carries it from hearing of that, which has not
/// forgotten it for that either, and need not have ended it: of the primary's calls only regular ones go on.
fn is_unheard_of(timeline: &Timeline, call: Option<&Call>, leg: &Leg) -> bool {
    let Some((left, EndedBy::HungUp | EndedBy::GaveWay | EndedBy::Broken)) = leg.party.ended else {
        return false;
    };
    let carrier = match call {
        Some(call) => timeline.carrier(call),
        None => timeline.carrier_on_behalf(leg),
    };
    let group = call.map_or(&leg.shows, |call| &call.to);
    let group = timeline.group(group);
    let goes_on = group.is_some_and(|group| group.calls == CallKind::Regular);
    if carrier == Some(Pool::Primary) && !goes_on {
        return false;
    }
    let through = timeline.pool_at(leg.from.ip());
    let forgets = carrier.is_some_and(|carrier| {
        let mut kinds = timeline
            .faults_at(carrier, left)
            .map(|fault| fault.fault.kind);
        kinds.any(|kind| [FaultKind::KILL, FaultKind::POWER_OFF].contains(&kind))
    });
    let mut path = carrier.into_iter().chain(through);
    !forgets && path.any(|pool| timeline.faults_at(pool, left).next().is_some())
}

impl Found {
    fn add_call(&mut self, call: &Call, end: CallEnd) {
        let failed = call.failed.as_ref().map(|(position, _)| *position);
        let ended = call.caller.ended.map(|(position, _)| position);
        self.calls.push((call.placed, ended.or(failed), end));
        self.engaged.push((call.placed, call.over(), end));
    }

    fn add_leg(&mut self, leg: &Leg, gone: Option<Position>, end: CallEnd, free: Option<Position>) {
        let (alerted, over) = (leg.alerted, leg.over());
        self.alerts.push((alerted, over, end));
        let left = over.into_iter().chain(gone).min();
        self.wanted.push((alerted, left, end));
        self.engaged.push((alerted, free, end));
        if let Some(accepted) = leg.accepted {
            let ended = leg.party.ended.map(|(position, _)| position);
            self.calls.push((accepted, ended, end));
            // One that was over as soon as it was accepted may be none to the pool.
            let over = over.filter(|over| over.t_us > accepted.t_us.saturating_add(CROSSING_US));
            self.taken
                .extend(over.map(|over| (alerted, Some(over), end)));
        }
    }
}

impl From<Found> for Engagements {
    fn from(found: Found) -> Self {
        Engagements {
            alerts: found.alerts.into_iter().collect(),
            taken: found.taken.into_iter().collect(),
            wanted: found.wanted.into_iter().collect(),
            calls: found.calls.into_iter().collect(),
            engaged: found.engaged.into_iter().collect(),
        }
    }
}

impl Timeline {
    pub(crate) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }

    fn engagements(&self, actor: &str) -> Option<&Engagements> {
        self.index().actors.get(actor)
    }

    /// The leg, and the call that alerted it, if one did.
    fn leg_at(&self, end: CallEnd) -> Option<(Option<&Call>, &Leg)> {
        match end {
            CallEnd::Caller(_) => None,
            CallEnd::Leg(number, place) => {
                let call = self.calls.get(number)?;
                Some((Some(call), call.legs.get(place)?))
            }
            CallEnd::Stray(number) => Some((None, self.strays.get(number)?)),
        }
    }

    /// Whether an agent was in a call then, as far as the agent knew.
    pub fn busy(&self, agent: &str, at: Position) -> bool {
        let found = self.engagements(agent);
        let begun_by = (Position::default(), at);
        let ended = found.and_then(|found| found.calls.latest_end(begun_by, |_| true));
        ended.is_some_and(|ended| ended >= at)
    }

    /// From when on, between two instants, an agent was neither in a call nor alerted by one, and has had the
    /// time after a call that the target declares; nothing if not at the later one.
    pub fn free_since(&self, agent: &str, (from, until): (Position, Position)) -> Option<Position> {
        let found = self.engagements(agent);
        let begun_by = (Position::default(), until);
        let ended = found.and_then(|found| found.engaged.latest_end(begun_by, |_| true));
        match ended {
            Some(ended) if ended >= from => (ended <= until).then_some(ended),
            _ => Some(from),
        }
    }

    /// When the last of the alerts was over that an actor had had by then, with the calls that came of them;
    /// nothing if there was none, and later than any line if one goes on.
    pub fn alerts_over(&self, actor: &str, by: Position) -> Option<Position> {
        let begun_by = (Position::default(), by);
        self.engagements(actor)?
            .alerts
            .latest_end(begun_by, |_| true)
    }

    /// When the last of the calls was over that an agent took, was alerted by between two instants, and that is
    /// meant.
    pub fn last_taken(
        &self,
        agent: &str,
        alerted: (Position, Position),
        is_meant: impl Fn(&Call) -> bool,
    ) -> Option<Position> {
        let is_meant = |end| matches!(self.leg_at(end), Some((Some(call), _)) if is_meant(call));
        self.engagements(agent)?.taken.latest_end(alerted, is_meant)
    }

    /// The alerts that an actor had before then and that were neither over by then nor left by their callers,
    /// with the calls that they were for: in the order of the calls, and at last those of no call. Of more than
    /// [`AT_ONCE`], the last ones.
    pub fn alerts_at(&self, actor: &str, at: Position) -> Vec<(Option<&Call>, &Leg)> {
        let before = at.just_before();
        let wanted = self.engagements(actor).into_iter();
        let mut ends: Vec<CallEnd> = wanted
            .flat_map(|found| found.wanted.lasting(before, at))
            .take(AT_ONCE)
            .collect();
        ends.sort_unstable();
        ends.into_iter()
            .filter_map(|end| self.leg_at(end))
            .collect()
    }

    /// The legs of an actor that was alerted after the first of two instants, and by the other; in order.
    pub fn alerts_within(
        &self,
        actor: &str,
        within: (Position, Position),
    ) -> impl DoubleEndedIterator<Item = &Leg> {
        let found = self.engagements(actor);
        let ends = found.map(|found| found.alerts.begun_within(within));
        let ends = ends.into_iter().flatten();
        ends.filter_map(|end| Some(self.leg_at(end)?.1))
    }

    /// The calls to a group that were answered by the first of two instants, in microseconds, and waited
    /// beyond the other for somebody to take them; in order. Of more than [`AT_ONCE`], those that were answered last.
    pub fn waiting(&self, group: &str, (answered_us, beyond_us): (u64, u64)) -> Vec<&Call> {
        let whole = |t_us| Position { t_us, n: u64::MAX };
        let waiting = self.index().waiting.get(group).into_iter();
        let mut calls: Vec<CallEnd> = waiting
            .flat_map(|waiting| waiting.lasting(whole(answered_us), whole(beyond_us)))
            .take(AT_ONCE)
            .collect();
        calls.sort_unstable();
        let calls = calls.into_iter().filter_map(|end| match end {
            CallEnd::Caller(number) => self.calls.get(number),
            CallEnd::Leg(..) | CallEnd::Stray(_) => None,
        });
        calls.collect()
    }
}
