//! The lab on machines that run elsewhere: injecting, healing, and waiting for the next
//! observation.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::{Duration, Instant};

use actors::Command;
use model::fault::{Action, Fault};
use model::host::HostName;
use model::topology::Pool;
use model::walk::LabKind;
use node::Now;
use tokio_util::sync::CancellationToken;

use super::clock::RemoteClock;
use super::inbox::{Inbox, WantedRun};
use super::machine_fault::{cuts, dark, without};
use super::machines::{Machines, ProcessEvent};
use super::process_id::ProcessId;
use super::setup::RemoteSpec;
use crate::contract::ADMINISTRATOR;
use crate::control::Order;
use crate::in_force::FaultsInForce;
use crate::run_here::out_of_reach;
use crate::{Addresses, FaultId, Lab, LabError, Observed};

/// How long holders and actors may take to open their ports.
const TO_BE_READY: Duration = Duration::from_secs(30);

/// How long it may take until probes see that a host is silent, or that its pool is up again.
const TO_BE_SEEN: Duration = Duration::from_secs(10);

/// How long nothing may be heard of any host, whose probes tell every second or so what they find.
const SILENT_FOR: Duration = Duration::from_secs(15);

/// How soon it is noticed that nobody wants the lab any more.
const TO_NOTICE: Duration = Duration::from_millis(200);

/// A lab on machines that run elsewhere. Dropped, it has them removed.
pub struct RemoteLab<M: Machines> {
    pub(super) machines: M,
    pub(super) addresses: Addresses,
    pub(super) inbox: Inbox,
    /// The hosts that a pool or a database runs on.
    servers: Vec<HostName>,
    /// The processes that take orders.
    processes: BTreeSet<ProcessId>,
    /// The names of all actors.
    actors: BTreeSet<String>,
    clock: RemoteClock,
    /// When something was last heard of any host.
    heard: Option<Instant>,
    cancelled: CancellationToken,
    /// What the walk asks for and cannot be done here.
    lacks: Option<LabError>,
    in_force: FaultsInForce,
}

impl<M: Machines> RemoteLab<M> {
    /// A lab with everybody in it. When this returns, holders and actors run and the servers have
    /// been started; whether those are well is for probes to see.
    ///
    /// # Errors
    ///
    /// [`LabError::TooManyActors`], and whatever the machines cannot do. They are removed then.
    pub fn new(machines: M, spec: &RemoteSpec) -> Result<RemoteLab<M>, LabError> {
        let mut lab = RemoteLab {
            addresses: machines.addresses(),
            clock: RemoteClock::new(machines.now()),
            inbox: Inbox::default(),
            servers: Vec::new(),
            processes: BTreeSet::new(),
            actors: BTreeSet::new(),
            heard: None,
            cancelled: spec.cancelled.clone(),
            lacks: None,
            in_force: FaultsInForce::among(spec.topology.host_names()),
            machines,
        };
        lab.start(spec)?;
        Ok(lab)
    }

    fn start(&mut self, spec: &RemoteSpec) -> Result<(), LabError> {
        spec.check()?;
        let hosts: Vec<HostName> = spec.topology.host_names().collect();
        let holders = hosts.iter().map(|host| spec.holder(*host, &self.addresses));
        self.machines.start_holders(holders.collect())?;
        self.processes
            .extend(hosts.iter().copied().map(ProcessId::holder));
        let machines = &self.machines;
        let servers = hosts
            .into_iter()
            .filter(|host| machines.has_server(*host))
            .collect();
        self.servers = servers;
        let is_paired = |host: &HostName| HostName::PAIRED.contains(host);
        let (paired, further): (Vec<_>, Vec<_>) = self.servers.iter().partition(|h| is_paired(h));
        // Each finds there what it needs of those before.
        for host in further {
            self.machines.start_servers(&[host])?;
        }
        self.machines.start_servers(&paired)?;
        // What holders say sets the lab's zero, which actors must know: they tell when media came.
        self.await_ready()?;
        let actors = spec.actors(&self.addresses, self.clock.epoch_us());
        self.machines.start_actors(HostName::CLIENTS, &actors)?;
        self.processes
            .insert(ProcessId::workload(HostName::CLIENTS));
        let names = actors.actors.into_iter().map(|actor| actor.name);
        self.actors = names.chain([ADMINISTRATOR.to_owned()]).collect();
        self.await_ready()?;
        if let Some(impairment) = spec.links.pools {
            self.lacks = self.impair(&Pool::BOTH.map(Pool::host), impairment)?;
        }
        Ok(())
    }

