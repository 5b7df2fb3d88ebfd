//! `rgdrill actors`: runs agents, callers and the administrator of a drill on sockets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actors::{ActorSpec, Administrator, Agent, Caller, Command, Network, TargetAdapter};
use clap::Args;
use lab::contract::ADMINISTRATOR;
use lab::control::{ActorConfig, ActorRole, ActorsConfig, Order, Report};
use lab::impairment::of_datagrams;
use miette::Diagnostic;
use model::exit_code::ExitCode;
use model::journal::Event;
use model::yaml;
use node::sim::Link;
use node::sockets::{Clock, Listen, Sockets};
use node::{Impaired, Node, Port};
use sha2::{Digest, Sha256};
use target::{MissingSecrets, Target};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time;

use super::process::config::{ConfigArg, Stdin};
use super::process::outbox::Outbox;
use super::process::run::{Stop, block_on, fresh_seed, no_sockets};
use super::process::session::{Session, SessionArgs};
use crate::command_error::CommandError;
use crate::embedded;

/// How many commands wait for an actor at most.
const COMMANDS: usize = 64;

/// How long the actors have to hang up before they are gone.
const HANGING_UP: Duration = Duration::from_millis(500);

/// `rgdrill actors`
#[derive(Debug, Args)]
#[command(after_help = "\
Orders come on standard input, reports go to standard output: one JSON object a line, numbered from
1 in each direction.

  {\"n\":1,\"do\":\"heartbeat\"}
  {\"n\":2,\"do\":\"command\",\"actor\":\"rita\",\"command\":{\"call\":{\"to\":\"sales\"}}}
  {\"n\":3,\"do\":\"command\",\"actor\":\"rita\",\"command\":\"hang-up\"}

Without a heartbeat for 10 s, at the end of standard input and on SIGTERM the actors hang up, and
the process exits. The secrets of the target's file come from the environment.

harness/docs/reference.md shows actors beside a pair of pools, with every key of the configuration.")]
pub(crate) struct ActorsArgs {
    #[command(flatten)]
    config: ConfigArg,

    #[command(flatten)]
    session: SessionArgs,
}

/// The target's secrets are not there.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error(transparent)]
#[diagnostic(help("the target's file names the variables that hold its secrets: set them"))]
struct NoSecrets(#[from] MissingSecrets);

/// Runs the actors until told to stop.
pub(crate) fn run(args: &ActorsArgs) -> Result<ExitCode, CommandError> {
    let config: ActorsConfig = args.config.read(Stdin::Orders)?;
    let adapter = adapter(&config)?;
    let seed = match config.seed {
        Some(seed) => Seed(Sha256::digest(seed.to_be_bytes()).into()),
        None => Seed(fresh_seed()?),
    };
    block_on(|stop| act(config, adapter, seed, args.session, stop))
}

/// How pools are asked: as the target says, or as the reference pools want it.
fn adapter(config: &ActorsConfig) -> Result<Arc<TargetAdapter>, CommandError> {
    let target: Target = match &config.target {
        // Whoever wrote the configuration has checked it, under the name that its file has there.
        Some(text) => yaml::load("target", text).map_err(CommandError::usage)?,
        None => embedded::reference_target().map_err(CommandError::usage)?,
    };
    let secrets = target
        .secrets(|name| std::env::var(name).ok())
        .map_err(|missing| CommandError::usage(NoSecrets(missing)))?;
    Ok(Arc::new(TargetAdapter::new(target, secrets, config.timing)))
}

async fn act(
    config: ActorsConfig,
    adapter: Arc<TargetAdapter>,
    seed: Seed,
    args: SessionArgs,
    stop: Stop,
) -> Result<(), CommandError> {
    let clock = Clock::since(config.epoch_us)
        .map_err(|error| CommandError::harness(miette::miette!("no monotonic clock: {error}")))?;
    let (outbox, writing) = Outbox::open(clock);
    let mut troupe = Troupe::new(clock, outbox.clone());
    troupe.admit_all(&config, &adapter, &seed).await?;
    let addresses = vec![config.address];
    outbox.report(Report::Ready { addresses });
    let Troupe {
        commands,
        mut tasks,
        ..
    } = troupe;
    let session = Session::open(args).serve(stop, &outbox, async |order| obey(&commands, order));
    let ended = tokio::select! {
        ended = session => ended,
        () = watch(&mut tasks) => Ok(()),
    };
    hang_up(&commands).await;
    tasks.shutdown().await;
    drop(outbox);
    writing.end().await;
    Ok(ended?)
}

/// Where the randomness of all actors comes from.
struct Seed([u8; 32]);

impl Seed {
    /// The seed of one actor: it depends on nobody else.
    fn of(&self, actor: &str) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.0)
            .chain_update(actor)
            .finalize()
            .into()
    }
}

/// The actors that run.
struct Troupe {
    clock: Clock,
    outbox: Outbox,
    commands: BTreeMap<String, mpsc::Sender<Command>>,
    tasks: JoinSet<()>,
}

impl Troupe {
    fn new(clock: Clock, outbox: Outbox) -> Self {
        let (commands, tasks) = (BTreeMap::new(), JoinSet::new());
        Troupe {
            clock,
            outbox,
            commands,
            tasks,
        }
    }

    async fn admit_all(
        &mut self,
        config: &ActorsConfig,
        adapter: &Arc<TargetAdapter>,
        seed: &Seed,
    ) -> Result<(), CommandError> {
        let network: Arc<Network> = Arc::new(config.network.clone());
        let timing = config.timing;
        let behind = config.impairment.as_ref().map(of_datagrams);
        for actor in &config.actors {
            let (spec, listen) = (spec(actor, config, seed), listen(actor, config));
            let (name, network) = (actor.name.as_str(), Arc::clone(&network));
            match actor.role {
                ActorRole::Caller => {
                    let seed = spec.seed;
                    let caller = Caller::new(spec, network, timing);
                    self.admit_party(name, &listen, caller, behind.map(|link| (link, seed)))
                        .await?;
                }
                ActorRole::Agent { home, behaviour } => {
                    let adapter = Arc::clone(adapter);
                    let seed = spec.seed;
                    let agent = Agent::new(spec, network, timing, home, behaviour, adapter);
                    self.admit_party(name, &listen, agent, behind.map(|link| (link, seed)))
                        .await?;
                }
            }
        }
        let administrator = Administrator::new(network, Arc::clone(adapter));
        self.admit(ADMINISTRATOR, &Listen::at(config.address), administrator)
            .await
    }

    /// Admits somebody with a telephone, which may be behind an impaired link.
    async fn admit_party<N>(
        &mut self,
        name: &str,
        listen: &Listen,
        node: N,
        behind: Option<(Link, [u8; 32])>,
    ) -> Result<(), CommandError>
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        match behind {
            None => self.admit(name, listen, node).await,
            Some((link, seed)) => {
                let node = Impaired::new(node, link, seed);
                self.admit(name, listen, node).await
            }
        }
    }

    /// Opens an actor's ports, and runs it on a task of its own.
    async fn admit<N>(&mut self, name: &str, listen: &Listen, node: N) -> Result<(), CommandError>
    where
        N: Node<Command = Command, Event = Event> + 'static,
    {
        let sockets = Sockets::open(listen).await.map_err(no_sockets)?;
        let (sender, commands) = mpsc::channel(COMMANDS);
        self.commands.insert(name.to_owned(), sender);
        let (host, outbox) = (name.to_owned(), self.outbox.clone());
        let tell = move |now, event| {
            let host = host.clone();
            outbox.report_at(now, Report::Observed { host, event });
        };
        self.tasks
            .spawn(sockets.run(node, self.clock, commands, tell));
        Ok(())
    }
}

fn spec(actor: &ActorConfig, config: &ActorsConfig, seed: &Seed) -> ActorSpec {
    ActorSpec {
        name: actor.name.clone(),
        address: config.address,
        sip: Port(actor.sip),
        rtp: Port(actor.rtp),
        seed: seed.of(&actor.name),
    }
}

fn listen(actor: &ActorConfig, config: &ActorsConfig) -> Listen {
    Listen::at(config.address).udp([actor.sip, actor.rtp])
}

fn obey(commands: &BTreeMap<String, mpsc::Sender<Command>>, order: Order) -> Result<(), String> {
    match order {
        Order::Heartbeat => Ok(()),
        Order::Command { actor, command } => {
            let Some(sender) = commands.get(&actor) else {
                return Err(format!("there is no actor `{actor}` here"));
            };
            let busy = |_| format!("`{actor}` is too busy to be told anything");
            sender.try_send(command).map_err(busy)
        }
        Order::Cut { .. } | Order::Mend { .. } | Order::MendAll | Order::Impair { .. } => {
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
        if let Err(error) = ended
            && let Ok(panic) = error.try_into_panic()
        {
            std::panic::resume_unwind(panic);
        }
    }
}
