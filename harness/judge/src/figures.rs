//! What a walk measured as a whole: recovery time and point, how long calls and agents were cut
//! off, and what was lost. A pure function of the walk's lines; nothing is required here.
//!
//! What each [`Measure`] is, to the letter:
//!
//! - **Outage**: the line that says that the fault is in force.
//! - **Answered**: an agent accepted the call, and both ends have heard each other. The time is that
//!   of the first packet of whichever heard the other later.
//! - **Lost**: a call to a group of the primary that was there when the healthy stage ended, and
//!   that by the end of the failed-over stage was ended, or fell silent for good, at one of its
//!   ends, without either party having hung up. It is *noticed* when the last end was told of the
//!   end, or received its last packet.
//! - **Export**: the last one at the primary that was done before the outage, counted from when it
//!   was invoked: nobody knows what of a change made meanwhile is in it.
//! - **Change**: a modification of a group of the primary, residing in the primary, that was done
//!   before the outage.
//! - **Registered again**: an agent of the primary's, accepted by a pool that the fault does not
//!   affect, or by the primary once the fault is healed.
//! - **Media** of an end: what it heard over a stage of the other end of a call, or while it waited;
//!   not through a pool that the fault affects, and for at least as long as is judged
//!   (`windows.media.judged`). The figure is that of the end, the call and the stage where it was worst.
//! - **Load**: the calls in the background, to both pools' groups, in the stages in which the backup bears them
//!   (`load`).
//!
//! Nothing is measured in a control walk. Without a steady state and a proven outage, or where
//! somebody received what nobody can have sent, no figure can be relied on: each is then
//! [`Measured::Unproven`].

mod load;

use model::clause::{CallKind, Condition, Windows};
use model::figure::{Figure, Measure, Measured, Unit};
use model::finding::Evidence;
use model::topology::{Agent, Pool};
use model::verb::Verb;
use model::{Stage, Tables, Walk, parallel};

use crate::checked::{Checked, Objection, untroubled};
use crate::held::State;
use crate::quality::{self, Heard};
use crate::scope::Scope;
use crate::{contradiction, fault, steady};
use timeline::call::{Call, Over, Party};
use timeline::media::{MediaFrom, MediaQuality};
use timeline::operation::Operation;
use timeline::position::{At, Lasting, Position};
use timeline::{InjectedFault, ReadRun, ReadWalk, Timeline};

/// What all walks of a run measured, in the journal's order.
pub fn figures(run: &ReadRun<'_>, tables: &Tables) -> Vec<Figure> {
    let walks = parallel::map(&run.walks, |walk| walk_figures(walk, tables.windows));
    walks.flatten().collect()
}

/// What one walk measured: each [`Measure`] once, those of a load only where there is one; or none of a control walk.
pub fn walk_figures(walk: &ReadWalk<'_>, windows: Windows) -> Vec<Figure> {
    let plan = timeline::walk(walk.journal);
    if plan.is_some_and(|plan| plan.outage.is_none()) {
        return Vec::new();
    }
    let outage = walk
        .timeline
        .as_ref()
        .map_err(|error| Objection::from(*error))
        .and_then(|timeline| Outage::of(timeline, windows));
    let measure = |measure| {
        let amount = match &outage {
            Ok(outage) => outage.measure(measure, plan),
            Err(objection) => Err(objection.clone()),
        };
        figure(measure, walk.name(), amount)
    };
    let bears = plan.is_some_and(Walk::backup_bears_both_loads);
    let is_measured = |measure: &Measure| bears || !Measure::OF_LOAD.contains(measure);
    let measures = Measure::ALL.into_iter().filter(is_measured);
    measures.map(measure).collect()
}

/// How much something is, and by what.
struct Amount {
    measured: Measured,
    reason: String,
    evidence: Vec<u64>,
}

impl Amount {
    fn new(measured: Measured, reason: String) -> Amount {
        Amount {
            measured,
            reason,
            evidence: Vec::new(),
        }
    }

    fn at(mut self, positions: impl IntoIterator<Item = Position>) -> Amount {
        self.evidence
            .extend(positions.into_iter().map(|position| position.n));
        self
    }
}

/// A walk whose outage is proven.
struct Outage<'s> {
    scope: Scope<'s>,
    /// The fault with which it began.
    fault: &'s InjectedFault,
    /// The end of the healthy stage.
    before: Position,
}

/// A call that the outage took away.
struct Lost<'s> {
    call: &'s Call,
    /// When the last of its ends noticed.
    noticed_us: u64,
    /// The lines that tell of it.
    positions: Vec<Position>,
}