    /// Waits until all holders and actors that were started have opened their ports.
    fn await_ready(&mut self) -> Result<(), LabError> {
        let processes = self.processes.clone();
        self.until(
            TO_BE_READY,
            |inbox| inbox.are_ready(&processes),
            || "holders and actors to open their ports".to_owned(),
        )
    }

    /// Listens until something holds.
    pub(super) fn until(
        &mut self,
        limit: Duration,
        holds: impl Fn(&Inbox) -> bool,
        what: impl FnOnce() -> String,
    ) -> Result<(), LabError> {
        let deadline = self.machines.now() + limit;
        while !holds(&self.inbox) {
            let left = deadline.saturating_duration_since(self.machines.now());
            if left.is_zero() {
                let seconds = limit.as_secs();
                let what = what();
                return Err(LabError::TimedOut { seconds, what });
            }
            self.listen(left)?;
        }
        Ok(())
    }

    /// Takes in what has arrived; if that is nothing, waits for something as long as `limit`.
    fn listen(&mut self, limit: Duration) -> Result<(), LabError> {
        let mut next = self.receive(limit)?;
        while let Some(event) = next {
            self.inbox.take(event, &mut self.clock)?;
            next = self.machines.receive(Duration::ZERO)?;
        }
        while let Some(wanted) = self.inbox.next_run() {
            self.run(wanted)?;
        }
        Ok(())
    }

    /// Waits for what is said next, for as long as `limit` and as somebody wants to know.
    fn receive(&mut self, limit: Duration) -> Result<Option<ProcessEvent>, LabError> {
        let deadline = self.machines.now() + limit;
        loop {
            if self.cancelled.is_cancelled() {
                return Err(LabError::Cancelled);
            }
            let left = deadline.saturating_duration_since(self.machines.now());
            let event = self.machines.receive(left.min(TO_NOTICE))?;
            let now = self.machines.now();
            match (&event, self.heard) {
                (Some(_), _) => self.heard = Some(now),
                (None, Some(heard)) if now.saturating_duration_since(heard) > SILENT_FOR => {
                    self.machines.are_not_heard();
                    let seconds = SILENT_FOR.as_secs();
                    return Err(LabError::Silent { seconds });
                }
                (None, _) if left <= TO_NOTICE => {}
                (None, _) => continue,
            }
            return Ok(event);
        }
    }

    /// Has a command run for an actor. Whoever gives it sits where the actors are: a host that is cut
    /// off from there is reached by no command, though its machine could be.
    fn run(&mut self, wanted: WantedRun) -> Result<(), LabError> {
        let WantedRun { actor, id, request } = wanted;
        if !self.in_force.separate(HostName::CLIENTS, request.at) {
            return self.machines.run(actor, id, request);
        }
        let end = out_of_reach();
        let command = Command::Ran { id, end };
        let actors = ProcessId::workload(HostName::CLIENTS);
        self.machines
            .tell(actors, &Order::Command { actor, command })?;
        Ok(())
    }

    /// All hosts of the lab.
    fn hosts(&self) -> Vec<HostName> {
        self.addresses.all().keys().copied().collect()
    }

    fn carry_out(&mut self, action: Action) -> Result<(), LabError> {
        match action {
            Action::Kill(host) | Action::PowerOff(host) => self.machines.kill(host),
            Action::Freeze(host) => self.machines.freeze(host),
            Action::Cut { .. } => Ok(()),
        }
    }

