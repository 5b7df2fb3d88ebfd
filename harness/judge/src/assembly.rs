//! Assembles a [`Timeline`] from a walk's lines, one line at a time.

use std::collections::BTreeMap;

use model::journal::event::Event;
use model::journal::{Record, WalkJournal};
use model::topology::{Host, Pool};

use crate::call::{Call, Leg, Party};
use crate::mark::Mark;
use crate::media::{Hearing, Stretch};
use crate::ruling::{Checked, Objection};
use crate::timeline::{Fault, Registration, Round, Span, Timeline};
use crate::verb::{Deed, End};

/// Reads a walk's lines in the order of their time.
///
/// # Errors
///
/// See [`Timeline::read`].
pub(crate) fn assemble(walk: &WalkJournal) -> Checked<Timeline<'_>> {
    complete(walk)?;
    let Some(first) = walk.records.first() else {
        return Err(Objection::error("the walk's journal is empty"));
    };
    let Event::WalkBegan {
        topology,
        addresses,
        ..
    } = &first.event
    else {
        let why = "the walk's first line does not say which walk it is";
        return Err(Objection::error(why).at(first.into()));
    };
    let mut lines: Vec<&Record> = walk.records.iter().collect();
    lines.sort_by_key(|record| Mark::from(*record));
    let mut assembly = Assembly {
        timeline: Timeline {
            topology,
            addresses,
            stages: BTreeMap::new(),
            stopped: None,
            fault: None,
            calls: Vec::new(),
            strays: Vec::new(),
            deeds: Vec::new(),
            registrations: Vec::new(),
            speaking: BTreeMap::new(),
            rounds: Vec::new(),
            troubles: Vec::new(),
            last: lines.last().map_or(Mark::from(first), |r| Mark::from(*r)),
        },
        calls: BTreeMap::new(),
        legs: BTreeMap::new(),
        deeds: BTreeMap::new(),
    };
    for record in lines {
        assembly.take(record);
    }
    Ok(assembly.finish())
}

/// That no line is missing: they are numbered from 0 without gaps.
fn complete(walk: &WalkJournal) -> Checked<()> {
    for (expected, record) in (0_u64..).zip(&walk.records) {
        if record.n != expected {
            let why = format!("line {expected} is missing: line {} follows", record.n);
            return Err(Objection::error(why).at(record.into()));
        }
    }
    Ok(())
}

/// What has been read so far.
struct Assembly<'t> {
    timeline: Timeline<'t>,
    calls: BTreeMap<&'t str, Call<'t>>,
    legs: BTreeMap<&'t str, Leg<'t>>,
    deeds: BTreeMap<u64, Deed<'t>>,
}

impl<'t> Assembly<'t> {
    fn take(&mut self, record: &'t Record) {
        let mark = Mark::from(record);
        match &record.event {
            Event::StageBegan { .. }
            | Event::StageEnded { .. }
            | Event::WalkStopped { .. }
            | Event::FaultInjected { .. }
            | Event::FaultHealed { .. } => self.take_course(mark, record),
            Event::VerbInvoked { .. } | Event::VerbEnded { .. } => self.take_verb(mark, record),
            Event::Probed { .. } => self.take_round(mark, record),
            Event::Registered { pool } => self.registration(mark, record, *pool, Accepted::Yes),
            Event::NotRegistered { pool, .. } => {
                self.registration(mark, record, *pool, Accepted::No);
            }
            Event::Trouble { what } => self.timeline.troubles.push((mark, &record.host, what)),
            Event::MediaStarted { .. } | Event::Media { .. } | Event::MediaEnded { .. } => {
                self.take_media(mark, &record.event);
            }
            Event::Speaking { to, .. } => {
                let turns = self.timeline.speaking.entry(&record.host).or_default();
                turns.push((mark.t_us, *to));
            }
            Event::WalkBegan { .. }
            | Event::WalkEnded
            | Event::Told { .. }
            | Event::MediaGap { .. }
            | Event::Sip { .. } => {}
            event => self.take_call(mark, &record.host, event),
        }
    }

