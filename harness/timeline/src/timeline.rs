//! A walk, in the shape in which the conductor, checks and reports ask for it: stages, the fault,
//! the import, calls, operations, registrations, the probes' samples. Nothing is judged here.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;

use model::Stage;
use model::claims::{SilentCallers, Telephones};
use model::drawn::Drawn;
use model::fault::{ExpectedSamples, Fault};
use model::host::HostName;
use model::impairment::Links;
use model::journal::StopReason;
use model::shared::Shared;
use model::topology::{Group, Pool, Topology};

use crate::alerting::OpenCalls;
use crate::call::{Call, Leg};
use crate::fault::InjectedFault;
use crate::harness::{Starvation, Trouble};
use crate::index::Index;
use crate::load::LoadPart;
use crate::media::{SUMMARY_US, Stretch};
use crate::operation::Operation;
use crate::position::Position;
use crate::probe::ProbeSample;
use crate::registration::Registration;
use crate::session::Session;
use crate::stage::Interval;
use model::verb::Verb;

/// A walk, as far as its lines have been taken.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// Who takes part. It stays as it is: groups and agents are found by their names from the beginning.
    pub topology: Shared<Topology>,
    /// Who of them plays which role.
    pub drawn: Shared<Drawn>,
    /// Where each host's traffic comes from.
    pub addresses: BTreeMap<HostName, IpAddr>,
    /// The hosts with a probe.
    pub probes: BTreeSet<HostName>,
    /// What links do to packets over the whole walk.
    pub links: Links,
    /// When each stage began and ended.
    pub stages: BTreeMap<Stage, Interval>,
    /// The walk went no further: when and why.
    pub stopped: Option<(Position, StopReason)>,
    /// The faults that were injected, in order.
    pub faults: Vec<InjectedFault>,
    /// All calls that actors placed, in order.
    pub calls: Vec<Call>,
    /// All legs that no call is known to have alerted: those that a pool called of its own.
    pub strays: Vec<Leg>,
    /// All operations, in order.
    pub operations: Vec<Operation>,
    /// What each agent's telephones asked for, registrations and withdrawals, in order.
    pub registrations: BTreeMap<String, Vec<Registration>>,
    /// From when on each telephone spoke to where, or to nobody any more; in order.
    pub speaking: BTreeMap<String, Vec<(u64, Option<SocketAddr>)>>,
    /// From when on each actor was ready for which payload types, as the session descriptions of both ends
    /// said; in order.
    pub takes: BTreeMap<String, Vec<(u64, BTreeSet<u8>)>>,
    /// What probes learned, in order.
    pub samples: Vec<ProbeSample>,
    /// The harness's own troubles, in order.
    pub troubles: Vec<Trouble>,
    /// How long after a change the target declares that it shows, in microseconds.
    pub shows_after_us: u64,
    /// How long after a call the target declares that agents are alerted, in microseconds.
    pub alerts_after_us: u64,
    /// For how long the target declares that agents are not alerted again.
    pub left_alone: LeftAlone,
    /// What the target declares of callers whom it no longer hears.
    pub silent_callers: SilentCallers,
    /// Which telephones of an agent ring, as the target declares it.
    pub rings: Telephones,
    /// What was measured of the load in the background, in order.
    pub load: Vec<LoadPart>,
    /// The names of the load's groups.
    pub(crate) load_groups: BTreeSet<String>,
    /// When machines had no time for what runs on them, in order.
    pub starvations: Vec<Starvation>,
    /// The last line that was taken.
    pub last: Position,
    /// Where each group and each agent is in the topology, by name.
    groups: BTreeMap<String, usize>,
    agents: BTreeMap<String, usize>,
    /// The sessions in which each actor is, by its name and the Call-ID.
    pub(crate) sessions: BTreeMap<(String, String), Session>,
    /// Since when each telephone has asked for a registration, of which nothing has come yet.
    pub(crate) asked: BTreeMap<String, Position>,
    /// Where each end of a call is, by the call's name at that end.
    pub(crate) ends: BTreeMap<String, CallEnd>,
    /// Where each operation is, by its id.
    pub(crate) by_id: BTreeMap<u64, usize>,
    /// Where each caller's calls are, in order.
    pub(crate) by_caller: BTreeMap<String, Vec<usize>>,
    /// Where the calls to each group, agent or callee are, in order.
    pub(crate) by_callee: BTreeMap<String, Vec<usize>>,
    /// The calls that may alert somebody next.
    pub(crate) open: OpenCalls,
    /// Of the lines up to now; made when it is first asked for.
    pub(crate) index: OnceLock<Index>,
}