impl<'s> Outage<'s> {
    fn of(timeline: &'s Timeline, windows: Windows) -> Checked<Outage<'s>> {
        untroubled(timeline)?;
        steady::steady(timeline)?;
        let scope = Scope::of(timeline, Stage::Outage, Condition::All, windows)?;
        fault::proven(&scope)?;
        contradiction::credible(
            contradiction::contradiction(timeline).as_ref(),
            timeline.last,
        )?;
        let healthy = timeline.stages.get(&Stage::Healthy);
        match (
            timeline.faults.first(),
            healthy.and_then(|interval| interval.end),
        ) {
            (Some(fault), Some(before)) => Ok(Outage {
                scope,
                fault,
                before,
            }),
            _ => Err(Objection::inconclusive("the outage was never observed")),
        }
    }

    fn measure(&self, measure: Measure, plan: Option<&Walk>) -> Checked<Amount> {
        match measure {
            Measure::RecoveryTimeMs => self.recovery_time(),
            Measure::RecoveryPointMs => Ok(self.recovery_point()),
            Measure::DisconnectMs => self.disconnect(),
            Measure::RegisteredAgainMs => self.registered_again(),
            Measure::ChangesLost => Ok(self.changes_lost()),
            Measure::RegularCallsLost => self.calls_lost(State::Connected(CallKind::Regular)),
            Measure::AnonymousCallsLost => self.calls_lost(State::Connected(CallKind::Anonymous)),
            Measure::CallsInProgressLost => self.calls_lost(State::InProgress),
            Measure::MediaLossPermille => {
                self.media("lost", Unit::PerMille, |quality| quality.lost_permille())
            }
            Measure::MediaMissingPermille => self.media("missing", Unit::PerMille, |quality| {
                1_000_u64.saturating_sub(quality.rate_permille())
            }),
            Measure::MediaJitterMs => self.media("of jitter", Unit::Milliseconds, |quality| {
                quality.jitter_us.div_ceil(1_000)
            }),
            Measure::LoadCallsFailed => load::failed(self.scope.timeline, plan),
            Measure::LoadToAnswerMs => load::answered_within(self.scope.timeline),
            Measure::LoadMediaLossPermille => load::media_lost(self.scope.timeline),
        }
    }

    // ---- recovery -----------------------------------------------------------------------------

    fn recovery_time(&self) -> Checked<Amount> {
        let timeline = self.scope.timeline;
        let failover = timeline
            .operations
            .iter()
            .rfind(|operation| operation.verb == Verb::FailOver);
        let Some(invoked) = failover.map(|operation| operation.invoked) else {
            return Err(Objection::inconclusive("failover was never invoked"));
        };
        let mut calls = timeline
            .calls_to_groups_of(Pool::Primary)
            .filter(|call| call.placed > invoked)
            .peekable();
        if calls.peek().is_none() {
            let why = "no call to a group of the primary was placed after failover was invoked";
            return Err(Objection::inconclusive(why).at(invoked));
        }
        let answered = calls.filter_map(|call| {
            let (leg, since_us) = call.connected()?;
            Some((since_us, call, leg))
        });
        let Some((since_us, call, leg)) = answered.min_by_key(|(since_us, ..)| *since_us) else {
            let watched_us = since(invoked.t_us, timeline.last.t_us);
            let why = "no agent answered a new call to a group of the primary".to_owned();
            return Ok(Amount::new(at_least(watched_us), why).at([invoked]));
        };
        let took_us = since(invoked.t_us, since_us);
        let why = format!(
            "{} answered {} {} after failover was invoked at {invoked}",
            leg.party.actor,
            call.words(),
            Lasting(took_us)
        );
        let positions = [Some(invoked), Some(call.placed), leg.accepted];
        Ok(Amount::new(value(took_us), why).at(positions.into_iter().flatten()))
    }

    /// The last export that can be imported.
    fn export(&self) -> Option<&'s Operation> {
        let done = |operation: &&Operation| {
            operation
                .done()
                .is_some_and(|done| done < self.fault.injected)
        };
        let operations = self.scope.timeline.operations.iter();
        operations
            .filter(|operation| operation.verb == Verb::Export && operation.at == Pool::Primary)
            .filter(done)
            .max_by_key(|operation| operation.invoked)
    }

    fn recovery_point(&self) -> Amount {
        let injected = self.fault.injected;
        let Some(export) = self.export() else {
            let why = "nothing was exported before the outage".to_owned();
            return Amount::new(at_least(injected.t_us), why).at([injected]);
        };
        let age_us = since(export.invoked.t_us, injected.t_us);
        let age = Lasting(age_us);
        let why = format!(
            "the last export was invoked at {}, {age} before the outage",
            export.invoked
        );
        Amount::new(value(age_us), why).at([export.invoked, injected])
    }

