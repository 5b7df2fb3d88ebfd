//! The actors of a drill, all in one process: agents, callers and the administrator.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actors::{
    ActorSpec, Administrator, Agent, Background, Caller, Command, Surroundings, TargetAdapter,
};
use model::journal::Event;
use node::sim::Link;
use node::sockets::{Clock, Listen, Sockets, SocketsError, Tls, take_all_descriptors};
use node::{Impaired, Node, Port};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinSet};
use tokio::time;

use super::ProcessError;
use super::reports::ReportQueue;
use super::seed::Seed;
use super::session::{Session, Streams};
use crate::contract::ADMINISTRATOR;
use crate::control::{ActorConfig, ActorRole, ActorsConfig, Order, Report};
use crate::impairment::of_datagrams;

/// How many commands wait for an actor at most.
const COMMANDS: usize = 64;

/// How long the actors have to hang up before they are gone.
const HANGING_UP: Duration = Duration::from_millis(500);

/// Runs the actors until `stop`, or until nobody gives orders any more; then all hang up. They ask
/// pools by `adapter`.
///
/// # Errors
///
/// [`ProcessError`].
pub async fn run(
    config: ActorsConfig,
    adapter: Arc<TargetAdapter>,
    seed: Seed,
    streams: Streams,
    stop: impl Future<Output = ()>,
) -> Result<(), ProcessError> {
    let clock = Clock::since(config.epoch_us).map_err(ProcessError::NoClock)?;
    let (reports, writer) = ReportQueue::open(clock, streams.reports);
    let running = RunningActors::start(clock, reports.clone(), &config, &adapter, &seed).await?;
    let addresses = vec![config.address];
    reports.report(Report::Ready { addresses });
    let RunningActors {
        commands,
        mut tasks,
        ..
    } = running;
    let session = Session::open(streams.orders, streams.heartbeat);
    let session = session.serve(stop, &reports, async |order| execute(&commands, order));
    let ended = tokio::select! {
        ended = session => ended,
        () = watch(&mut tasks) => Ok(()),
    };
    hang_up(&commands).await;
    tasks.shutdown().await;
    drop(reports);
    writer.end().await;
    Ok(ended?)
}

/// The actors that run, each on a task of its own.
pub(crate) struct RunningActors {
    clock: Clock,
    reports: ReportQueue,
    commands: BTreeMap<String, mpsc::Sender<Command>>,
    tasks: JoinSet<()>,
}

impl RunningActors {
    /// Starts them all, and has them report to `reports`.
    ///
    /// # Errors
    ///
    /// [`SocketsError`], if a port cannot be opened or the target's certificates are none.
    pub(crate) async fn start(
        clock: Clock,
        reports: ReportQueue,
        config: &ActorsConfig,
        adapter: &Arc<TargetAdapter>,
        seed: &Seed,
    ) -> Result<Self, SocketsError> {
        let mut running = RunningActors {
            clock,
            reports,
            commands: BTreeMap::new(),
            tasks: JoinSet::new(),
        };
        running.spawn_all(config, adapter, seed).await?;
        Ok(running)
    }

    /// Whether somebody of this name is among them.
    pub(crate) fn has(&self, actor: &str) -> bool {
        self.commands.contains_key(actor)
    }

    /// What tells an actor what to do, from wherever it is held.
    pub(crate) fn teller(&self, actor: &str) -> Option<mpsc::Sender<Command>> {
        self.commands.get(actor).cloned()
    }

    /// Tells an actor what to do.
    ///
    /// # Errors
    ///
    /// If there is no such actor, or it is too busy.
    pub(crate) fn command(&self, actor: String, command: Command) -> Result<(), String> {
        execute(&self.commands, Order::Command { actor, command })
    }

    /// A panic in an actor is a defect: it goes on here.
    pub(crate) fn look(&mut self) {
        while let Some(ended) = self.tasks.try_join_next() {
            resume_panic(ended);
        }
    }

    /// All hang up, and are gone.
    pub(crate) async fn end(mut self) {
        hang_up(&self.commands).await;
        self.tasks.shutdown().await;
    }