/// Where each of these stands; of two of a name, the first.
fn places<'n>(
    names: impl DoubleEndedIterator<Item = &'n String> + ExactSizeIterator,
) -> BTreeMap<String, usize> {
    let places = names.enumerate().rev();
    places.map(|(place, name)| (name.clone(), place)).collect()
}

/// For how long agents are not alerted again, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftAlone {
    /// After a call.
    pub after_call_us: u64,
    /// After declining one.
    pub after_decline_us: u64,
    /// After letting one ring until the alert time was over.
    pub after_no_answer_us: u64,
}

/// Where an end of a call is to be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CallEnd {
    /// The caller's: of the call with this index.
    Caller(usize),
    /// An alerted one: of a call, and of its legs.
    Leg(usize, usize),
    /// An alerted one whose caller placed no call.
    Stray(usize),
}

impl Timeline {
    /// A walk of which nothing is known yet but who takes part.
    pub fn new(
        topology: impl Into<Shared<Topology>>,
        addresses: BTreeMap<HostName, IpAddr>,
    ) -> Self {
        let topology = topology.into();
        let groups = topology.groups.iter().map(|group| &group.name);
        let agents = topology.agents.iter().map(|agent| &agent.name);
        Timeline {
            groups: places(groups),
            agents: places(agents),
            topology,
            drawn: Shared::default(),
            probes: addresses.keys().copied().collect(),
            addresses,
            links: Links::default(),
            stages: BTreeMap::new(),
            stopped: None,
            faults: Vec::new(),
            calls: Vec::new(),
            strays: Vec::new(),
            operations: Vec::new(),
            registrations: BTreeMap::new(),
            speaking: BTreeMap::new(),
            takes: BTreeMap::new(),
            samples: Vec::new(),
            troubles: Vec::new(),
            shows_after_us: 0,
            alerts_after_us: 0,
            left_alone: LeftAlone::default(),
            silent_callers: SilentCallers::default(),
            rings: Telephones::default(),
            load: Vec::new(),
            load_groups: BTreeSet::new(),
            starvations: Vec::new(),
            last: Position::default(),
            sessions: BTreeMap::new(),
            asked: BTreeMap::new(),
            ends: BTreeMap::new(),
            by_id: BTreeMap::new(),
            by_caller: BTreeMap::new(),
            by_callee: BTreeMap::new(),
            open: OpenCalls::default(),
            index: OnceLock::new(),
        }
    }

    /// The same, where only these hosts have a probe.
    #[must_use]
    pub fn with_probes_on(self, probes: BTreeSet<HostName>) -> Self {
        Timeline { probes, ..self }
    }

    /// The same, of a walk of which this was drawn.
    #[must_use]
    pub fn with_drawn(self, drawn: Shared<Drawn>) -> Self {
        let load_groups = drawn.load.iter().map(|group| group.name.clone());
        Timeline {
            load_groups: load_groups.collect(),
            drawn,
            ..self
        }
    }

    /// The stage that was in force at a position.
    pub fn stage_at(&self, position: Position) -> Option<Stage> {
        let mut stages = self.stages.iter();
        let stage = stages.find(|(_, interval)| interval.contains(position));
        stage.map(|(stage, _)| *stage)
    }