    /// The course of the walk: its stages and its fault.
    fn take_course(&mut self, mark: Mark, record: &'t Record) {
        let timeline = &mut self.timeline;
        match &record.event {
            Event::StageBegan { stage } => {
                let span = Span {
                    begin: mark,
                    end: None,
                };
                timeline.stages.entry(*stage).or_insert(span);
            }
            Event::StageEnded { stage } => {
                if let Some(span) = timeline.stages.get_mut(stage) {
                    span.end.get_or_insert(mark);
                }
            }
            Event::WalkStopped { why } => timeline.stopped = Some((mark, why)),
            Event::FaultInjected { fault, hosts } => {
                let fault = Fault {
                    kind: *fault,
                    hosts,
                    injected: mark,
                    healed: None,
                };
                timeline.fault.get_or_insert(fault);
            }
            Event::FaultHealed { .. } => {
                if let Some(fault) = &mut timeline.fault {
                    fault.healed.get_or_insert((mark, record.clock));
                }
            }
            _ => {}
        }
    }

    fn take_verb(&mut self, mark: Mark, record: &'t Record) {
        match &record.event {
            Event::VerbInvoked {
                verb,
                id,
                at,
                about,
            } => {
                let deed = Deed {
                    verb: *verb,
                    by: about.agent.as_deref().unwrap_or(&record.host),
                    at: *at,
                    about,
                    invoked: mark,
                    ended: None,
                };
                self.deeds.insert(*id, deed);
            }
            Event::VerbEnded {
                id, outcome, rows, ..
            } => {
                if let Some(deed) = self.deeds.get_mut(id) {
                    let rows = rows.as_deref();
                    deed.ended = Some(End {
                        mark,
                        outcome,
                        rows,
                    });
                }
            }
            _ => {}
        }
    }

    fn take_round(&mut self, mark: Mark, record: &'t Record) {
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
            self.timeline.rounds.push(Round {
                mark,
                by,
                hosts,
                heard,
                pools,
                database: *database,
            });
        }
    }

    fn registration(&mut self, mark: Mark, record: &'t Record, pool: Pool, accepted: Accepted) {
        self.timeline.registrations.push(Registration {
            mark,
            agent: &record.host,
            pool,
            accepted: accepted == Accepted::Yes,
        });
    }

    fn take_call(&mut self, mark: Mark, actor: &'t str, event: &'t Event) {
        match event {
            Event::Placed { call, to } => {
                let placed = Call::placed(party(actor, call), to, mark);
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
                    alerted: mark,
                    accepted: None,
                };
                self.legs.insert(call, leg);
            }
            Event::Accepted { call } => {
                if let Some(leg) = self.legs.get_mut(call.as_str()) {
                    leg.accepted = Some(mark);
                }
            }
            Event::Ended { call, by } => {
                if let Some(party) = self.party(call) {
                    party.ended.get_or_insert((mark, *by));
                }
            }
            Event::Tried { call, .. }
            | Event::HopFailed { call, .. }
            | Event::Failed { call, .. }
            | Event::Answered { call, .. } => {
                if let Some(call) = self.calls.get_mut(call.as_str()) {
                    call.progress(mark, event);
                }
            }
            _ => {}
        }
    }

    fn take_media(&mut self, mark: Mark, event: &'t Event) {
        match event {
            Event::MediaStarted { call, from, hears } => {
                let heard = (*from, hears.as_deref());
                self.hear(call, stretch(heard, (mark.t_us, mark.t_us, 0), mark));
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
                self.hear(call, stretch(heard, (*first_us, *last_us, inner), mark));
            }
            Event::MediaEnded {
                call,
                from,
                last_us,
                ..
            } => {
                let hears = self
                    .party(call)
                    .and_then(|p| p.hearing.heard_from(*from, *last_us));
                self.hear(call, stretch((*from, hears), (*last_us, *last_us, 0), mark));
            }
            _ => {}
        }
    }

    fn hear(&mut self, call: &str, stretch: Stretch<'t>) {
        if let Some(party) = self.party(call) {
            party.hearing.add(stretch);
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
        timeline.deeds = self.deeds.into_values().collect();
        timeline.deeds.sort_by_key(|deed| deed.invoked);
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
        hearing: Hearing::default(),
        ended: None,
    }
}

fn stretch<'t>(
    (from, hears): (std::net::SocketAddr, Option<&'t str>),
    (first_us, last_us, inner_gap_us): (u64, u64, u64),
    mark: Mark,
) -> Stretch<'t> {
    Stretch {
        from,
        hears,
        first_us,
        last_us,
        inner_gap_us,
        mark,
    }
}
