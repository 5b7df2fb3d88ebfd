//! Assembles a [`Timeline`] from a walk's lines, one line at a time.

use std::collections::BTreeMap;

use model::journal::event::Event;
use model::journal::{Record, WalkJournal};
use model::topology::{Host, Pool};

use crate::call::{Call, Leg, Party};
use crate::fault::Fault;
use crate::media::{ReceivedMedia, Stretch};
use crate::operation::{End, Operation};
use crate::position::Position;
use crate::probe::ProbeSample;
use crate::registration::Registration;
use crate::stage::Interval;
use crate::timeline::Timeline;

/// Why a walk's lines tell nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// There is none.
    #[error("the walk's journal is empty")]
    Empty,
    /// The first one is another than [`Event::WalkBegan`].
    #[error("the walk's first line does not say which walk it is")]
    NotIntroduced(Position),
    /// They are not numbered from 0 without gaps.
    #[error("line {expected} is missing: line {} follows", next.n)]
    LineMissing {
        /// The number that should have come.
        expected: u64,
        /// The line that came instead.
        next: Position,
    },
}

impl ReadError {
    /// The line at which it was noticed, if there is one.
    pub const fn position(self) -> Option<Position> {
        match self {
            ReadError::Empty => None,
            ReadError::NotIntroduced(position) | ReadError::LineMissing { next: position, .. } => {
                Some(position)
            }
        }
    }
}

/// Reads a walk's lines in the order of their time.
///
/// # Errors
///
/// See [`Timeline::read`].
pub(crate) fn assemble(walk: &WalkJournal) -> Result<Timeline<'_>, ReadError> {
    complete(walk)?;
    let Some(first) = walk.records.first() else {
        return Err(ReadError::Empty);
    };
    let Event::WalkBegan {
        topology,
        addresses,
        ..
    } = &first.event
    else {
        return Err(ReadError::NotIntroduced(first.into()));
    };
    let mut lines: Vec<&Record> = walk.records.iter().collect();
    lines.sort_by_key(|record| Position::from(*record));
    let mut assembly = Assembly {
        timeline: Timeline {
            topology,
            addresses,
            stages: BTreeMap::new(),
            stopped: None,
            fault: None,
            calls: Vec::new(),
            strays: Vec::new(),
            operations: Vec::new(),
            registrations: Vec::new(),
            speaking: BTreeMap::new(),
            samples: Vec::new(),
            troubles: Vec::new(),
            last: lines
                .last()
                .map_or(Position::from(first), |r| Position::from(*r)),
        },
        calls: BTreeMap::new(),
        legs: BTreeMap::new(),
        operations: BTreeMap::new(),
    };
    for record in lines {
        assembly.take(record);
    }
    Ok(assembly.finish())
}

/// That no line is missing: they are numbered from 0 without gaps.
fn complete(walk: &WalkJournal) -> Result<(), ReadError> {
    for (expected, record) in (0_u64..).zip(&walk.records) {
        if record.n != expected {
            return Err(ReadError::LineMissing {
                expected,
                next: record.into(),
            });
        }
    }
    Ok(())
}

/// What has been read so far.
struct Assembly<'t> {
    timeline: Timeline<'t>,
    calls: BTreeMap<&'t str, Call<'t>>,
    legs: BTreeMap<&'t str, Leg<'t>>,
    operations: BTreeMap<u64, Operation<'t>>,
}

impl<'t> Assembly<'t> {
    fn take(&mut self, record: &'t Record) {
        let position = Position::from(record);
        match &record.event {
            Event::StageBegan { .. }
            | Event::StageEnded { .. }
            | Event::WalkStopped { .. }
            | Event::FaultInjected { .. }
            | Event::FaultHealed { .. } => self.take_course(position, record),
            Event::VerbInvoked { .. } | Event::VerbEnded { .. } => self.take_verb(position, record),
            Event::Probed { .. } => self.take_round(position, record),
            Event::Registered { pool } => self.registration(position, record, *pool, Accepted::Yes),
            Event::NotRegistered { pool, .. } => {
                self.registration(position, record, *pool, Accepted::No);
            }
            Event::Trouble { what } => self.timeline.troubles.push((position, &record.host, what)),
            Event::MediaStarted { .. } | Event::Media { .. } | Event::MediaEnded { .. } => {
                self.take_media(position, &record.event);
            }
            Event::Speaking { to, .. } => {
                let turns = self.timeline.speaking.entry(&record.host).or_default();
                turns.push((position.t_us, *to));
            }
            Event::WalkBegan { .. }
            | Event::WalkEnded
            | Event::Told { .. }
            | Event::MediaGap { .. }
            | Event::Sip { .. } => {}
            event => self.take_call(position, &record.host, event),
        }
    }

    /// The course of the walk: its stages and its fault.
    fn take_course(&mut self, position: Position, record: &'t Record) {
        let timeline = &mut self.timeline;
        match &record.event {
            Event::StageBegan { stage } => {
                let span = Interval {
                    begin: position,
                    end: None,
                };
                timeline.stages.entry(*stage).or_insert(span);
            }
            Event::StageEnded { stage } => {
                if let Some(span) = timeline.stages.get_mut(stage) {
                    span.end.get_or_insert(position);
                }
            }
            Event::WalkStopped { why } => timeline.stopped = Some((position, why)),
            Event::FaultInjected { fault, hosts } => {
                let fault = Fault {
                    kind: *fault,
                    hosts,
                    injected: position,
                    healed: None,
                };
                timeline.fault.get_or_insert(fault);
            }
            Event::FaultHealed { .. } => {
                if let Some(fault) = &mut timeline.fault {
                    fault.healed.get_or_insert((position, record.clock));
                }
            }
            _ => {}
        }
    }

