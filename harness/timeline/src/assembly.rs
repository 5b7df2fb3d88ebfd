//! Puts a [`Timeline`] together, one line at a time: the only place, with [`crate::call`] and
//! [`crate::media`], that knows what a journal's events mean.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::OnceLock;

use model::fault::{Fault, FaultKind};
use model::host::HostName;
use model::journal::event::{Clock, Direction, Event};
use model::journal::{Record, WalkJournal};
use model::shared::Shared;
use model::topology::Pool;
use model::verb::Row;
use model::{Span, Stage};

use crate::alerting;
use crate::call::{Call, Leg, Party, SourceDescription};
use crate::fault::InjectedFault;
use crate::harness::{Starvation, Trouble};
use crate::line::Line;
use crate::load::LoadPart;
use crate::operation::{End, Operation};
use crate::position::Position;
use crate::probe::ProbeSample;
use crate::registration::{Answer, Registration};
use crate::session::{self, DYNAMIC, Session};
use crate::sip;
use crate::stage::Interval;
use crate::timeline::{CallEnd, LeftAlone, Timeline};

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

/// Of an actor who is in more sessions than so many, which nobody is, it is not known for what it is ready.
const MOST_SESSIONS: usize = 64;

impl Timeline {
    /// Reads a walk's lines, in the order of their time: those of actors on different machines may
    /// have been written down in another.
    ///
    /// # Errors
    ///
    /// [`ReadError`] where a line is missing, or the walk is not introduced by its first one.
    pub fn read(walk: &WalkJournal) -> Result<Self, ReadError> {
        complete(walk)?;
        let first = walk.records.first().ok_or(ReadError::Empty)?;
        let Event::WalkBegan {
            walk: plan,
            topology,
            drawn,
            addresses,
            probes,
            ..
        } = &first.event
        else {
            return Err(ReadError::NotIntroduced(first.into()));
        };
        let mut lines: Vec<&Record> = walk.records.iter().collect();
        lines.sort_by_key(|record| Position::from(*record));
        let mut timeline = Timeline::new(topology.clone(), addresses.clone());
        if let Some(probes) = probes {
            timeline = timeline.with_probes_on(probes.clone());
        }
        timeline = timeline.with_drawn(drawn.clone());
        timeline.links = plan.links;
        let us = |span: Span| u64::try_from(span.get().as_micros()).unwrap_or(u64::MAX);
        timeline.shows_after_us = us(plan.timing.looks_after);
        timeline.alerts_after_us = us(plan.timing.alerts_within);
        timeline.left_alone = LeftAlone {
            after_call_us: us(plan.timing.wrap_up),
            after_decline_us: us(plan.timing.after_decline),
            after_no_answer_us: us(plan.timing.after_no_answer),
        };
        timeline.silent_callers = plan.timing.silent_callers;
        timeline.rings = plan.timing.telephones;
        for record in lines {
            timeline.take(record.into());
        }
        Ok(timeline)
    }

