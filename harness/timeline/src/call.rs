//! Calls, brought together from what both ends saw of them.

use std::net::{IpAddr, SocketAddr};

use model::journal::event::{AudioDirection, Change, EndedBy, Event, NoSuccess};
use model::topology::Pool;

use crate::media::{MediaFrom, ReceivedMedia, Stretch};
use crate::position::Position;

/// The status code 491, Request Pending: changes of both ends meet (RFC 3261 section 14.2).
pub const PENDING: u16 = 491;

/// One end of a call.
#[derive(Clone, Debug)]
pub struct Party {
    /// Who is at this end.
    pub actor: String,
    /// The call's name at this end.
    pub id: String,
    /// What was received here.
    pub received: ReceivedMedia,
    /// What was said here in RTCP.
    pub sources: Vec<SourceDescription>,
    /// The changes that this end asked for, in order.
    pub reinvites: Vec<Reinvite>,
    /// When and how the call ended here.
    pub ended: Option<(Position, EndedBy)>,
}

/// What somebody said in RTCP, to an end of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDescription {
    /// The line that tells of it.
    pub position: Position,
    /// Who said it.
    pub from: SocketAddr,
    /// Each item: its name, and after a space what it says.
    pub items: Vec<String>,
}

/// A change that an end asked for in an answered call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reinvite {
    /// Which.
    pub change: Change,
    /// When it asked.
    pub asked: Position,
    /// When the other end answered, and the code of its refusal.
    pub answered: Option<(Position, Result<(), u16>)>,
    /// In which direction the answer has the audio.
    pub audio: Option<AudioDirection>,
}

impl Reinvite {
    /// When the other end took the change.
    pub fn taken(&self) -> Option<Position> {
        let (position, _) = self.answered.filter(|(_, answer)| answer.is_ok())?;
        Some(position)
    }
}

/// A time over which an end had the other on hold, or had asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnHold {
    /// When it asked for it.
    pub asked: Position,
    /// When the other end took it back; absent where it has not.
    pub resumed: Option<Position>,
}

/// A next hop that was tried.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The pool.
    pub pool: Pool,
    /// When the INVITE went out.
    pub tried: Position,
    /// How it failed.
    pub failed: Option<(Position, NoSuccess)>,
}

/// A call, as its caller sees it, with the legs to those who were alerted by it.
#[derive(Clone, Debug)]
pub struct Call {
    /// The caller's end.
    pub caller: Party,
    /// Who is called: a group's, agent's or callee's name.
    pub to: String,
    /// When it was placed.
    pub placed: Position,
    /// The next hops, in the order in which they were tried.
    pub hops: Vec<Hop>,
    /// When it failed, and how its last next hop did.
    pub failed: Option<(Position, NoSuccess)>,
    /// When the 2xx came, and through which hop.
    pub answered: Option<(Position, Pool)>,
    /// Where the answer wants media.
    pub described: Option<SocketAddr>,
    /// Those who were alerted, in order.
    pub legs: Vec<Leg>,
}

/// A call, as an alerted agent or callee sees it.
#[derive(Clone, Debug)]
pub struct Leg {
    /// The alerted end.
    pub party: Party,
    /// At which telephone of whoever is alerted.
    pub telephone: String,
    /// Whom the INVITE shows as caller.
    pub shows: String,
    /// Whose identity it asserts.
    pub identity: Option<String>,
    /// The address that the INVITE came from.
    pub from: SocketAddr,
    /// When it came.
    pub alerted: Position,
    /// When it was accepted.
    pub accepted: Option<Position>,
    /// When it was declined.
    pub declined: Option<Position>,
    /// Whether it was declined for good: with a 6xx, and not because the agent was busy or away.
    pub is_refused_for_good: bool,
}

/// How a call is over at one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// A message ended it.
    Ended(Position),
    /// Nothing has been received since this line's packets, the last of which came then.
    Silent(u64, Option<Position>),
}

impl Over {
    /// Since when.
    pub fn since_us(self) -> u64 {
        match self {
            Over::Ended(position) => position.t_us,
            Over::Silent(us, _) => us,
        }
    }

    /// The line that tells of it.
    pub fn position(self) -> Option<Position> {
        match self {
            Over::Ended(position) => Some(position),
            Over::Silent(_, position) => position,
        }
    }
}