    fn undo(&mut self, action: Action) -> Result<(), LabError> {
        match action {
            Action::Kill(host) => self.machines.restart(host),
            Action::Freeze(host) => self.machines.thaw(host),
            Action::PowerOff(host) => {
                self.machines.restart(host)?;
                self.await_answer(host)
            }
            Action::Cut { .. } => Ok(()),
        }
    }

    /// Waits until every probe sees that this host is silent. Only then its server may die: what a
    /// dying server says must not be heard.
    fn await_silence(&mut self, dark: HostName) -> Result<(), LabError> {
        let hosts = self.hosts();
        self.until(
            TO_BE_SEEN,
            |inbox| hosts.iter().all(|host| inbox.is_deaf_to(*host, dark)),
            || format!("all probes to find host {dark} silent"),
        )
    }

    /// Waits until the pool of a host that is still cut off answers its own host's probe. A
    /// database is not waited for here: its pool waits for it.
    fn await_answer(&mut self, host: HostName) -> Result<(), LabError> {
        let Some(pool) = Pool::BOTH.into_iter().find(|pool| pool.host() == host) else {
            return Ok(());
        };
        self.inbox.forget_probe(host);
        self.until(
            TO_BE_SEEN,
            |inbox| inbox.is_up(pool),
            || format!("the {pool} pool to answer on its own host"),
        )
    }
}

impl<M: Machines> Lab for RemoteLab<M> {
    fn kind(&self) -> LabKind {
        self.machines.kind()
    }

    fn now(&self) -> Now {
        self.clock.now(self.machines.now())
    }

    fn addresses(&self) -> BTreeMap<HostName, IpAddr> {
        self.addresses.all().clone()
    }

    fn lacks(&self) -> Option<&LabError> {
        self.lacks.as_ref()
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), LabError> {
        let actor = actor.to_owned();
        if !self.actors.contains(&actor) {
            return Err(LabError::UnknownActor(actor));
        }
        let actors = ProcessId::workload(HostName::CLIENTS);
        let order = Order::Command { actor, command };
        self.machines.tell(actors, &order)?;
        Ok(())
    }

    fn inject(&mut self, fault: &Fault) -> Result<FaultId, LabError> {
        let has_server = |host| self.servers.contains(&host);
        let actions = self.in_force.check(fault, has_server)?;
        let before = self.in_force.actions();
        let all = [&before[..], &actions].concat();
        let hosts = self.hosts();
        let new = without(cuts(&all, &hosts), &cuts(&before, &hosts));
        self.cut(&new)?;
        for host in dark(&actions) {
            self.await_silence(host)?;
        }
        for done in 0..actions.len() {
            let Err(error) = self.carry_out(actions[done]) else {
                continue;
            };
            if let LabError::NoMeans { .. } = error {
                // It may have been carried out in part.
                for action in actions[..=done].iter().rev() {
                    self.undo(*action)?;
                }
                self.heal_links(new.into_keys().collect())?;
            }
            return Err(error);
        }
        Ok(self.in_force.add(actions))
    }

    fn heal(&mut self, fault: FaultId) -> Result<(), LabError> {
        let before = cuts(&self.in_force.actions(), &self.hosts());
        let actions = self.in_force.remove(fault)?;
        for action in actions.into_iter().rev() {
            self.undo(action)?;
        }
        let still = cuts(&self.in_force.actions(), &self.hosts());
        self.heal_links(without(before, &still).into_keys().collect())
    }

    fn next(&mut self, until: Now) -> Result<Option<Observed>, LabError> {
        loop {
            // What has arrived already comes first, even if `until` has passed meanwhile.
            self.listen(Duration::ZERO)?;
            if let Some(observed) = self.inbox.next() {
                return Ok(Some(observed));
            }
            let left = until.since(self.now());
            if left.is_zero() {
                return Ok(None);
            }
            self.listen(left)?;
        }
    }
}

impl<M: Machines> Drop for RemoteLab<M> {
    fn drop(&mut self) {
        let now = self.now();
        self.machines.remove(now);
    }
}
