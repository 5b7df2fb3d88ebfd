//! The lab of pools that run already: who is in it, and waiting for the next observation.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use actors::{Command, Commands, Probe, RunRequest, TargetAdapter};
use model::fault::{Fault, FaultKind};
use model::host::HostName;
use model::journal::event::Clock as Stamp;
use model::topology::Pool;
use model::walk::LabKind;
use node::Now;
use node::sockets::{Clock, Listen, Sockets, SocketsError};
use target::running::NamedCommand;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::machines::Machines;
use super::means::lacks;
use super::spec::ExternalSpec;
use crate::control::{Report, Stamped};
use crate::in_force::FaultsInForce;
use crate::process::actors::RunningActors;
use crate::process::reports::ReportQueue;
use crate::process::seed::Seed;
use crate::run_here::{out_of_reach, run_here, told};
use crate::{Addresses, FaultId, Lab, LabError, Observed};

/// How many threads carry the actors.
const THREADS: usize = 2;

/// How long what is still being done may take when the lab is given up.
const TO_END: Duration = Duration::from_secs(1);

/// A lab of pools that run already. Dropped, it mends what it broke, and all actors hang up.
pub struct ExternalLab {
    addresses: Addresses,
    machines: Machines,
    clock: Clock,
    /// What the walk asks for and cannot be had here. Then nobody is in the lab.
    lacks: Option<LabError>,
    clients: Option<Clients>,
    /// Tells that nobody wants the lab any more.
    cancelled: CancellationToken,
    in_force: FaultsInForce,
    /// The hosts that each fault has broken, and that are not mended yet.
    broken: BTreeMap<FaultId, (FaultKind, Vec<HostName>)>,
    /// What was observed, and nobody has asked after yet.
    observed: VecDeque<Observed>,
    /// With what pools were provisioned.
    _files: Vec<TempDir>,
    /// Dropped last.
    runtime: Option<Runtime>,
}

/// Whoever is on this machine.
struct Clients {
    actors: RunningActors,
    probe: JoinHandle<()>,
    reports: ReportQueue,
    waiting: mpsc::Receiver<Stamped>,
}

impl ExternalLab {
    /// Provisions the pools, and lets everybody in. Whether the pools are well is for the probe to see.
    /// Of a walk that the target has not the means for, nothing is begun.
    ///
    /// # Errors
    ///
    /// [`LabError::TooManyActors`]; [`LabError::Machines`] if the pools cannot be provisioned, or a port of
    /// this machine is not to be had.
    pub fn new(spec: &ExternalSpec) -> Result<ExternalLab, LabError> {
        spec.actors.check()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .enable_all()
            .build()
            .map_err(|error| LabError::Machines(error.to_string()))?;
        let machines = Machines {
            running: spec.running.clone(),
            target: Arc::clone(&spec.target),
            secrets: spec.secrets.clone(),
            broken: spec.broken.clone(),
            directory: spec.directory.clone(),
            runtime: runtime.handle().clone(),
            cancelled: spec.actors.cancelled.clone(),
        };
        let lacks = lacks(&spec.running, &spec.walk);
        let mut files = Vec::new();
        let mut clients = None;
        let mut clock = Clock::starting_now();
        if lacks.is_none() {
            for pool in Pool::BOTH {
                let rendered = spec.files.get(&pool).map_or(&[][..], Vec::as_slice);
                files.push(machines.provision(pool, rendered)?);
            }
            clock = Clock::starting_now();
            let started = runtime.block_on(Clients::start(spec, clock));
            clients = Some(started.map_err(|error| LabError::Machines(in_words(&error)))?);
        }
        let addresses = spec.addresses.clone();
        Ok(ExternalLab {
            in_force: FaultsInForce::among(addresses.all().keys().copied()),
            addresses,
            machines,
            clock,
            lacks,
            clients,
            cancelled: spec.actors.cancelled.clone(),
            broken: BTreeMap::new(),
            observed: VecDeque::new(),
            _files: files,
            runtime: Some(runtime),
        })
    }

