//! A lab that plays a part: everything works at once and as documented, but for what a test
//! spoils.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use actors::{Command, Operation};
use lab::{FaultId, Lab, LabError, Observed};
use model::Topology;
use model::fault::{Fault, FaultKind};
use model::host::HostName;
use model::journal::event::{Clock, EndedBy, Event};
use model::reach::Reach;
use model::topology::Pool;
use model::verb::{Verb, VerbOutcome};
use model::walk::LabKind;
use node::Now;

const PROBING: Duration = Duration::from_millis(250);
const SOON: Duration = Duration::from_millis(10);
const FAIL_OVER: Duration = Duration::from_secs(7);
const FAIL_BACK: Duration = Duration::from_secs(6);

/// What does not work as it should.
#[derive(Default)]
pub(crate) struct Spoiled {
    /// This agent is never registered.
    pub(crate) unregistered: Option<&'static str>,
    /// This caller's calls are never answered.
    pub(crate) unanswered: Option<&'static str>,
    /// This caller's telephone never stops telling of its call.
    pub(crate) chatters: Option<&'static str>,
    /// Probes do not see faults, or do not see them healed.
    pub(crate) blind_to: Option<Blindness>,
    /// The administrator never asks for this.
    pub(crate) never_asked: Option<Verb>,
    /// This verb never ends.
    pub(crate) endless: Option<Verb>,
    /// This verb ends so.
    pub(crate) ends: Option<(Verb, VerbOutcome)>,
    /// How long it takes until something that was observed is heard of.
    pub(crate) late: Duration,
    /// Faults cannot be brought about.
    pub(crate) no_means: Option<LabError>,
    /// What the lab lacks for the whole walk.
    pub(crate) lacks: Option<LabError>,
    /// The lab fails after this time.
    pub(crate) broken_after: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blindness {
    Faults,
    Healing,
}

pub(crate) struct FakeLab {
    pub(crate) spoiled: Spoiled,
    /// Everything that actors were told, and when.
    pub(crate) told: Vec<(Now, String, Command)>,
    /// The faults that are in force.
    pub(crate) in_force: BTreeMap<FaultId, Fault>,
    /// How many faults were ever injected.
    pub(crate) injected: u64,
    now: Now,
    agenda: BTreeMap<(Now, u64), Entry>,
    entries: u64,
    calls: BTreeMap<String, u64>,
    on_a_call: BTreeSet<String>,
    /// Which pool each group belongs to.
    owners: BTreeMap<String, Pool>,
    /// The agents homed in the primary who can register.
    primarys: Vec<String>,
    probes_see_fault: bool,
}

enum Entry {
    Probing,
    Observe(String, Event),
}

impl FakeLab {
    pub(crate) fn new(topology: &Topology, spoiled: Spoiled) -> FakeLab {
        let mut lab = FakeLab {
            spoiled,
            told: Vec::new(),
            in_force: BTreeMap::new(),
            injected: 0,
            now: Now::ZERO,
            agenda: BTreeMap::new(),
            entries: 0,
            calls: BTreeMap::new(),
            on_a_call: BTreeSet::new(),
            owners: topology
                .groups
                .iter()
                .map(|group| (group.name.clone(), group.owner))
                .collect(),
            primarys: Vec::new(),
            probes_see_fault: false,
        };
        lab.enter(PROBING, Entry::Probing);
        for agent in &topology.agents {
            if lab.spoiled.unregistered != Some(agent.name.as_str()) {
                lab.observe(
                    SOON,
                    &agent.name,
                    Event::Registered {
                        pool: agent.home,
                        expires: None,
                        others: 0,
                    },
                );
                if agent.home == Pool::Primary {
                    lab.primarys.push(agent.name.clone());
                }
            }
        }
        lab
    }

    /// When, in milliseconds, `actor` was told to place calls and to hang up.
    pub(crate) fn telephoned(&self, actor: &str) -> Vec<(u64, &'static str)> {
        let told = self.told.iter().filter(|(_, name, _)| name == actor);
        told.filter_map(|(at, _, command)| match command {
            Command::Call { .. } => Some((at.as_micros() / 1000, "call")),
            Command::HangUp => Some((at.as_micros() / 1000, "hang up")),
            _ => None,
        })
        .collect()
    }

    fn enter(&mut self, after: Duration, entry: Entry) {
        self.entries += 1;
        self.agenda.insert((self.now + after, self.entries), entry);
    }

    fn observe(&mut self, after: Duration, who: &str, event: Event) {
        self.enter(after, Entry::Observe(who.to_owned(), event));
    }

    fn call(&mut self, by: &str, to: String) {
        let number = self.calls.entry(by.to_owned()).or_default();
        *number += 1;
        let call = format!("{by}/{number}");
        self.on_a_call.insert(by.to_owned());
        let pool = self.owners.get(&to).copied().unwrap_or(Pool::Primary);
        let placed = call.clone();
        self.observe(Duration::ZERO, by, Event::Placed { call: placed, to });
        if self.spoiled.unanswered == Some(by) {
            return;
        }
        if self.spoiled.chatters == Some(by) {
            self.observe(SOON, by, tells(&call));
        }
        let from = SocketAddr::new(self.addresses()[&pool.host()], 20_000);
        let answered = Event::Answered {
            call: call.clone(),
            pool,
            media: from,
        };
        self.observe(SOON, by, answered);
        let hears = None;
        self.observe(SOON * 2, by, Event::MediaStarted { call, from, hears });
    }