    /// Takes the next line. One that comes late, after lines of a later time, counts as if it had
    /// happened when it came.
    pub fn take(&mut self, line: Line<'_>) {
        let Line {
            position,
            clock,
            host,
            event,
        } = line;
        self.last = self.last.max(position);
        self.index = OnceLock::new();
        match event {
            Event::StageBegan { stage } => self.begin_stage(position, *stage),
            Event::StageEnded { stage } => self.end_stage(position, *stage),
            Event::WalkStopped { why } => self.stopped = Some((position, why.clone())),
            Event::FaultInjected { fault, hosts } => self.inject(position, *fault, hosts),
            Event::FaultHealed { fault, hosts } => self.heal((position, clock), *fault, hosts),
            Event::Trouble { what } => self.troubles.push(Trouble {
                position,
                actor: host.to_owned(),
                what: what.clone(),
            }),
            Event::Starved { late_us } => self.take_starvation(position, host, *late_us),
            Event::VerbInvoked { .. } | Event::VerbEnded { .. } => {
                self.take_operation(position, host, event);
            }
            Event::Probed { .. } => self.take_sample(position, host, event),
            Event::Registered {
                pool,
                expires,
                others,
            } => {
                let lasting_us = expires.map(|seconds| u64::from(seconds) * 1_000_000);
                let others = *others;
                let answer = Answer::Accepted { lasting_us, others };
                self.take_registration(position, host, *pool, answer);
            }
            Event::NotRegistered { pool, outcome } => {
                let answer = Answer::NotAccepted(outcome.clone());
                self.take_registration(position, host, *pool, answer);
            }
            Event::Unregistered { pool, all } => {
                self.take_registration(position, host, *pool, Answer::Withdrawn { all: *all });
            }
            Event::NotUnregistered { pool, all, outcome } => {
                let (all, outcome) = (*all, outcome.clone());
                let answer = Answer::NotWithdrawn { all, outcome };
                self.take_registration(position, host, *pool, answer);
            }
            Event::Speaking { to, .. } => self.take_speaking(position, host, *to),
            Event::Placed { call, to } => {
                let party = Party::new(self.topology.party_at(host), call);
                self.take_call(Call::placed(party, to, position));
            }
            Event::Alerted {
                call,
                caller,
                identity,
                from,
            } => self.take_leg(Leg {
                party: Party::new(self.topology.party_at(host), call),
                telephone: host.to_owned(),
                shows: caller.clone(),
                identity: identity.clone(),
                from: *from,
                alerted: position,
                accepted: None,
                declined: None,
                is_refused_for_good: false,
            }),
            Event::Tried { call, .. }
            | Event::HopFailed { call, .. }
            | Event::Failed { call, .. }
            | Event::Answered { call, .. } => {
                if let Some(CallEnd::Caller(index)) = self.ends.get(call) {
                    self.calls[*index].take(position, event);
                }
            }
            Event::Accepted { call } | Event::Declined { call, .. } => {
                if let Some(leg) = self.leg(call) {
                    leg.take(position, event);
                }
            }
            Event::Ended { call, by } => {
                if let Some(party) = self.party(call) {
                    party.ended.get_or_insert((position, *by));
                }
            }
            Event::Reinvited { call, .. }
            | Event::ReinviteAnswered { call, .. }
            | Event::ReinviteRefused { call, .. } => {
                if let Some(party) = self.party(call) {
                    party.change(position, event);
                }
            }
            Event::MediaStarted { call, .. }
            | Event::Media { call, .. }
            | Event::MediaGap { call, .. }
            | Event::MediaEnded { call, .. } => {
                if let Some(party) = self.party(call) {
                    party.received.take(position, event);
                }
            }
            Event::SourceDescribed { call, from, items } => {
                if let Some(party) = self.party(call) {
                    party.sources.push(SourceDescription {
                        position,
                        from: *from,
                        items: items.clone(),
                    });
                }
            }
            Event::Sip {
                direction, message, ..
            } => {
                if *direction == Direction::Out && message.starts_with("REGISTER ") {
                    self.asked.entry(host.to_owned()).or_insert(position);
                }
                let actor = self.topology.party_at(host).to_owned();
                self.take_description(position, (&actor, *direction), message);
            }
            Event::LoadMeasured {
                of,
                stage,
                measured,
            } => self.load.push(LoadPart {
                position,
                of: of.clone(),
                stage: *stage,
                measured: measured.as_ref().clone(),
            }),
            Event::WalkBegan { .. }
            | Event::WalkEnded
            | Event::Told { .. }
            | Event::Restarted { .. }
            | Event::NotSecured { .. }
            | Event::Moved { .. } => {}
        }
    }

    fn begin_stage(&mut self, begin: Position, stage: Stage) {
        let interval = Interval { begin, end: None };
        self.stages.entry(stage).or_insert(interval);
    }