    fn take_verb(&mut self, position: Position, record: &'t Record) {
        match &record.event {
            Event::VerbInvoked {
                verb,
                id,
                at,
                about,
            } => {
                let operation = Operation {
                    verb: *verb,
                    by: about.agent.as_deref().unwrap_or(&record.host),
                    at: *at,
                    about,
                    invoked: position,
                    ended: None,
                };
                self.operations.insert(*id, operation);
            }
            Event::VerbEnded {
                id, outcome, rows, ..
            } => {
                if let Some(operation) = self.operations.get_mut(id) {
                    let rows = rows.as_deref();
                    operation.ended = Some(End {
                        position,
                        outcome,
                        rows,
                    });
                }
            }
            _ => {}
        }
    }

    fn take_round(&mut self, position: Position, record: &'t Record) {
        let Event::Probed {
            hosts,
            heard,
            pools,
            database,
        } = &record.event
        else {
            return;
        };
        let by = Host::ALL.into_iter().find(|h| h.word() == record.host);
        if let Some(by) = by {
            self.timeline.samples.push(ProbeSample {
                position,
                by,
                hosts,
                heard,
                pools,
                database: *database,
            });
        }
    }

    fn registration(
        &mut self,
        position: Position,
        record: &'t Record,
        pool: Pool,
        accepted: Accepted,
    ) {
        self.timeline.registrations.push(Registration {
            position,
            agent: &record.host,
            pool,
            accepted: accepted == Accepted::Yes,
        });
    }

    fn take_call(&mut self, position: Position, actor: &'t str, event: &'t Event) {
        match event {
            Event::Placed { call, to } => {
                let placed = Call::placed(party(actor, call), to, position);
                self.calls.insert(call, placed);
            }
            Event::Alerted {
                call,
                caller,
                identity,
                from,
            } => {
                let leg = Leg {
                    party: party(actor, call),
                    shows: caller,
                    identity: identity.as_deref(),
                    from: *from,
                    alerted: position,
                    accepted: None,
                };
                self.legs.insert(call, leg);
            }
            Event::Accepted { call } => {
                if let Some(leg) = self.legs.get_mut(call.as_str()) {
                    leg.accepted = Some(position);
                }
            }
            Event::Ended { call, by } => {
                if let Some(party) = self.party(call) {
                    party.ended.get_or_insert((position, *by));
                }
            }
            Event::Tried { call, .. }
            | Event::HopFailed { call, .. }
            | Event::Failed { call, .. }
            | Event::Answered { call, .. } => {
                if let Some(call) = self.calls.get_mut(call.as_str()) {
                    call.progress(position, event);
                }
            }
            _ => {}
        }
    }

    fn take_media(&mut self, position: Position, event: &'t Event) {
        match event {
            Event::MediaStarted { call, from, hears } => {
                let heard = (*from, hears.as_deref());
                self.hear(
                    call,
                    stretch(heard, (position.t_us, position.t_us, 0), position),
                );
            }
            Event::Media {
                call,
                from,
                hears,
                packets,
                first_us,
                last_us,
                longest_gap_us,
                ..
            } if *packets > 0 => {
                // The longest gap may be the one before the first packet: of that one the
                // stretches on both sides tell.
                let within = last_us.saturating_sub(*first_us);
                let inner = if *longest_gap_us > within {
                    0
                } else {
                    *longest_gap_us
                };
                let heard = (*from, hears.as_deref());
                self.hear(call, stretch(heard, (*first_us, *last_us, inner), position));
            }
            Event::MediaEnded {
                call,
                from,
                last_us,
                ..
            } => {
                let hears = self
                    .party(call)
                    .and_then(|p| p.received.heard_from(*from, *last_us));
                self.hear(
                    call,
                    stretch((*from, hears), (*last_us, *last_us, 0), position),
                );
            }
            _ => {}
        }
    }

    fn hear(&mut self, call: &str, stretch: Stretch<'t>) {
        if let Some(party) = self.party(call) {
            party.received.add(stretch);
        }
    }

    fn party(&mut self, call: &str) -> Option<&mut Party<'t>> {
        if let Some(call) = self.calls.get_mut(call) {
            return Some(&mut call.caller);
        }
        self.legs.get_mut(call).map(|leg| &mut leg.party)
    }

    fn finish(self) -> Timeline<'t> {
        let mut timeline = self.timeline;
        timeline.calls = self.calls.into_values().collect();
        timeline.calls.sort_by_key(|call| call.placed);
        timeline.operations = self.operations.into_values().collect();
        timeline
            .operations
            .sort_by_key(|operation| operation.invoked);
        let mut legs: Vec<Leg<'t>> = self.legs.into_values().collect();
        legs.sort_by_key(|leg| leg.alerted);
        for leg in legs {
            let calls = &mut timeline.calls;
            match calls
                .iter_mut()
                .rev()
                .find(|call| call.may_have_alerted(&leg))
            {
                Some(call) => call.legs.push(leg),
                None => timeline.strays.push(leg),
            }
        }
        timeline
    }
}

/// What came of a registration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Accepted {
    Yes,
    No,
}

fn party<'t>(actor: &'t str, id: &'t str) -> Party<'t> {
    Party {
        actor,
        id,
        received: ReceivedMedia::default(),
        ended: None,
    }
}

fn stretch<'t>(
    (from, hears): (std::net::SocketAddr, Option<&'t str>),
    (first_us, last_us, inner_gap_us): (u64, u64, u64),
    position: Position,
) -> Stretch<'t> {
    Stretch {
        from,
        hears,
        first_us,
        last_us,
        inner_gap_us,
        position,
    }
}
