//! Machines that exist in memory only. They do at once what they are told, and write it down; time
//! passes only while nothing comes from them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use actors::{Command, RunEnd, RunRequest};
use lab::control::{ActorsConfig, HolderConfig, Order, Report, Stamped};
use lab::remote::{Machines, ProcessEvent, ProcessId, RemoteSpec};
use lab::{Addresses, LabError, RemoteLab};
use model::host::HostName;
use model::impairment::Links;
use model::journal::Event;
use model::reach::Reach;
use model::topology::Pool;
use model::walk::{LabKind, Timing};
use node::Now;
use serde_json::{from_value, json};

/// How often the probes tell what they find.
const SAMPLE_EVERY: Duration = Duration::from_millis(250);

/// What was done to the machines, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    Kill(HostName),
    Restart(HostName),
    Freeze(HostName),
    Thaw(HostName),
    Cut(HostName, HostName),
    Heal(HostName, HostName),
    /// A command was run, for a pool's host.
    Run(HostName),
    /// An actor was told that nobody can say how its command ended, and why.
    NotRun(String),
    /// All probes told what they find.
    Probed,
    /// The lab has given them up, for it hears nothing of them.
    NotHeard,
    Removed,
}

/// The machines, as the test sees them.
#[derive(Clone)]
pub(crate) struct Observer(Rc<RefCell<State>>);

/// The machines, as the lab has them.
pub(crate) struct FakeMachines(Rc<RefCell<State>>);

/// What holders do not do.
#[derive(Default)]
pub(crate) struct Unwilling {
    /// It answers no order.
    pub(crate) deaf: Option<HostName>,
    /// It says that it cannot cut anything.
    pub(crate) refusing: Option<HostName>,
    /// It never opens its ports.
    pub(crate) asleep: Option<HostName>,
    /// What runs there cannot be killed, or frozen: nobody has the right.
    pub(crate) protected: Option<HostName>,
    /// Nothing is heard of any of them.
    pub(crate) silent: bool,
}

struct State {
    began: Instant,
    now: Instant,
    next_sample: Instant,
    unwilling: Unwilling,
    orders: u64,
    dead: BTreeSet<HostName>,
    cut: BTreeSet<(HostName, HostName)>,
    probing: Vec<HostName>,
    events: VecDeque<ProcessEvent>,
    done: Vec<Done>,
}

impl FakeMachines {
    pub(crate) fn new(unwilling: Unwilling) -> (FakeMachines, Observer) {
        let began = Instant::now();
        let state = Rc::new(RefCell::new(State {
            began,
            now: began,
            next_sample: began + SAMPLE_EVERY,
            unwilling,
            orders: 0,
            dead: BTreeSet::new(),
            cut: BTreeSet::new(),
            probing: Vec::new(),
            events: VecDeque::new(),
            done: Vec::new(),
        }));
        (FakeMachines(Rc::clone(&state)), Observer(state))
    }
}

impl Observer {
    /// What was done since this was last asked, but for what probes told.
    pub(crate) fn take(&self) -> Vec<Done> {
        let mut done = self.take_all();
        done.retain(|done| *done != Done::Probed);
        done
    }

    /// What was done since this was last asked.
    pub(crate) fn take_all(&self) -> Vec<Done> {
        std::mem::take(&mut self.0.borrow_mut().done)
    }

    /// How long the lab has waited in all.
    pub(crate) fn waited(&self) -> Duration {
        let state = self.0.borrow();
        state.now - state.began
    }

    /// A process ends.
    pub(crate) fn end(&self, process: ProcessId, why: &str) {
        let why = why.to_owned();
        let ended = ProcessEvent::Ended { process, why };
        self.0.borrow_mut().events.push_back(ended);
    }