    fn end_stage(&mut self, end: Position, stage: Stage) {
        if let Some(interval) = self.stages.get_mut(&stage) {
            interval.end.get_or_insert(end);
        }
    }

    fn inject(&mut self, injected: Position, kind: FaultKind, hosts: &[HostName]) {
        let hosts = hosts.to_vec();
        self.faults.push(InjectedFault {
            fault: Fault { kind, hosts },
            injected,
            healed: None,
        });
    }

    /// The first of these faults that is in force is over.
    fn heal(&mut self, healed: (Position, Clock), kind: FaultKind, hosts: &[HostName]) {
        let mut faults = self.faults.iter_mut();
        let in_force = |known: &&mut InjectedFault| {
            known.healed.is_none() && known.fault.kind == kind && known.fault.hosts == hosts
        };
        if let Some(fault) = faults.find(in_force) {
            fault.healed = Some(healed);
        }
    }

    fn take_operation(&mut self, position: Position, host: &str, event: &Event) {
        match event {
            Event::VerbInvoked {
                verb,
                id,
                at,
                about,
            } => {
                self.by_id.insert(*id, self.operations.len());
                self.operations.push(Operation {
                    verb: *verb,
                    by: about.agent.as_deref().unwrap_or(host).to_owned(),
                    at: *at,
                    about: about.as_ref().clone(),
                    invoked: position,
                    ended: None,
                });
            }
            Event::VerbEnded {
                id, outcome, rows, ..
            } => {
                if let Some(index) = self.by_id.get(id) {
                    self.operations[*index].ended = Some(End {
                        position,
                        outcome: outcome.clone(),
                        rows: rows.as_ref().map(|rows| self.of_the_drill(rows)),
                    });
                }
            }
            _ => {}
        }
    }

    /// Rows without those of the load's groups, of which nothing is stated.
    fn of_the_drill(&self, rows: &Shared<Vec<Row>>) -> Shared<Vec<Row>> {
        let is_of_load = |row: &Row| self.load_groups.contains(&row.group);
        match rows.iter().any(is_of_load) {
            false => rows.clone(),
            true => {
                let others = rows.iter().filter(|row| !is_of_load(row));
                Shared::from(others.cloned().collect::<Vec<Row>>())
            }
        }
    }

    fn take_sample(&mut self, position: Position, host: &str, event: &Event) {
        let Event::Probed {
            hosts,
            heard,
            pools,
            database,
        } = event
        else {
            return;
        };
        if let Ok(by) = host.parse::<HostName>() {
            self.samples.push(ProbeSample {
                position,
                by,
                hosts: hosts.clone(),
                heard: heard.clone(),
                pools: pools.clone(),
                database: *database,
            });
        }
    }

    fn take_starvation(&mut self, position: Position, host: &str, late_us: u64) {
        if let Ok(host) = host.parse::<HostName>() {
            self.starvations.push(Starvation {
                position,
                host,
                late_us,
            });
        }
    }

    fn take_registration(
        &mut self,
        position: Position,
        telephone: &str,
        pool: Pool,
        answer: Answer,
    ) {
        let asked = self.asked.remove(telephone).unwrap_or(position);
        let registration = Registration {
            asked,
            position,
            telephone: telephone.to_owned(),
            pool,
            answer,
        };
        let agent = self.topology.party_at(telephone);
        match self.registrations.get_mut(agent) {
            Some(known) => known.push(registration),
            None => {
                let first = vec![registration];
                self.registrations.insert(agent.to_owned(), first);
            }
        }
    }

    fn take_speaking(&mut self, position: Position, actor: &str, to: Option<SocketAddr>) {
        match self.speaking.get_mut(actor) {
            Some(turns) => turns.push((position.t_us, to)),
            None => {
                let first = vec![(position.t_us, to)];
                self.speaking.insert(actor.to_owned(), first);
            }
        }
    }