    /// Takes in what has arrived; if that is nothing, waits for something as long as `limit`.
    fn listen(&mut self, limit: Duration) -> Result<(), LabError> {
        let cancelled = &self.cancelled;
        if cancelled.is_cancelled() {
            return Err(LabError::Cancelled);
        }
        let Some(clients) = &mut self.clients else {
            let waited = async { timeout(limit, cancelled.cancelled()).await };
            return match self.machines.runtime.block_on(waited) {
                Ok(()) => Err(LabError::Cancelled),
                Err(_) => Ok(()),
            };
        };
        clients.actors.look();
        let lost = clients.reports.lost();
        if lost > 0 {
            let why = format!("{lost} reports were lost: nobody read them in time");
            return Err(LabError::Machines(why));
        }
        let first = self.machines.runtime.block_on(async {
            tokio::select! {
                first = timeout(limit, clients.waiting.recv()) => first.unwrap_or_default(),
                () = cancelled.cancelled() => None,
            }
        });
        let rest = std::iter::from_fn(|| clients.waiting.try_recv().ok());
        let arrived: Vec<Stamped> = first.into_iter().chain(rest).collect();
        arrived
            .into_iter()
            .try_for_each(|stamped| self.take(stamped))
    }

    fn take(&mut self, Stamped { t_us, report }: Stamped) -> Result<(), LabError> {
        match report {
            Report::Observed { host, event } => self.observed.push_back(Observed {
                at: Now::from_micros(t_us),
                clock: Stamp::Monotonic,
                host,
                event,
            }),
            Report::Run { actor, id, request } => self.run(&actor, id, request),
            Report::Trouble { what } => return Err(LabError::Machines(what)),
            Report::Ready { .. } | Report::Done { .. } => {}
        }
        Ok(())
    }

    /// Has a command of a verb run. A host that is cut off from here is reached by no command, though its
    /// machine could be.
    fn run(&self, actor: &str, id: u64, RunRequest { at, invocation }: RunRequest) {
        let clients = self.clients.as_ref();
        let Some(teller) = clients.and_then(|clients| clients.actors.teller(actor)) else {
            return;
        };
        let is_cut_off = self.in_force.separate(HostName::CLIENTS, at);
        let (secrets, directory) = (
            self.machines.secrets.clone(),
            self.machines.directory.clone(),
        );
        self.machines.runtime.spawn(async move {
            let end = match invocation.reveal(&secrets) {
                _ if is_cut_off => out_of_reach(),
                Ok(command) => {
                    let limit = invocation.timeout.get();
                    told(run_here(&command, Some(&directory), limit).await, &secrets)
                }
                Err(error) => told(Err(error.to_string()), &secrets),
            };
            // Nobody waits for it any more if the actor is gone.
            let _ = teller.send(Command::Ran { id, end }).await;
        });
    }

    /// Mends all that is left of a fault, the host that was broken last first. One that cannot be mended keeps no
    /// other from being.
    fn mend(&mut self, id: FaultId) -> Result<(), LabError> {
        let Some((kind, hosts)) = self.broken.remove(&id) else {
            return Ok(());
        };
        let mends = self.machines.running.commands.of(kind);
        let Some((
            _,
            NamedCommand {
                command: Some(command),
                ..
            },
        )) = mends
        else {
            return Ok(());
        };
        let (mut left, mut reasons) = (Vec::new(), Vec::new());
        for host in hosts.into_iter().rev() {
            if let Err(why) = self.machines.mend(host, kind, command) {
                left.insert(0, host);
                reasons.push(format!(
                    "host {host} is still broken (`{kind}`), and is to be mended by hand: {why}"
                ));
            }
        }
        if left.is_empty() {
            return Ok(());
        }
        self.broken.insert(id, (kind, left));
        Err(LabError::Machines(reasons.join("; ")))
    }
}

impl Clients {
    async fn start(spec: &ExternalSpec, clock: Clock) -> Result<Clients, SocketsError> {
        let (reports, waiting) = ReportQueue::taken(clock);
        let config = spec.actors.actors(&spec.addresses, 0);
        let seed = Seed::from(spec.actors.seed);
        let mut address_book = config.address_book.clone();
        address_book
            .probes
            .retain(|host, _| *host == HostName::CLIENTS);
        let own = spec.addresses.probe(HostName::CLIENTS);
        let sockets = Sockets::open(&Listen::at(own.ip()).udp([own.port()])).await?;
        let name = HostName::CLIENTS.to_string();
        let probe = Probe::new(HostName::CLIENTS, own, address_book.into(), seed.of(&name));
        let to = reports.clone();
        let report = move |now, event| {
            let host = name.clone();
            to.report_at(now, Report::Observed { host, event });
        };
        let (target, secrets) = (spec.target.as_ref().clone(), spec.secrets.clone());
        let adapter = TargetAdapter::new(target, secrets, spec.actors.timing);
        let adapter = Arc::new(adapter.with_commands(Commands::Run));
        let actors = RunningActors::start(clock, reports.clone(), &config, &adapter, &seed).await?;
        let probe = tokio::spawn(sockets.run_without_commands(probe, clock, report));
        Ok(Clients {
            actors,
            probe,
            reports,
            waiting,
        })
    }
}