    fn changes_lost(&self) -> Amount {
        let exported = self.export().map(|export| export.invoked);
        let injected = self.fault.injected;
        let is_the_primarys = |operation: &Operation| {
            let group = operation.about.group.as_deref();
            group.and_then(|name| self.scope.timeline.owner(name)) == Some(Pool::Primary)
        };
        let lost: Vec<Position> = self
            .scope
            .timeline
            .operations
            .iter()
            .filter(|operation| {
                operation.verb == Verb::Modify && operation.about.parent == Some(Pool::Primary)
            })
            .filter(|operation| is_the_primarys(operation))
            .filter(|operation| exported.is_none_or(|exported| operation.invoked > exported))
            .filter_map(Operation::done)
            .filter(|done| *done < injected)
            .collect();
        let why = format!(
            "{} to the primary's groups after the last export and before the outage",
            counted(lost.len(), "change", "changes")
        );
        Amount::new(Measured::Value(lost.len() as u64), why)
            .at(exported)
            .at(lost)
    }

    // ---- calls --------------------------------------------------------------------------------

    /// The calls in this state when the outage began: how many there were, and those that were
    /// lost.
    fn lost(&self, state: State) -> (usize, Vec<Lost<'s>>) {
        let calls: Vec<&'s Call> = self
            .scope
            .timeline
            .calls_to_groups_of(Pool::Primary)
            .filter(|call| state.concerns(&self.scope, call))
            .filter(|call| state.includes(&self.scope, call, self.before))
            .collect();
        let lost = calls.iter().filter_map(|call| self.loss(state, call));
        (calls.len(), lost.collect())
    }