impl Party {
    pub(crate) fn new(actor: &str, id: &str) -> Self {
        Party {
            actor: actor.to_owned(),
            id: id.to_owned(),
            received: ReceivedMedia::default(),
            sources: Vec::new(),
            reinvites: Vec::new(),
            ended: None,
        }
    }

    /// When this end itself ended the call, for whatever reason.
    pub fn hung_up(&self) -> Option<Position> {
        let own = self.ended.filter(|(_, by)| is_own(*by));
        own.map(|(position, _)| position)
    }

    /// When this end was to place the next call, and ended this one for that: nobody had ended it.
    pub fn gave_way(&self) -> Option<Position> {
        let gave_way = self.ended.filter(|(_, by)| *by == EndedBy::GaveWay);
        gave_way.map(|(position, _)| position)
    }

    /// When the call ended here by no doing of this end.
    pub fn cut_off(&self) -> Option<(Position, EndedBy)> {
        self.ended.filter(|(_, by)| !is_own(*by))
    }

    /// When this end had the other on hold, or may have had: what met a change of the other end's ([`PENDING`]) may
    /// have come about by the answer to that.
    pub fn on_hold(&self) -> impl Iterator<Item = OnHold> {
        let is_refused = |reinvite: &Reinvite| matches!(reinvite.answered, Some((_, Err(code))) if code != PENDING);
        let mut holds = Vec::new();
        let mut resumed = None;
        for reinvite in self.reinvites.iter().rev() {
            match reinvite.change {
                Change::Resume => resumed = reinvite.taken().or(resumed),
                Change::Hold if !is_refused(reinvite) => {
                    let asked = reinvite.asked;
                    holds.push(OnHold { asked, resumed });
                }
                Change::Hold => {}
            }
        }
        holds.into_iter().rev()
    }

    /// Takes what this end asked to be changed, and what came of it.
    pub(crate) fn change(&mut self, position: Position, event: &Event) {
        let audio = match event {
            Event::ReinviteAnswered { audio, .. } => *audio,
            _ => None,
        };
        let answer = match event {
            Event::Reinvited { change, .. } => {
                return self.reinvites.push(Reinvite {
                    change: *change,
                    asked: position,
                    answered: None,
                    audio: None,
                });
            }
            Event::ReinviteRefused { code, .. } => Err(*code),
            _ => Ok(()),
        };
        let mut asked = self.reinvites.iter_mut();
        if let Some(first) = asked.find(|reinvite| reinvite.answered.is_none()) {
            first.answered = Some((position, answer));
            first.audio = audio;
        }
    }

    /// Whether, and how, the call is over at this end by then: it was ended from elsewhere, or
    /// nothing was received for at least `silence_us` and until then. What this end heard in a
    /// call counts from `since_us`, when the call began to be what it is. An end that has the other on hold
    /// waits for nothing.
    pub fn over(&self, (since_us, by_us): (u64, u64), silence_us: u64) -> Option<Over> {
        if let Some((position, _)) = self
            .cut_off()
            .filter(|(position, _)| position.t_us <= by_us)
        {
            return Some(Over::Ended(position));
        }
        let mut since_us = since_us;
        for hold in self.on_hold().filter(|hold| hold.asked.t_us <= by_us) {
            since_us = since_us.max(hold.resumed.map_or(by_us, |resumed| resumed.t_us));
        }
        let last = self.received.last(MediaFrom::Anyone, by_us);
        let last_us = last.map_or(since_us, |(us, _)| us.max(since_us));
        let position = last.map(|(_, position)| position);
        (last_us.saturating_add(silence_us) <= by_us).then_some(Over::Silent(last_us, position))
    }
}

/// Whether this is how an end itself ends a call.
const fn is_own(by: EndedBy) -> bool {
    matches!(by, EndedBy::HungUp | EndedBy::GaveWay)
}

impl Leg {
    /// Whether the INVITE names somebody, as the caller or as whose identity it is: which of the
    /// two tells the caller, and which the group, is the pool's to decide.
    pub fn names(&self, who: &str) -> bool {
        self.shows == who || self.identity.as_deref() == Some(who)
    }

    /// When it was over at the alerted end.
    pub fn over(&self) -> Option<Position> {
        self.declined
            .or(self.party.ended.map(|(position, _)| position))
    }

    /// Takes what the alerted end did.
    pub(crate) fn take(&mut self, position: Position, event: &Event) {
        match event {
            Event::Accepted { .. } => self.accepted = Some(position),
            Event::Declined { code, .. } => {
                self.declined = Some(position);
                self.is_refused_for_good = *code >= 600;
            }
            _ => {}
        }
    }
}