    fn hang_up(&mut self, by: &str) {
        if self.on_a_call.remove(by) {
            let call = format!("{by}/{}", self.calls[by]);
            let by_itself = EndedBy::HungUp;
            let ended = Event::Ended {
                call,
                by: by_itself,
            };
            self.observe(Duration::ZERO, by, ended);
        }
    }

    fn verb(&mut self, actor: &str, command: Command) {
        let Command::Verb(Operation {
            id,
            verb,
            at,
            about,
            ..
        }) = command
        else {
            return;
        };
        if self.spoiled.never_asked == Some(verb) {
            return;
        }
        let invoked = Event::VerbInvoked {
            verb,
            id,
            at,
            about: Box::new(about.clone()),
        };
        self.observe(Duration::ZERO, actor, invoked);
        if self.spoiled.endless == Some(verb) {
            return;
        }
        let outcome = match &self.spoiled.ends {
            Some((spoiled, outcome)) if *spoiled == verb => outcome.clone(),
            _ => VerbOutcome::Done,
        };
        let after = match verb {
            Verb::FailOver => FAIL_OVER,
            Verb::FailBack => FAIL_BACK,
            _ => SOON,
        };
        let registrar = match verb {
            Verb::FailOver => Some(Pool::Backup),
            Verb::FailBack => Some(Pool::Primary),
            _ => None,
        };
        if let Some(pool) = registrar {
            for agent in self.primarys.clone() {
                self.observe(
                    after + SOON,
                    &agent,
                    Event::Registered {
                        pool,
                        expires: None,
                        others: 0,
                    },
                );
            }
        }
        let ended = Event::VerbEnded {
            verb,
            id,
            at,
            about: Box::new(about),
            outcome,
            rows: None,
        };
        self.observe(after, actor, ended);
    }

    /// A sample of each probe. The only fault that this lab knows is the death of the primary.
    fn probe(&mut self) {
        self.probes_see_fault = match self.spoiled.blind_to {
            Some(Blindness::Faults) => false,
            Some(Blindness::Healing) => self.injected > 0,
            None => !self.in_force.is_empty(),
        };
        let primary = match self.probes_see_fault {
            true => Reach::Closed,
            false => Reach::Reached,
        };
        for at in HostName::PAIRED {
            let others = || HostName::PAIRED.into_iter().filter(|host| *host != at);
            let probed = Event::Probed {
                hosts: others().map(|host| (host, Reach::Reached)).collect(),
                heard: others().collect(),
                pools: [(Pool::Primary, primary), (Pool::Backup, Reach::Reached)]
                    .into_iter()
                    .collect(),
                database: None,
            };
            self.observe(Duration::ZERO, at.word(), probed);
        }
        self.enter(PROBING, Entry::Probing);
    }
}

/// What a telephone that chatters says of its call, and says again.
fn tells(call: &str) -> Event {
    Event::MediaGap {
        call: call.to_owned(),
        from: SocketAddr::from(([198, 18, 0, 1], 20_000)),
        gap_us: 1,
    }
}

impl Lab for FakeLab {
    fn kind(&self) -> LabKind {
        LabKind::Sim
    }

    fn now(&self) -> Now {
        self.now
    }

    fn addresses(&self) -> BTreeMap<HostName, IpAddr> {
        let addresses = (1..).map(|last| IpAddr::V4(Ipv4Addr::new(198, 18, 0, last)));
        HostName::PAIRED.into_iter().zip(addresses).collect()
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), LabError> {
        let entry = (self.now, actor.to_owned(), command.clone());
        self.told.push(entry);
        match command {
            Command::Call { to, .. } => self.call(actor, to),
            Command::HangUp => self.hang_up(actor),
            Command::Behave(_) => {}
            verb => self.verb(actor, verb),
        }
        Ok(())
    }

    fn lacks(&self) -> Option<&LabError> {
        self.spoiled.lacks.as_ref()
    }

    fn inject(&mut self, fault: &Fault) -> Result<FaultId, LabError> {
        if let Some(error) = self.spoiled.no_means.take() {
            return Err(error);
        }
        assert_eq!(fault.kind, FaultKind::KILL);
        // One of everything that runs is a restart.
        let is_pool = Pool::BOTH.iter().any(|pool| fault.hosts == [pool.host()]);
        assert!(is_pool || fault.hosts.len() >= 3);
        self.injected += 1;
        let id = FaultId(self.injected);
        self.in_force.insert(id, fault.clone());
        Ok(id)
    }

    fn heal(&mut self, fault: FaultId) -> Result<(), LabError> {
        let healed = self.in_force.remove(&fault);
        healed.map(drop).ok_or(LabError::UnknownFault(fault))
    }

    fn next(&mut self, until: Now) -> Result<Option<Observed>, LabError> {
        loop {
            let broken = self.spoiled.broken_after.map(|after| Now::ZERO + after);
            if broken.is_some_and(|broken| self.now >= broken) {
                return Err(LabError::UnknownActor("a wire came loose".to_owned()));
            }
            let due = self.agenda.first_key_value().map(|((at, _), _)| *at);
            if due.is_none_or(|due| due > until) {
                self.now = self.now.max(until);
                return Ok(None);
            }
            let Some(((at, _), entry)) = self.agenda.pop_first() else {
                return Ok(None);
            };
            self.now = self.now.max(at);
            match entry {
                Entry::Probing => self.probe(),
                Entry::Observe(host, event) => {
                    if matches!(event, Event::MediaGap { .. }) {
                        self.observe(Duration::from_micros(10), &host, event.clone());
                    }
                    self.now = self.now.max(at + self.spoiled.late);
                    let clock = Clock::Virtual;
                    return Ok(Some(Observed {
                        at,
                        clock,
                        host,
                        event,
                    }));
                }
            }
        }
    }
}
