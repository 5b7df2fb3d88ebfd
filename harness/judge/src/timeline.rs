//! A walk's part of the journal, in the shape in which checks ask for it: stages, the fault, the
//! import, calls, verbs, registrations, the probes' rounds.
//!
//! Nothing is judged here. Lines are taken in the order of their time; actors on different
//! machines may have been written down in another.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use model::Stage;
use model::journal::WalkJournal;
use model::journal::event::{Clock, Reach};
use model::topology::{Group, Host, Pool, Topology};
use model::verb::Verb;
use model::walk::FaultKind;

use crate::call::{Call, Leg};
use crate::mark::Mark;
use crate::ruling::{Checked, Objection};
use crate::verb::Deed;

/// A walk, ready to be asked.
#[derive(Clone, Debug)]
pub(crate) struct Timeline<'t> {
    /// Who takes part.
    pub(crate) topology: &'t Topology,
    /// Where each host's traffic comes from.
    pub(crate) addresses: &'t BTreeMap<Host, IpAddr>,
    /// When each stage began and ended.
    pub(crate) stages: BTreeMap<Stage, Span>,
    /// The walk went no further: when and why.
    pub(crate) stopped: Option<(Mark, &'t str)>,
    /// The outage's fault.
    pub(crate) fault: Option<Fault<'t>>,
    /// All calls that actors placed, in order.
    pub(crate) calls: Vec<Call<'t>>,
    /// All legs whose caller placed no call: those that a pool called of its own.
    pub(crate) strays: Vec<Leg<'t>>,
    /// All verbs, in order.
    pub(crate) deeds: Vec<Deed<'t>>,
    /// Registrations that were accepted or not, in order.
    pub(crate) registrations: Vec<Registration<'t>>,
    /// From when on each actor spoke to where, or to nobody any more; in order.
    pub(crate) speaking: BTreeMap<&'t str, Vec<(u64, Option<SocketAddr>)>>,
    /// What probes learned, in order.
    pub(crate) rounds: Vec<Round<'t>>,
    /// The harness's own troubles.
    pub(crate) troubles: Vec<(Mark, &'t str, &'t str)>,
    /// The walk's last line.
    pub(crate) last: Mark,
}

/// From when to when a stage lasted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Its precondition was observed.
    pub(crate) begin: Mark,
    /// It was over; absent where the walk stopped in it.
    pub(crate) end: Option<Mark>,
}

/// The outage's fault, as the lab tells of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault<'t> {
    /// The kind.
    pub(crate) kind: FaultKind,
    /// The machines that it strikes.
    pub(crate) hosts: &'t [Host],
    /// Since when it was in force.
    pub(crate) injected: Mark,
    /// Since when it was over, and by which clock.
    pub(crate) healed: Option<(Mark, Clock)>,
}

/// A registration that was tried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registration<'t> {
    /// When its answer came, or was no longer waited for.
    pub(crate) mark: Mark,
    /// Whose.
    pub(crate) agent: &'t str,
    /// At which pool.
    pub(crate) pool: Pool,
    /// Whether it was accepted.
    pub(crate) accepted: bool,
}

/// One round of a probe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round<'t> {
    /// When.
    pub(crate) mark: Mark,
    /// Whose probe.
    pub(crate) by: Host,
    /// Whether the other hosts are there.
    pub(crate) hosts: &'t BTreeMap<Host, Reach>,
    /// Whose questions arrived.
    pub(crate) heard: &'t [Host],
    /// Whether the pools' processes answer.
    pub(crate) pools: &'t BTreeMap<Pool, Reach>,
    /// Whether the process of its host's own database answers, where one was asked.
    pub(crate) database: Option<Reach>,
}

impl<'t> Timeline<'t> {
    /// Reads a walk's lines.
    ///
    /// # Errors
    ///
    /// An error objection where a line is missing, or the walk is not introduced by its first one.
    pub(crate) fn read(walk: &'t WalkJournal) -> Checked<Self> {
        crate::assembly::assemble(walk)
    }

    /// That no actor had trouble of its own: what it saw or did cannot be relied on.
    pub(crate) fn untroubled(&self) -> Checked<()> {
        match self.troubles.first() {
            None => Ok(()),
            Some((mark, actor, what)) => {
                let why = format!("{actor} had trouble of its own at {mark}: {what}");
                Err(Objection::error(why).at(*mark))
            }
        }
    }