    /// An actor wants a command run, for this pool.
    pub(crate) fn want_run(&self, at: Pool) {
        let request = json!({
            "at": at,
            "invocation": { "path": "here", "arguments": [], "timeout": "1s" },
        });
        let report = Report::Run {
            actor: "administrator".to_owned(),
            id: 1,
            request: from_value(request).unwrap(),
        };
        let actors = ProcessId::workload(HostName::CLIENTS);
        self.0.borrow_mut().report(actors, report);
    }

    /// From now on this holder does what it is told, or does not.
    pub(crate) fn set(&self, unwilling: Unwilling) {
        self.0.borrow_mut().unwilling = unwilling;
    }
}

impl State {
    fn report(&mut self, process: ProcessId, report: Report) {
        let t_us = u64::try_from((self.now - self.began).as_micros()).unwrap();
        self.events.push_back(ProcessEvent::Report {
            process,
            arrived: self.now,
            stamped: Stamped { t_us, report },
        });
    }

    fn ready(&mut self, process: ProcessId) {
        if self.unwilling.asleep != Some(process.host) {
            let addresses = Vec::new();
            self.report(process, Report::Ready { addresses });
        }
    }

    /// Each probe tells what it finds.
    fn probe(&mut self) {
        if self.unwilling.silent {
            return;
        }
        for by in self.probing.clone() {
            let event = self.found(by);
            let host = by.to_string();
            self.report(ProcessId::holder(by), Report::Observed { host, event });
        }
        self.done.push(Done::Probed);
    }

    fn found(&self, by: HostName) -> Event {
        let passes = |from, to| !self.cut.contains(&(from, to));
        let others = self.probing.iter().copied().filter(|host| *host != by);
        let reach = |host| match passes(by, host) && passes(host, by) {
            true => Reach::Reached,
            false => Reach::Silent,
        };
        let pools = Pool::BOTH.map(|pool| match reach(pool.host()) {
            Reach::Reached if self.dead.contains(&pool.host()) => (pool, Reach::Closed),
            reach => (pool, reach),
        });
        Event::Probed {
            hosts: others.clone().map(|host| (host, reach(host))).collect(),
            heard: others.filter(|host| passes(*host, by)).collect(),
            pools: BTreeMap::from(pools).into(),
            database: None,
        }
    }

    fn check_right(&self, what: &'static str, host: HostName) -> Result<(), LabError> {
        let why = "it is not permitted".to_owned();
        match self.unwilling.protected == Some(host) {
            true => Err(LabError::NoMeans { what, host, why }),
            false => Ok(()),
        }
    }

    fn host_at(&self, address: IpAddr) -> HostName {
        let addresses = addresses();
        let mut all = addresses.all().iter();
        *all.find(|(_, at)| **at == address).unwrap().0
    }
}

fn addresses() -> Addresses {
    Addresses::around(Ipv4Addr::new(198, 18, 7, 0), &spec().topology)
}

impl Machines for FakeMachines {
    fn kind(&self) -> LabKind {
        LabKind::External
    }

    fn addresses(&self) -> Addresses {
        addresses()
    }

    fn start_holders(&mut self, holders: Vec<HolderConfig>) -> Result<(), LabError> {
        let mut state = self.0.borrow_mut();
        for holder in holders {
            state.probing.push(holder.host);
            state.ready(ProcessId::holder(holder.host));
        }
        Ok(())
    }

    fn start_servers(&mut self, _: &[HostName]) -> Result<(), LabError> {
        Ok(())
    }

    fn start_actors(&mut self, host: HostName, _: &ActorsConfig) -> Result<(), LabError> {
        self.0.borrow_mut().ready(ProcessId::workload(host));
        Ok(())
    }

    fn run(&mut self, _: String, _: u64, request: RunRequest) -> Result<(), LabError> {
        let run = Done::Run(request.at);
        self.0.borrow_mut().done.push(run);
        Ok(())
    }

    fn kill(&mut self, host: HostName) -> Result<(), LabError> {
        let mut state = self.0.borrow_mut();
        state.check_right("kill what runs on it", host)?;
        state.dead.insert(host);
        state.done.push(Done::Kill(host));
        Ok(())
    }