    fn loss(&self, state: State, call: &'s Call) -> Option<Lost<'s>> {
        let failed_over = self.scope.timeline.stages.get(&Stage::FailedOver);
        let end = failed_over
            .and_then(|interval| interval.end)
            .unwrap_or(self.scope.timeline.last);
        let until = call.hung_up().map_or(end, |hung_up| hung_up.min(end));
        let since_us = state.since_us(&self.scope, call)?;
        let listeners = state.listeners(call, self.before)?;
        let overs = listeners
            .iter()
            .filter_map(|(party, _)| party.over((since_us, until.t_us), self.scope.silence_us()));
        let overs: Vec<_> = overs.collect();
        let noticed = listeners.iter().filter_map(|(party, _)| {
            let over = party.over((since_us, until.t_us), self.scope.silence_us())?;
            Some(self.noticed_us(party, since_us, over))
        });
        Some(Lost {
            call,
            noticed_us: noticed.max()?,
            positions: overs.iter().filter_map(|over| over.position()).collect(),
        })
    }

    /// When one end noticed: one that had long been silent when it was told had noticed before.
    fn noticed_us(&self, party: &Party, since_us: u64, over: Over) -> u64 {
        let over_us = over.since_us();
        let last = party.received.last(MediaFrom::Anyone, over_us);
        let last_us = last.map_or(since_us, |(us, _)| us.max(since_us));
        if last_us.saturating_add(self.scope.silence_us()) <= over_us {
            last_us
        } else {
            over_us
        }
    }

    fn disconnect(&self) -> Checked<Amount> {
        let states = State::ALL.map(|state| self.lost(state));
        let there: usize = states.iter().map(|(there, _)| there).sum();
        if there == 0 {
            let why = "no call was there when the outage began";
            return Err(Objection::inconclusive(why).at(self.before));
        }
        let lost = states.into_iter().flat_map(|(_, lost)| lost);
        let injected = self.fault.injected;
        let Some(last) = lost.max_by_key(|lost| lost.noticed_us) else {
            let why = format!(
                "none of {} was lost",
                counted(there, "call that was there", "calls that were there")
            );
            return Ok(Amount::new(Measured::Value(0), why).at([injected]));
        };
        let took_us = since(injected.t_us, last.noticed_us);
        let why = format!(
            "{} was lost {} after the outage at {injected}",
            last.call.words(),
            Lasting(took_us)
        );
        Ok(Amount::new(value(took_us), why)
            .at([injected])
            .at(last.positions))
    }

    fn calls_lost(&self, state: State) -> Checked<Amount> {
        let (there, lost) = self.lost(state);
        if there == 0 {
            let why = format!("no {} was there when the outage began", state.words());
            return Err(Objection::inconclusive(why).at(self.before));
        }
        let names: Vec<String> = lost.iter().map(|lost| lost.call.words()).collect();
        let why = match names.is_empty() {
            true => format!("of {there} {}, none was lost", plural(state, there)),
            false => format!(
                "of {there} {}, {} lost: {}",
                plural(state, there),
                counted(lost.len(), "was", "were"),
                names.join(", ")
            ),
        };
        let positions = lost.iter().flat_map(|lost| lost.positions.clone());
        Ok(Amount::new(Measured::Value(lost.len() as u64), why).at(positions))
    }

    // ---- media --------------------------------------------------------------------------------

    /// The most of something that is wrong with what any end of a call heard over a stage.
    fn media(
        &self,
        what: &str,
        unit: Unit,
        amount: impl Fn(&MediaQuality) -> u64,
    ) -> Checked<Amount> {
        let Scope {
            timeline, windows, ..
        } = self.scope;
        let mut worst: Option<(u64, Heard<'s>, MediaQuality)> = None;
        for stage in Stage::DOCUMENTED {
            let Ok(scope) = Scope::of(timeline, stage, Condition::All, windows) else {
                continue;
            };
            for heard in quality::all(&scope) {
                let long = |quality: &MediaQuality| {
                    quality.lasted_us() >= crate::scope::us(windows.media.judged)
                };
                let Some(quality) = heard.quality().filter(long) else {
                    continue;
                };
                let amount = amount(&quality);
                if worst.as_ref().is_none_or(|(most, ..)| amount > *most) {
                    worst = Some((amount, heard, quality));
                }
            }
        }
        let Some((amount, heard, quality)) = worst else {
            let why = "nobody heard anybody for long enough";
            return Err(Objection::inconclusive(why));
        };
        let (begin_us, end_us) = quality.heard_us;
        let why = format!(
            "{} {what} of what {} heard in {} from {} to {}, of {} packets",
            unit.show(amount),
            heard.party.actor,
            heard.call.words(),
            At(begin_us),
            At(end_us),
            quality.packets
        );
        let (first, last) = quality.positions;
        Ok(Amount::new(Measured::Value(amount), why).at([heard.call.placed, first, last]))
    }

    // ---- agents -------------------------------------------------------------------------------

    fn registered_again(&self) -> Checked<Amount> {
        let timeline = self.scope.timeline;
        let agents = timeline.topology.agents.iter();
        let mut agents = agents
            .filter(|agent| agent.home == Pool::Primary)
            .peekable();
        if agents.peek().is_none() {
            let why = "no agent is homed in the primary";
            return Err(Objection::inconclusive(why));
        }
        let injected = self.fault.injected;
        let mut last: Option<(Position, &str)> = None;
        for agent in agents {
            let Some(position) = self.registration(agent) else {
                let watched_us = since(injected.t_us, timeline.last.t_us);
                let why = format!("{} was never registered again", agent.name);
                return Ok(Amount::new(at_least(watched_us), why).at([injected]));
            };
            last = last.max(Some((position, &agent.name)));
        }
        let (position, agent) = last.unwrap_or((injected, "nobody"));
        let took_us = since(injected.t_us, position.t_us);
        let why = format!(
            "{agent} was the last to be registered again, {} after the outage at {injected}",
            Lasting(took_us)
        );
        Ok(Amount::new(value(took_us), why).at([injected, position]))
    }

    /// The agent's first registration after the outage that no fault touches.
    fn registration(&self, agent: &Agent) -> Option<Position> {
        let timeline = self.scope.timeline;
        let after = (self.fault.injected, timeline.last);
        let registrations = timeline.registrations_within(&agent.name, after).iter();
        registrations
            .filter(|r| r.is_accepted())
            .find(|r| {
                let mut faults = timeline.faults.iter();
                !faults.any(|fault| fault.touches(r.pool.host(), r.position))
            })
            .map(|r| r.position)
    }
}

/// The time from one instant to another, in microseconds.
const fn since(from_us: u64, to_us: u64) -> u64 {
    to_us.saturating_sub(from_us)
}

/// A time, in milliseconds: rounded up, so that no objective is met by rounding.
const fn value(us: u64) -> Measured {
    Measured::Value(us.div_ceil(1_000))
}

const fn at_least(us: u64) -> Measured {
    Measured::AtLeast(us / 1_000)
}

fn counted(count: usize, one: &str, more: &str) -> String {
    let word = if count == 1 { one } else { more };
    format!("{count} {word}")
}

/// Calls in a state, by their number.
fn plural(state: State, count: usize) -> String {
    match count {
        1 => state.words().to_owned(),
        _ => state.words().replacen("call", "calls", 1),
    }
}

/// Writes an amount down.
fn figure(measure: Measure, walk: &str, amount: Checked<Amount>) -> Figure {
    let amount = amount.unwrap_or_else(|objection| Amount {
        measured: Measured::Unproven(objection.verdict),
        reason: objection.reason,
        evidence: objection.evidence,
    });
    let mut lines = amount.evidence;
    lines.sort_unstable();
    lines.dedup();
    let evidence = lines.into_iter().map(|n| Evidence {
        walk: walk.to_owned(),
        n,
    });
    Figure {
        measure,
        walk: walk.to_owned(),
        measured: amount.measured,
        reason: amount.reason,
        evidence: evidence.collect(),
    }
}