    /// A response group of the topology.
    pub(crate) fn group(&self, name: &str) -> Option<&'t Group> {
        self.topology.group(name)
    }

    /// The pool that an agent is homed in.
    pub(crate) fn home(&self, agent: &str) -> Option<Pool> {
        self.topology.agent(agent).map(|agent| agent.home)
    }

    /// Where the pools' media comes from.
    pub(crate) fn pool_addresses(&self) -> Vec<IpAddr> {
        Pool::BOTH
            .iter()
            .filter_map(|pool| self.addresses.get(&pool.host()).copied())
            .collect()
    }

    /// Which pool's machine this is.
    pub(crate) fn pool_at(&self, address: IpAddr) -> Option<Pool> {
        Pool::BOTH
            .into_iter()
            .find(|pool| self.addresses.get(&pool.host()) == Some(&address))
    }

    /// The pool that carried a call: whose greeting, music or relayed media came first. Which next
    /// hop answered says nothing of that, for one pool may proxy to the other.
    pub(crate) fn carrier(&self, call: &Call<'_>) -> Option<Pool> {
        let welcome = call.welcome(&self.pool_addresses())?;
        self.pool_at(welcome.from.ip())
    }

    /// Calls to groups that this pool owns.
    pub(crate) fn calls_to_groups_of(&self, owner: Pool) -> impl Iterator<Item = &Call<'t>> {
        self.calls
            .iter()
            .filter(move |call| self.group(call.to).is_some_and(|g| g.owner == owner))
    }

    /// Everybody who was alerted, by whichever call.
    pub(crate) fn legs(&self) -> impl Iterator<Item = &Leg<'t>> {
        let called = self.calls.iter().flat_map(|call| &call.legs);
        called.chain(&self.strays)
    }

    /// When the groups of the primary were imported into the backup: from invoked to done.
    pub(crate) fn import(&self) -> Option<(Mark, Mark)> {
        self.deeds
            .iter()
            .filter(|deed| deed.verb == Verb::Import && deed.at == Pool::Backup)
            .filter(|deed| deed.about.owner != Some(Pool::Backup))
            .find_map(|deed| Some((deed.invoked, deed.done()?)))
    }

    /// When the copies were removed from the backup again.
    fn removal(&self) -> Option<Mark> {
        let imported = self.import()?.1;
        self.deeds
            .iter()
            .filter(|deed| deed.verb == Verb::RemoveExported && deed.at == Pool::Backup)
            .find(|deed| deed.invoked > imported)
            .map(|deed| deed.invoked)
    }

    /// Whether an attempt at this mark came after the import. Neither after nor before: while the
    /// import was being carried out, and once the copies were being removed again.
    pub(crate) fn imported(&self, at: Mark) -> Option<bool> {
        match self.import() {
            None => Some(false),
            Some((invoked, _)) if at < invoked => Some(false),
            Some((_, done)) if at > done => self
                .removal()
                .is_none_or(|removed| at < removed)
                .then_some(true),
            Some(_) => None,
        }
    }

    /// Whether the last that an agent heard from this pool by then was that it is registered there.
    pub(crate) fn registered_at(&self, agent: &str, pool: Pool, by: Mark) -> bool {
        self.registrations
            .iter()
            .rev()
            .find(|r| r.agent == agent && r.pool == pool && r.mark <= by)
            .is_some_and(|r| r.accepted)
    }

    /// Whether an agent was registered anywhere then, as far as the agent knew.
    pub(crate) fn registered(&self, agent: &str, by: Mark) -> bool {
        let at = |pool| self.registered_at(agent, pool, by);
        Pool::BOTH.into_iter().any(at)
    }

    /// Whether an actor spoke at any time between two instants, to a place that `there` accepts.
    pub(crate) fn spoke(
        &self,
        actor: &str,
        (since_us, until_us): (u64, u64),
        there: impl Fn(SocketAddr) -> bool,
    ) -> bool {
        let turns = self.speaking.get(actor).map_or(&[][..], Vec::as_slice);
        let ends = turns.iter().skip(1).map(|(us, _)| *us).chain([u64::MAX]);
        turns.iter().zip(ends).any(|((begin_us, to), end_us)| {
            *begin_us <= until_us && since_us <= end_us && to.is_some_and(&there)
        })
    }

    /// Whether an agent was in a call then, as far as the agent knew.
    pub(crate) fn busy(&self, agent: &str, at: Mark) -> bool {
        let begun_by = |mark: Option<Mark>| mark.is_some_and(|mark| mark <= at);
        let over_by = |mark: Option<Mark>| mark.is_some_and(|mark| mark < at);
        let in_leg = self.legs().any(|leg| {
            leg.party.actor == agent
                && begun_by(leg.accepted)
                && !over_by(leg.party.ended.map(|(mark, _)| mark))
        });
        let in_call = self.calls.iter().any(|call| {
            let over = call.caller.ended.map(|(mark, _)| mark);
            call.caller.actor == agent
                && begun_by(Some(call.placed))
                && !over_by(over.or(call.failed.as_ref().map(|(mark, _)| *mark)))
        });
        in_leg || in_call
    }
}