    /// What an actor is ready for by what it has said in its sessions, and what the other ends have left of it. A message
    /// that ends a session leaves the others: a call that is refused meanwhile changes nothing in the one that goes on.
    fn take_description(
        &mut self,
        position: Position,
        (actor, direction): (&str, Direction),
        message: &str,
    ) {
        let types = session::payload_types(message);
        let answered = sip::answers_invite(message);
        let is_over = message.starts_with("BYE ");
        // Where the pool makes the offer, the answer comes in the ACK.
        let is_agreed = message.starts_with("ACK ")
            || (message.starts_with("SIP/2.0 2") && (types.is_some() || answered == Some(true)));
        if !is_over && answered.is_none() && types.is_none() {
            return;
        }
        let Some(call_id) = sip::field(message, ["Call-ID", "i"]) else {
            return;
        };
        let key = (actor.to_owned(), call_id.to_owned());
        match (types, direction, self.sessions.get_mut(&key)) {
            (Some(types), Direction::Out, Some(session)) => session.described(types),
            (Some(types), Direction::Out, None) => {
                self.sessions.insert(key.clone(), Session::begun(types));
            }
            (Some(types), Direction::In, Some(session)) => session.answered(&types),
            (Some(_), Direction::In, None) | (None, ..) => {}
        }
        let Some(session) = self.sessions.get_mut(&key) else {
            return;
        };
        if is_agreed {
            session.agree();
        }
        if is_over || (answered == Some(false) && session.is_refused()) {
            self.sessions.remove(&key);
        }
        let sessions = self.sessions.range((actor.to_owned(), String::new())..);
        let sessions = sessions.take_while(|((of, _), _)| of == actor);
        let sessions: Vec<_> = sessions.take(MOST_SESSIONS + 1).collect();
        let types: BTreeSet<u8> = match sessions.len() > MOST_SESSIONS {
            true => (0..DYNAMIC).collect(),
            false => sessions
                .into_iter()
                .flat_map(|(_, session)| session.left.iter().copied())
                .collect(),
        };
        let said = self.takes.entry(actor.to_owned()).or_default();
        if !types.is_empty() && said.last().is_none_or(|(_, last)| *last != types) {
            said.push((position.t_us, types));
        }
    }

    fn take_call(&mut self, call: Call) {
        let number = self.calls.len();
        self.ends
            .insert(call.caller.id.clone(), CallEnd::Caller(number));
        let (by, to) = (call.caller.actor.clone(), call.to.clone());
        self.open.take(number, &call);
        self.by_caller.entry(by).or_default().push(number);
        self.by_callee.entry(to).or_default().push(number);
        self.calls.push(call);
    }

    /// Brings an alerted end together with the call that alerted it.
    fn take_leg(&mut self, leg: Leg) {
        let id = leg.party.id.clone();
        let (legs, end) = match alerting::call_of(self, &leg) {
            Some(call) => {
                let legs = &mut self.calls[call].legs;
                let end = CallEnd::Leg(call, legs.len());
                (legs, end)
            }
            None => {
                let end = CallEnd::Stray(self.strays.len());
                (&mut self.strays, end)
            }
        };
        legs.push(leg);
        self.ends.insert(id, end);
    }

    fn leg(&mut self, id: &str) -> Option<&mut Leg> {
        match *self.ends.get(id)? {
            CallEnd::Caller(_) => None,
            CallEnd::Leg(call, leg) => self.calls[call].legs.get_mut(leg),
            CallEnd::Stray(stray) => self.strays.get_mut(stray),
        }
    }

    fn party(&mut self, id: &str) -> Option<&mut Party> {
        match *self.ends.get(id)? {
            CallEnd::Caller(call) => Some(&mut self.calls[call].caller),
            CallEnd::Leg(..) | CallEnd::Stray(_) => self.leg(id).map(|leg| &mut leg.party),
        }
    }
}