impl Call {
    /// A call of which nothing is known yet but that it was placed.
    pub(crate) fn placed(caller: Party, to: &str, position: Position) -> Self {
        Call {
            caller,
            to: to.to_owned(),
            placed: position,
            hops: Vec::new(),
            failed: None,
            answered: None,
            described: None,
            legs: Vec::new(),
        }
    }

    /// Takes what came of the caller's own INVITEs.
    pub(crate) fn take(&mut self, position: Position, event: &Event) {
        match event {
            Event::Tried { pool, .. } => self.hops.push(Hop {
                pool: *pool,
                tried: position,
                failed: None,
            }),
            Event::HopFailed { pool, outcome, .. } => {
                let hop = self.hops.iter_mut().rev().find(|hop| hop.pool == *pool);
                if let Some(hop) = hop {
                    hop.failed = Some((position, outcome.clone()));
                }
            }
            Event::Failed { outcome, .. } => self.failed = Some((position, outcome.clone())),
            Event::Answered { pool, media, .. } => {
                self.answered.get_or_insert((position, *pool));
                self.described.get_or_insert(*media);
            }
            _ => {}
        }
    }

    /// When an agent accepted it first.
    pub fn accepted(&self) -> Option<Position> {
        self.legs.iter().filter_map(|leg| leg.accepted).min()
    }

    /// When it was over for its caller, whoever ended it.
    pub fn over(&self) -> Option<Position> {
        let failed = self.failed.as_ref().map(|(position, _)| *position);
        let ended = self.caller.ended.map(|(position, _)| position);
        ended.into_iter().chain(failed).min()
    }

    /// When it was certain what the attempt comes to: a 2xx, or no hop that could give one.
    pub fn decided(&self) -> Option<Position> {
        let answered = self.answered.map(|(position, _)| position);
        let failed = self.failed.as_ref().map(|(position, _)| *position);
        answered.or(failed)
    }

    /// Whether the call is answered, goes on, and its caller is receiving media.
    pub fn is_up(&self) -> bool {
        let mut flows = self.caller.received.flows().iter();
        self.answered.is_some()
            && self.failed.is_none()
            && self.caller.ended.is_none()
            && flows.any(|flow| flow.ended.is_none())
    }

    /// The leg of the agent to whom the caller is connected: accepted, and both have heard each
    /// other; with the instant since when.
    pub fn connected(&self) -> Option<(&Leg, u64)> {
        self.legs
            .iter()
            .filter(|leg| leg.accepted.is_some())
            .find_map(|leg| {
                let caller = MediaFrom::Actor(&self.caller.actor);
                let agent_hears = leg.party.received.first(caller)?;
                let agent = MediaFrom::Actor(&leg.party.actor);
                let caller_hears = self.caller.received.first(agent)?;
                Some((leg, agent_hears.first_us.max(caller_hears.first_us)))
            })
    }

    /// The first that the caller received from any of these pools: a greeting, music, or what the
    /// pool relays.
    pub(crate) fn welcome(&self, pools: &[IpAddr]) -> Option<&Stretch> {
        self.caller.received.first_from(pools)
    }

    /// When either the caller or the agent hung up of their own accord.
    pub fn hung_up(&self) -> Option<Position> {
        let connected = self.connected().map(|(leg, _)| leg);
        // Or before they had heard each other.
        let agent = connected.or_else(|| {
            let mut accepted = self.legs.iter().filter(|leg| leg.accepted.is_some());
            accepted.next().filter(|_| accepted.next().is_none())
        });
        let agent = agent.and_then(|leg| leg.party.hung_up());
        self.caller.hung_up().into_iter().chain(agent).min()
    }

    /// Who was still in this call when it was to place the next one, and when: the caller, or one of
    /// those who were alerted.
    pub fn gave_way(&self) -> Option<(&Party, Position)> {
        let alerted = self.legs.iter().map(|leg| &leg.party);
        let parties = [&self.caller].into_iter().chain(alerted);
        let gave_way = parties.filter_map(|party| Some((party, party.gave_way()?)));
        gave_way.min_by_key(|(_, position)| *position)
    }

    /// How readers are told of it.
    pub fn words(&self) -> String {
        let Party { actor, id, .. } = &self.caller;
        format!("{actor}'s call to `{}` ({id})", self.to)
    }
}