impl Lab for ExternalLab {
    fn kind(&self) -> LabKind {
        LabKind::External
    }

    fn now(&self) -> Now {
        self.clock.now()
    }

    fn addresses(&self) -> BTreeMap<HostName, IpAddr> {
        self.addresses.all().clone()
    }

    fn probes(&self) -> BTreeSet<HostName> {
        BTreeSet::from([HostName::CLIENTS])
    }

    fn asked_by_sip(&self, pool: Pool) -> Option<(SocketAddr, SocketAddr)> {
        let from = self.addresses.probe(HostName::CLIENTS);
        Some((from, self.addresses.pool(pool).sip))
    }

    fn lacks(&self) -> Option<&LabError> {
        self.lacks.as_ref()
    }

    fn command(&mut self, actor: &str, command: Command) -> Result<(), LabError> {
        let actor = actor.to_owned();
        match &self.clients {
            None => Ok(()),
            Some(clients) if !clients.actors.has(&actor) => Err(LabError::UnknownActor(actor)),
            Some(clients) => {
                let told = clients.actors.command(actor, command);
                told.map_err(LabError::Machines)
            }
        }
    }

    /// A command that fails leaves nothing broken: what it may have done is undone.
    fn inject(&mut self, fault: &Fault) -> Result<FaultId, LabError> {
        let kind = fault.kind;
        let has_server = |host| self.machines.running.machine(host).is_some();
        let actions = self.in_force.check(fault, has_server)?;
        let no_means = |host, why| LabError::NoMeans {
            what: "be taken away",
            host,
            why,
        };
        let first = fault.hosts.first().copied().unwrap_or(HostName::PRIMARY);
        let commands = self.machines.running.commands.of(kind);
        let Some((
            NamedCommand {
                command: Some(breaks),
                ..
            },
            NamedCommand {
                command: Some(mends),
                ..
            },
        )) = commands
        else {
            let why = format!("the target's file has no command for the fault `{kind}`");
            return Err(no_means(first, why));
        };
        let id = self.in_force.add(actions);
        self.broken.insert(id, (kind, Vec::new()));
        for host in &fault.hosts {
            if let Some((_, hosts)) = self.broken.get_mut(&id) {
                hosts.push(*host);
            }
            if let Err(why) = self.machines.take_away(*host, kind, (breaks, mends)) {
                self.heal(id)?;
                return Err(match self.cancelled.is_cancelled() {
                    true => LabError::Cancelled,
                    false => no_means(*host, why),
                });
            }
        }
        Ok(id)
    }

    /// A fault that cannot be healed stays in force, and may be tried again.
    fn heal(&mut self, fault: FaultId) -> Result<(), LabError> {
        self.mend(fault)?;
        self.in_force.remove(fault).map(drop)
    }

    fn next(&mut self, until: Now) -> Result<Option<Observed>, LabError> {
        loop {
            // What has arrived already comes first, even if `until` has passed meanwhile.
            self.listen(Duration::ZERO)?;
            if let Some(observed) = self.observed.pop_front() {
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

impl Drop for ExternalLab {
    fn drop(&mut self) {
        let faults: Vec<FaultId> = self.broken.keys().copied().collect();
        for fault in faults.into_iter().rev() {
            // What stays broken is in the list of it.
            let _ = self.mend(fault);
        }
        let Some(runtime) = self.runtime.take() else {
            return;
        };
        if let Some(clients) = self.clients.take() {
            clients.probe.abort();
            runtime.block_on(clients.actors.end());
        }
        runtime.shutdown_timeout(TO_END);
    }
}

/// An error with its causes.
fn in_words(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let causes = causes.map(|cause| format!(": {cause}"));
    std::iter::once(error.to_string()).chain(causes).collect()
}
