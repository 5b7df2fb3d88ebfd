//! Calls, brought together from what both ends saw of them.

use std::net::{IpAddr, SocketAddr};

use model::journal::event::{EndedBy, Event, NoSuccess};
use model::topology::Pool;

use crate::mark::Mark;
use crate::media::{Hearing, Stretch, Whom};

/// One end of a call.
#[derive(Clone, Debug)]
pub(crate) struct Party<'t> {
    /// Who is at this end.
    pub(crate) actor: &'t str,
    /// The call's name at this end.
    pub(crate) id: &'t str,
    /// What was received here.
    pub(crate) hearing: Hearing<'t>,
    /// When and how the call ended here.
    pub(crate) ended: Option<(Mark, EndedBy)>,
}

/// A next hop that was tried.
#[derive(Clone, Debug)]
pub(crate) struct Hop {
    /// The pool.
    pub(crate) pool: Pool,
    /// When the INVITE went out.
    pub(crate) tried: Mark,
    /// How it failed.
    pub(crate) failed: Option<(Mark, NoSuccess)>,
}

/// A call, as its caller sees it, with the legs to those who were alerted by it.
#[derive(Clone, Debug)]
pub(crate) struct Call<'t> {
    /// The caller's end.
    pub(crate) caller: Party<'t>,
    /// Whom: a group's, agent's or callee's name.
    pub(crate) to: &'t str,
    /// When it was placed.
    pub(crate) placed: Mark,
    /// The next hops, in the order in which they were tried.
    pub(crate) hops: Vec<Hop>,
    /// When it came to nothing, and how its last next hop ended.
    pub(crate) failed: Option<(Mark, NoSuccess)>,
    /// When the 2xx came, and through which hop.
    pub(crate) answered: Option<(Mark, Pool)>,
    /// Those who were alerted, in order.
    pub(crate) legs: Vec<Leg<'t>>,
}

/// A call, as an alerted agent or callee sees it.
#[derive(Clone, Debug)]
pub(crate) struct Leg<'t> {
    /// The alerted end.
    pub(crate) party: Party<'t>,
    /// Whom the INVITE shows as caller.
    pub(crate) shows: &'t str,
    /// Whose identity it asserts.
    pub(crate) identity: Option<&'t str>,
    /// Whom it comes through.
    pub(crate) from: SocketAddr,
    /// When it came.
    pub(crate) alerted: Mark,
    /// When it was accepted.
    pub(crate) accepted: Option<Mark>,
}

/// How a call is over at one end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// A message ended it.
    Ended(Mark),
    /// Nothing has been received since this line's packets, the last of which came then.
    Silent(u64, Option<Mark>),
}

impl Over {
    /// Since when.
    pub(crate) fn since_us(self) -> u64 {
        match self {
            Over::Ended(mark) => mark.t_us,
            Over::Silent(us, _) => us,
        }
    }

    /// The line that tells of it.
    pub(crate) fn mark(self) -> Option<Mark> {
        match self {
            Over::Ended(mark) => Some(mark),
            Over::Silent(_, mark) => mark,
        }
    }
}

impl Party<'_> {
    /// When this end itself hung up.
    pub(crate) fn hung_up(&self) -> Option<Mark> {
        self.ended
            .filter(|(_, by)| *by == EndedBy::HungUp)
            .map(|(mark, _)| mark)
    }

    /// When the call ended here by no doing of this end.
    pub(crate) fn cut_off(&self) -> Option<(Mark, EndedBy)> {
        self.ended.filter(|(_, by)| *by != EndedBy::HungUp)
    }

    /// Whether, and how, the call is over at this end by then: it was ended from elsewhere, or
    /// nothing was received for at least `silence_us` and until then. What this end heard in a
    /// call counts from `since_us`, when the call began to be what it is.
    pub(crate) fn over(&self, (since_us, by_us): (u64, u64), silence_us: u64) -> Option<Over> {
        if let Some((mark, _)) = self.cut_off().filter(|(mark, _)| mark.t_us <= by_us) {
            return Some(Over::Ended(mark));
        }
        let last = self.hearing.last(Whom::Anyone, by_us);
        let last_us = last.map_or(since_us, |(us, _)| us.max(since_us));
        let mark = last.map(|(_, mark)| mark);
        (last_us.saturating_add(silence_us) <= by_us).then_some(Over::Silent(last_us, mark))
    }
}

impl<'t> Call<'t> {
    /// A call of which nothing is known yet but that it was placed.
    pub(crate) fn placed(caller: Party<'t>, to: &'t str, mark: Mark) -> Self {
        Call {
            caller,
            to,
            placed: mark,
            hops: Vec::new(),
            failed: None,
            answered: None,
            legs: Vec::new(),
        }
    }

    /// Takes what came of the caller's own INVITEs.
    pub(crate) fn progress(&mut self, mark: Mark, event: &Event) {
        match event {
            Event::Tried { pool, .. } => self.hops.push(Hop {
                pool: *pool,
                tried: mark,
                failed: None,
            }),
            Event::HopFailed { pool, outcome, .. } => {
                let hop = self.hops.iter_mut().rev().find(|hop| hop.pool == *pool);
                if let Some(hop) = hop {
                    hop.failed = Some((mark, outcome.clone()));
                }
            }
            Event::Failed { outcome, .. } => self.failed = Some((mark, outcome.clone())),
            Event::Answered { pool, .. } => {
                self.answered.get_or_insert((mark, *pool));
            }
            _ => {}
        }
    }

    /// Whether this call may be the one that alerted this leg: the leg shows its caller, who has
    /// one call at a time, and it was neither over nor yet to be placed.
    pub(crate) fn may_have_alerted(&self, leg: &Leg<'_>) -> bool {
        leg.shows == self.caller.actor
            && self.placed <= leg.alerted
            && self
                .caller
                .ended
                .is_none_or(|(mark, _)| leg.alerted <= mark)
    }

    /// The leg of the agent to whom the caller is connected: accepted, and both have heard each
    /// other; with the instant since when.
    pub(crate) fn connected(&self) -> Option<(&Leg<'t>, u64)> {
        self.legs
            .iter()
            .filter(|leg| leg.accepted.is_some())
            .find_map(|leg| {
                let caller = Whom::Party(self.caller.actor);
                let agent_hears = leg.party.hearing.first(caller)?;
                let agent = Whom::Party(leg.party.actor);
                let caller_hears = self.caller.hearing.first(agent)?;
                Some((leg, agent_hears.first_us.max(caller_hears.first_us)))
            })
    }

    /// The first that the caller received from any of these pools: a greeting, music, or what the
    /// pool relays.
    pub(crate) fn welcome(&self, pools: &[IpAddr]) -> Option<Stretch<'t>> {
        self.caller.hearing.first_from(pools)
    }

    /// When either the caller or the agent hung up of their own accord.
    pub(crate) fn hung_up(&self) -> Option<Mark> {
        let agent = self.connected().and_then(|(leg, _)| leg.party.hung_up());
        self.caller.hung_up().into_iter().chain(agent).min()
    }

    /// How readers are told of it.
    pub(crate) fn words(&self) -> String {
        let Party { actor, id, .. } = &self.caller;
        format!("{actor}'s call to `{}` ({id})", self.to)
    }
}
