//! What has been observed so far, as far as the way through the stages depends on it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use lab::Observed;
use model::journal::event::{Event, Reach};
use model::topology::{Host, Pool};
use model::verb::VerbOutcome;
use node::Now;

/// What has been observed so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    probes: BTreeMap<Host, (Now, Findings)>,
    registered: BTreeMap<String, Pool>,
    calls: BTreeMap<String, Call>,
    verbs: BTreeMap<u64, VerbState>,
}

/// What a probe found last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    pub(crate) hosts: BTreeMap<Host, Reach>,
    pub(crate) heard: Vec<Host>,
    pub(crate) pools: BTreeMap<Pool, Reach>,
    pub(crate) database: Option<Reach>,
}

/// How far a verb has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VerbState {
    /// It was invoked.
    Invoked,
    /// It has ended.
    Ended(VerbOutcome),
}

/// The call that a party placed last.
#[derive(Debug)]
struct Call {
    name: String,
    phase: Phase,
    /// Where media comes from.
    flows: BTreeSet<SocketAddr>,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Placed,
    Answered,
    Over,
}

impl Seen {
    /// Takes note of an observation.
    pub(crate) fn observe(&mut self, observed: &Observed) {
        let who = observed.host.as_str();
        match &observed.event {
            Event::Probed {
                hosts,
                heard,
                pools,
                database,
            } => {
                let findings = Findings {
                    hosts: hosts.clone(),
                    heard: heard.clone(),
                    pools: pools.clone(),
                    database: *database,
                };
                let mut all = Host::ALL.into_iter();
                if let Some(host) = all.find(|host| host.word() == who) {
                    self.probed(observed.at, host, findings);
                }
            }
            Event::Registered { pool } => {
                self.registered.insert(who.to_owned(), *pool);
            }
            Event::NotRegistered { .. } => {
                self.registered.remove(who);
            }
            Event::VerbInvoked { id, .. } => {
                self.verbs.insert(*id, VerbState::Invoked);
            }
            Event::VerbEnded { id, outcome, .. } => {
                self.verbs.insert(*id, VerbState::Ended(outcome.clone()));
            }
            event => self.follow_call(who, event),
        }
    }

    fn follow_call(&mut self, who: &str, event: &Event) {
        if let Event::Placed { call, .. } = event {
            let call = Call {
                name: call.clone(),
                phase: Phase::Placed,
                flows: BTreeSet::new(),
            };
            self.calls.insert(who.to_owned(), call);
            return;
        }
        let Some(placed) = self.calls.get_mut(who) else {
            return;
        };
        match event {
            Event::Answered { call, .. } if *call == placed.name => placed.phase = Phase::Answered,
            Event::Failed { call, .. } | Event::Ended { call, .. } if *call == placed.name => {
                placed.phase = Phase::Over;
            }
            Event::MediaStarted { call, from, .. } if *call == placed.name => {
                placed.flows.insert(*from);
            }
            Event::MediaEnded { call, from, .. } if *call == placed.name => {
                placed.flows.remove(from);
            }
            _ => {}
        }
    }

    /// A probe's record.
    pub(crate) fn probed(&mut self, at: Now, host: Host, findings: Findings) {
        self.probes.insert(host, (at, findings));
    }

    /// What the probe on `host` found last, and when it said so.
    pub(crate) fn probe(&self, host: Host) -> Option<&(Now, Findings)> {
        self.probes.get(&host)
    }

    /// Where an agent is registered.
    pub(crate) fn registered(&self, agent: &str) -> Option<Pool> {
        self.registered.get(agent).copied()
    }

    /// How far a verb has come; nothing if it was not invoked yet.
    pub(crate) fn verb(&self, id: u64) -> Option<&VerbState> {
        self.verbs.get(&id)
    }

    /// Whether the call that a party placed last is answered, goes on, and has media.
    pub(crate) fn has_call(&self, party: &str) -> bool {
        let call = self.calls.get(party);
        call.is_some_and(|call| call.phase == Phase::Answered && !call.flows.is_empty())
    }
}