    fn restart(&mut self, host: HostName) -> Result<(), LabError> {
        let mut state = self.0.borrow_mut();
        state.dead.remove(&host);
        state.done.push(Done::Restart(host));
        Ok(())
    }

    fn freeze(&mut self, host: HostName) -> Result<(), LabError> {
        let mut state = self.0.borrow_mut();
        state.check_right("freeze what runs on it", host)?;
        state.done.push(Done::Freeze(host));
        Ok(())
    }

    fn thaw(&mut self, host: HostName) -> Result<(), LabError> {
        self.0.borrow_mut().done.push(Done::Thaw(host));
        Ok(())
    }

    fn tell(&mut self, process: ProcessId, order: &Order) -> Result<u64, LabError> {
        let mut state = self.0.borrow_mut();
        state.orders += 1;
        let (number, host) = (state.orders, process.host);
        if state.unwilling.deaf == Some(host) {
            return Ok(number);
        }
        let mut error = None;
        match order {
            Order::Cut { .. } if state.unwilling.refusing == Some(host) => {
                error = Some("it may not".to_owned());
            }
            Order::Cut { peer, .. } => {
                let peer = state.host_at(*peer);
                assert!(state.cut.insert((host, peer)), "it is cut already");
                state.done.push(Done::Cut(host, peer));
            }
            Order::Heal { peer } => {
                let peer = state.host_at(*peer);
                assert!(state.cut.remove(&(host, peer)), "it is not cut");
                state.done.push(Done::Heal(host, peer));
            }
            Order::Command {
                command:
                    Command::Ran {
                        end: RunEnd::Unknown { why },
                        ..
                    },
                ..
            } => state.done.push(Done::NotRun(why.clone())),
            _ => {}
        }
        let order = number;
        state.report(process, Report::Done { order, error });
        Ok(number)
    }

    fn receive(&mut self, limit: Duration) -> Result<Option<ProcessEvent>, LabError> {
        let mut state = self.0.borrow_mut();
        if let Some(event) = state.events.pop_front() {
            return Ok(Some(event));
        }
        let wait = limit.min(state.next_sample - state.now);
        state.now += wait;
        if state.now == state.next_sample {
            state.next_sample += SAMPLE_EVERY;
            state.probe();
        }
        Ok(state.events.pop_front())
    }

    fn now(&self) -> Instant {
        self.0.borrow().now
    }

    fn are_not_heard(&mut self) {
        self.0.borrow_mut().done.push(Done::NotHeard);
    }

    fn remove(&mut self, _: Now) {
        self.0.borrow_mut().done.push(Done::Removed);
    }
}

/// All hosts: those of the pools and clients, and a witness.
pub(crate) fn hosts() -> Vec<HostName> {
    spec().topology.host_names().collect()
}

/// Two pools, an agent, a caller, and a host that belongs to neither pool.
pub(crate) fn spec() -> RemoteSpec {
    let topology = json!({
        "topology": "small",
        "about": "One agent, one caller.",
        "agents": [{ "name": "paul", "home": "primary" }],
        "callers": [{ "name": "rita" }],
        "groups": [
            { "name": "sales", "owner": "primary", "calls": "regular", "members": ["paul"] },
        ],
        "hosts": [{ "name": "witness", "site": "neither" }],
    });
    RemoteSpec {
        topology: from_value(topology).unwrap(),
        timing: Timing::default(),
        links: Links::default(),
        background: None,
        target: None,
        seed: 1,
        cancelled: Default::default(),
    }
}

/// A lab that is well, and what is done to its machines from now on.
pub(crate) fn lab() -> (RemoteLab<FakeMachines>, Observer) {
    let (machines, observer) = FakeMachines::new(Unwilling::default());
    let lab = RemoteLab::new(machines, &spec()).unwrap();
    observer.take_all();
    (lab, observer)
}