    async fn spawn_all(
        &mut self,
        config: &ActorsConfig,
        adapter: &Arc<TargetAdapter>,
        seed: &Seed,
    ) -> Result<(), SocketsError> {
        let tls = adapter.tls(&config.address_book)?;
        let address_book = Arc::new(adapter.of_telephones(config.address_book.clone()));
        let timing = config.timing;
        let behind = config.impairment.as_ref().map(of_datagrams);
        for actor in &config.actors {
            let spec = spec(actor, config, seed);
            let behind = behind.map(|link| (link, spec.seed));
            let at = At {
                listen: listen(&spec, tls.as_ref()),
                tls: tls.clone(),
            };
            let address_book = Arc::clone(&address_book);
            match actor.role {
                ActorRole::Caller { asks_first } => {
                    let caller = Caller::new(spec, address_book, timing, asks_first);
                    let caller = caller.of_target(adapter);
                    self.spawn_party(&actor.name, at, caller, behind).await?;
                }
                ActorRole::Agent { home, behaviour } => {
                    let adapter = Arc::clone(adapter);
                    let agent = Agent::new(spec, address_book, timing, home, behaviour, adapter);
                    self.spawn_party(&actor.name, at, agent, behind).await?;
                }
            }
        }
        if !config.background.is_empty() {
            take_all_descriptors();
        }
        for spec in &config.background {
            let name = spec.actor.to_string();
            let surroundings = Surroundings {
                address: config.address,
                address_book: &address_book,
                timing: &timing,
                adapter,
            };
            let seed = seed.of(&name);
            let node = Background::new(spec, surroundings, seed);
            let at = At {
                listen: Listen::at(config.address).udp(spec.ports()),
                tls: None,
            };
            let behind = behind.map(|link| (link, seed));
            self.spawn_party(&name, at, node, behind).await?;
        }
        let administrator = Administrator::new(address_book, Arc::clone(adapter));
        let at = At {
            listen: Listen::at(config.address),
            tls: None,
        };
        self.spawn(ADMINISTRATOR, at, administrator).await
    }

    /// Spawns somebody with a telephone, which may be behind an impaired link.
    async fn spawn_party<N>(
        &mut self,
        name: &str,
        at: At,
        node: N,
        behind: Option<(Link, [u8; 32])>,
    ) -> Result<(), SocketsError>
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        match behind {
            None => self.spawn(name, at, node).await,
            Some((link, seed)) => {
                let node = Impaired::new(node, link, seed);
                self.spawn(name, at, node).await
            }
        }
    }

    /// Opens an actor's ports, and runs it.
    async fn spawn<N>(&mut self, name: &str, at: At, node: N) -> Result<(), SocketsError>
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        let (actor, reports) = (name.to_owned(), self.reports.clone());
        let sockets = Sockets::open(&at.listen)
            .await?
            .with_runner(move |id, what| {
                // Nobody else writes what actors want run.
                if let Ok(request) = serde_json::from_slice(&what) {
                    let (actor, id) = (actor.clone(), id.0);
                    reports.report(Report::Run { actor, id, request });
                }
            });
        let sockets = match at.tls {
            None => sockets,
            Some(tls) => sockets.encrypted(tls),
        };
        let (sender, commands) = mpsc::channel(COMMANDS);
        self.commands.insert(name.to_owned(), sender);
        let (host, reports) = (name.to_owned(), self.reports.clone());
        let report = move |now, event| {
            let host = host.clone();
            reports.report_at(now, Report::Observed { host, event });
        };
        self.tasks
            .spawn(sockets.run(node, self.clock, commands, report));
        Ok(())
    }
}

/// The ports of an actor, and how its connections are encrypted.
struct At {
    listen: Listen,
    tls: Option<Tls>,
}

fn spec(actor: &ActorConfig, config: &ActorsConfig, seed: &Seed) -> ActorSpec {
    ActorSpec {
        name: actor.name.clone(),
        user: actor.user.clone().unwrap_or_else(|| actor.name.clone()),
        address: config.address,
        sip: Port(actor.sip),
        rtp: Port(actor.rtp),
        seed: seed.of(&actor.name),
    }
}

/// Who cannot prove who it is takes no connections where they are encrypted.
fn listen(actor: &ActorSpec, tls: Option<&Tls>) -> Listen {
    let takes_connections = tls.is_none_or(Tls::accepts);
    Listen::at(actor.address)
        .udp(
            [actor.sip]
                .into_iter()
                .chain(actor.media_ports())
                .map(|port| port.0),
        )
        .tcp(takes_connections.then_some(actor.sip.0))
}

fn execute(commands: &BTreeMap<String, mpsc::Sender<Command>>, order: Order) -> Result<(), String> {
    match order {
        Order::Heartbeat => Ok(()),
        Order::Command { actor, command } => {
            let Some(sender) = commands.get(&actor) else {
                return Err(format!("there is no actor `{actor}` here"));
            };
            let busy = |_| format!("`{actor}` is too busy to be told anything");
            sender.try_send(command).map_err(busy)
        }
        Order::Cut { .. } | Order::Heal { .. } | Order::HealAll | Order::Impair { .. } => {
            Err("actors cut and impair nothing: a holder does".to_owned())
        }
    }
}

/// Everybody ends their calls, so that no pool or telephone is left with half of one.
async fn hang_up(commands: &BTreeMap<String, mpsc::Sender<Command>>) {
    for (_, sender) in commands.iter().filter(|(name, _)| *name != ADMINISTRATOR) {
        // Whoever is too busy for this is not waited for.
        let _ = sender.try_send(Command::HangUp);
    }
    time::sleep(HANGING_UP).await;
}

/// Actors never end by themselves; a panic in one is a defect, and goes on where it can be seen.
async fn watch(tasks: &mut JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        resume_panic(ended);
    }
}

fn resume_panic(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && let Ok(panic) = error.try_into_panic()
    {
        std::panic::resume_unwind(panic);
    }
}