    /// What probes see while all of these faults are in force, as far as there are probes.
    pub fn expected<'f>(&self, faults: impl IntoIterator<Item = &'f Fault>) -> ExpectedSamples {
        let hosts: Vec<HostName> = self.addresses.keys().copied().collect();
        ExpectedSamples::of(faults, &hosts).with_probes_on(&self.probes)
    }

    /// What the probe on this host learned last.
    pub fn last_sample(&self, by: HostName) -> Option<&ProbeSample> {
        self.samples.iter().rev().find(|sample| sample.by == by)
    }

    /// The operation with this id; nothing if it was not invoked yet.
    pub fn operation(&self, id: u64) -> Option<&Operation> {
        self.operations.get(*self.by_id.get(&id)?)
    }

    /// The operations that were invoked before, in order.
    pub fn operations_before(&self, at: Position) -> &[Operation] {
        let operations = &self.operations;
        &operations[..operations.partition_point(|operation| operation.invoked < at)]
    }

    /// The operations that were invoked later, in order.
    pub fn operations_after(&self, at: Position) -> &[Operation] {
        let count = self
            .operations
            .partition_point(|operation| operation.invoked <= at);
        &self.operations[count..]
    }

    /// The call that an actor placed last.
    pub fn last_call(&self, by: &str) -> Option<&Call> {
        self.calls.get(*self.by_caller.get(by)?.last()?)
    }

    /// The calls that were placed between two instants, in order.
    pub fn calls_within(&self, (from, until): (Position, Position)) -> &[Call] {
        let begin = self.calls.partition_point(|call| call.placed < from);
        let end = self.calls.partition_point(|call| call.placed <= until);
        self.calls.get(begin..end).unwrap_or_default()
    }

    /// The calls that an actor placed between two instants, in order.
    pub fn calls_by(
        &self,
        caller: &str,
        within: (Position, Position),
    ) -> impl DoubleEndedIterator<Item = &Call> {
        self.placed_within(self.by_caller.get(caller), within)
    }

    /// The calls to a group, agent or callee that were placed between two instants, in order.
    pub fn calls_to(
        &self,
        callee: &str,
        within: (Position, Position),
    ) -> impl DoubleEndedIterator<Item = &Call> {
        self.placed_within(self.by_callee.get(callee), within)
    }

    fn placed_within(
        &self,
        calls: Option<&Vec<usize>>,
        (from, until): (Position, Position),
    ) -> impl DoubleEndedIterator<Item = &Call> {
        let calls = calls.map_or(&[][..], Vec::as_slice);
        let placed = |number: &usize| self.calls[*number].placed;
        let begin = calls.partition_point(|number| placed(number) < from);
        let end = calls.partition_point(|number| placed(number) <= until);
        let within = calls.get(begin..end).unwrap_or_default().iter();
        within.map(|number| &self.calls[*number])
    }

    /// What one telephone asked for, registrations and withdrawals, in order.
    pub fn registrations_by<'t>(
        &'t self,
        telephone: &'t str,
    ) -> impl DoubleEndedIterator<Item = &'t Registration> + Clone {
        let agent = self.topology.party_at(telephone);
        let asked = self.registrations_of(agent).iter();
        asked.filter(move |registration| registration.telephone == telephone)
    }

    /// What an agent's telephones asked for, registrations and withdrawals, in order.
    pub fn registrations_of(&self, agent: &str) -> &[Registration] {
        self.registrations.get(agent).map_or(&[], Vec::as_slice)
    }

    /// Those of them that were accepted or not after the first of two instants, and by the other.
    pub fn registrations_within(
        &self,
        agent: &str,
        (after, by): (Position, Position),
    ) -> &[Registration] {
        let all = self.registrations_of(agent);
        let count = |at| all.partition_point(|registration| registration.position <= at);
        all.get(count(after)..count(by)).unwrap_or_default()
    }

    /// A response group of the topology.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.topology.groups.get(*self.groups.get(name)?)
    }

    /// The pool that a response group belongs to.
    pub fn owner(&self, group: &str) -> Option<Pool> {
        self.group(group).map(|group| group.owner)
    }

    /// The pool that an agent is homed in.
    pub fn home(&self, agent: &str) -> Option<Pool> {
        let agent = self.topology.agents.get(*self.agents.get(agent)?);
        agent.map(|agent| agent.home)
    }

    /// The faults that affected a pool at this position, as far as the lab tells.
    pub(crate) fn faults_at(
        &self,
        pool: Pool,
        at: Position,
    ) -> impl Iterator<Item = &InjectedFault> {
        let faults = self.faults.iter();
        faults.filter(move |fault| fault.touches(pool.host(), at))
    }

    /// Which pool's machine this is: its own, or a further one of its site.
    pub fn pool_at(&self, address: IpAddr) -> Option<Pool> {
        Pool::BOTH
            .into_iter()
            .find(|pool| self.addresses_of(*pool).any(|own| own == address))
    }

    /// The addresses of a pool's machines: its own first, then those of further ones of its site.
    pub fn addresses_of(&self, pool: Pool) -> impl Iterator<Item = IpAddr> {
        let hosts = self.topology.speaking_for(pool);
        hosts.filter_map(|host| self.addresses.get(&host).copied())
    }

    /// The first that a caller received from a pool: a greeting, music, or what the pool relays. A next
    /// hop that was given up may answer late, and play until it is told that it was; that is nobody's
    /// welcome, unless the answer that counts wants media there as well.
    pub fn welcome<'t>(&self, call: &'t Call) -> Option<&'t Stretch> {
        let given_up = |pool: &Pool| {
            let mut hops = call.hops.iter();
            hops.any(|hop| hop.pool == *pool && hop.failed.is_some())
        };
        let pools = Pool::BOTH.iter().flat_map(|pool| {
            let is_given_up = given_up(pool);
            self.addresses_of(*pool).filter(move |address| {
                let answers = call.described.is_none_or(|media| media.ip() == *address);
                answers || !is_given_up
            })
        });
        call.welcome(&pools.collect::<Vec<IpAddr>>())
    }

    /// The pool that carried a call: whose greeting, music or relayed media came first. Which next
    /// hop answered says nothing of that, for one pool may proxy to the other. Where none came, because
    /// an agent took the call before, it is the pool at which the answer wants media.
    pub fn carrier(&self, call: &Call) -> Option<Pool> {
        let heard = self.welcome(call);
        let heard = heard.map(|welcome| welcome.from);
        self.pool_at(heard.or(call.described)?.ip())
    }

    /// The pool that carries a call on behalf of a group, of which this is an agent's leg: the group's owner, or the
    /// backup that stands in for it. Nothing where the agent had asked the other one, which may have called itself.
    pub fn carrier_on_behalf(&self, leg: &Leg) -> Option<Pool> {
        let stands_in = matches!(
            self.stage_at(leg.alerted),
            Some(Stage::Failover | Stage::FailedOver)
        );
        let carrier = match stands_in {
            true => Pool::Backup,
            false => self.owner(&leg.shows)?,
        };
        let mut before = self.operations_before(leg.alerted).iter().rev();
        let asked = before.find(|operation| {
            operation.verb == Verb::CallOnBehalf
                && operation.by == leg.party.actor
                && operation.about.group.as_ref() == Some(&leg.shows)
        })?;
        (asked.at == carrier).then_some(carrier)
    }

    /// Since when a caller has heard something, in microseconds: a pool, or the agent who took the call
    /// before there was anything to be heard of a pool.
    pub fn heard_since_us(&self, call: &Call) -> Option<u64> {
        let welcome = self.welcome(call);
        let agent = call.connected().map(|(_, since_us)| since_us);
        welcome.map(|heard| heard.first_us).or(agent)
    }

    /// Calls to groups that this pool owns.
    pub fn calls_to_groups_of(&self, owner: Pool) -> impl Iterator<Item = &Call> {
        self.calls
            .iter()
            .filter(move |call| self.owner(&call.to) == Some(owner))
    }

    /// Everybody who was alerted, by whichever call.
    pub fn legs(&self) -> impl Iterator<Item = &Leg> {
        let called = self.calls.iter().flat_map(|call| &call.legs);
        called.chain(&self.strays)
    }

    /// Until when all that was received is written down, in microseconds: the last summaries before the
    /// journal ends may never have been.
    pub fn written_us(&self) -> u64 {
        self.last.t_us.saturating_sub(SUMMARY_US)
    }

    /// Whether nobody answered an operation, and the partner, which was asked the same in that stage, did:
    /// clients ask one pool after the other, and a dead pool's silence says nothing that its partner's
    /// answer does not say.
    pub fn partner_answered(&self, operation: &Operation) -> bool {
        let stage = self.stage_at(operation.invoked);
        operation.is_unanswered()
            && self.operations.iter().any(|other| {
                other.asks_the_partner_of(operation)
                    && self.stage_at(other.invoked) == stage
                    && !other.is_unanswered()
            })
    }

    /// When the groups of the primary were imported into the backup: from invoked to done.
    pub fn import(&self) -> Option<(Position, Position)> {
        self.index().import
    }

    /// Whether an attempt at this position came after the import. Neither after nor before: while the
    /// import was being carried out, and once the copies were being removed again.
    pub fn imported(&self, at: Position) -> Option<bool> {
        match self.import() {
            None => Some(false),
            Some((invoked, _)) if at < invoked => Some(false),
            Some((_, done)) if at > done => {
                let removal = self.index().removal;
                removal.is_none_or(|removed| at < removed).then_some(true)
            }
            Some(_) => None,
        }
    }

    /// Whether an actor spoke at any time between two instants, to a place that `there` accepts.
    pub fn spoke(
        &self,
        actor: &str,
        (since_us, until_us): (u64, u64),
        there: impl Fn(SocketAddr) -> bool,
    ) -> bool {
        self.telephones(actor).any(|telephone| {
            let turns = self.speaking.get(telephone).map_or(&[][..], Vec::as_slice);
            // The first turn that does not end before.
            let begun_before = turns.partition_point(|(begin_us, _)| *begin_us < since_us);
            let turns = turns.iter().skip(begun_before.saturating_sub(1));
            let mut turns = turns.take_while(|(begin_us, _)| *begin_us <= until_us);
            turns.any(|(_, to)| to.is_some_and(&there))
        })
    }

    /// The payload types that an actor was ready for between two instants: those that the descriptions of
    /// both ends had left by then, and those of the ones that came meanwhile. None: there were none.
    pub fn payload_types(
        &self,
        actor: &str,
        (since_us, until_us): (u64, u64),
    ) -> Option<BTreeSet<u8>> {
        let said = self.takes.get(actor)?;
        let known = said.partition_point(|(us, _)| *us <= since_us);
        let said = said.iter().skip(known.saturating_sub(1));
        let said: Vec<_> = said.take_while(|(us, _)| *us <= until_us).collect();
        let all = said.iter().flat_map(|(_, types)| types.iter().copied());
        (!said.is_empty()).then(|| all.collect())
    }
}
